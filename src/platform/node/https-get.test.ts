import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ensurePki } from '#cluster/pki/authority.ts';
import { nodeHttpsGet } from './https-get.ts';

test('redirects lead to https and nowhere else, whatever the server says', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'kubets-https-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const subject = {
    authority: 'ca',
    commonName: 'x',
    organizations: [],
    dnsNames: [],
    addresses: ['127.0.0.1'],
  } as const;
  await ensurePki(directory, [{ ...subject, name: 'server', use: 'server' }], Date.now());
  const read = (file: string) => readFileSync(join(directory, file), 'utf8');
  const server = createServer({ cert: read('server.crt'), key: read('server.key') });
  server.on('request', ({ url = '' }, response) => {
    if (url === '/document') response.end('{}');
    else response.writeHead(302, { location: decodeURIComponent(url.slice(1)) }).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const base = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const get = (location: string) => {
    const { signal } = new AbortController();
    return nodeHttpsGet({ url: `${base}/${encodeURIComponent(location)}`, authorityPem: read('ca.crt'), signal });
  };
  assert.deepEqual(await get('/document'), { status: 200, body: '{}' });
  for (const location of ['http://127.0.0.1/document', 'http://[', '//:0', 'file:///etc/passwd'])
    await assert.rejects(get(location), /: redirect to /, location);
});
