import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { probeNetwork } from './probe-network.ts';

test('redirects are followed within the time of the probe', async (t) => {
  let asked = 0;
  const server = createServer(({ url }, response) => {
    asked++;
    if (url === '/once') response.writeHead(302, { location: '/here' }).end();
    else if (url === '/here') response.end('ok');
    else setTimeout(() => response.writeHead(302, { location: '/again' }).end(), 100);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const probe = (path: string) =>
    probeNetwork.http({ scheme: 'http', host: '127.0.0.1', port, path, headers: [], timeoutMs: 350 });
  assert.deepEqual(await probe('/once'), { status: 200, body: 'ok', redirectedElsewhere: false });
  asked = 0;
  await assert.rejects(probe('/slow'), /context deadline exceeded/);
  assert.ok(asked <= 4, `${asked} requests`);
});
