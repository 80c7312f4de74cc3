import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createSecureServer, type Http2SecureServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { StatusError } from '#api/errors.ts';
import { AbortedError } from '#base/abort.ts';
import { createClient } from '#client/api-client.ts';
import type { Client } from '#client/client.ts';
import { createRemoteHandler } from '#client/remote-handler.ts';
import { ensurePki } from '#cluster/pki/authority.ts';
import { Pods } from '#kinds/core/pod/definition.ts';
import { createHttpClient, type HttpClient } from './http-client.ts';

describe('Client over HTTP/2', () => {
  const directory = mkdtempSync(join(tmpdir(), 'kubets-http-'));
  let server: Http2SecureServer;
  let http: HttpClient;
  let client: Client;
  let answer: (stream: ServerHttp2Stream, path: string) => void = () => {};

  before(async () => {
    const plain = {
      authority: 'ca' as const,
      commonName: 'test',
      organizations: [],
      dnsNames: [],
      addresses: ['127.0.0.1'],
    };
    await ensurePki(directory, [{ ...plain, name: 'server', use: 'server' }], Date.now());
    const read = (file: string) => readFileSync(join(directory, file), 'utf8');
    server = createSecureServer({ cert: read('server.crt'), key: read('server.key') });
    // A server's streams are of this type; the declaration is of both sides.
    server.on('stream', (stream, headers) => answer(stream as ServerHttp2Stream, String(headers[':path'])));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    http = createHttpClient({ server: `https://127.0.0.1:${port}`, authorityPem: read('ca.crt') });
    client = createClient({ handler: createRemoteHandler(http.send), peer: { address: '' }, userAgent: 'test' });
  });
  after(() => {
    http.close();
    server.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const json = (stream: ServerHttp2Stream, status: number, value: unknown) => {
    stream.respond({ ':status': status, 'content-type': 'application/json' });
    stream.end(JSON.stringify(value));
  };

  test('lists: items know their kind and are frozen', async () => {
    answer = (stream) =>
      json(stream, 200, {
        kind: 'PodList',
        apiVersion: 'v1',
        metadata: { resourceVersion: '7' },
        items: [{ metadata: { name: 'a' } }],
      });
    const list = await client.list(Pods, { namespace: 'default' });
    assert.deepEqual(list, {
      items: [{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } }],
      resourceVersion: '7',
      continue: undefined,
      remainingItemCount: undefined,
    });
    assert.ok(Object.isFrozen(list.items[0]?.metadata));
  });

  test('failures are StatusErrors, also without a Status in the answer', async () => {
    answer = (stream) =>
      json(stream, 404, {
        kind: 'Status',
        apiVersion: 'v1',
        status: 'Failure',
        message: 'pods "a" not found',
        reason: 'NotFound',
        code: 404,
      });
    await assert.rejects(
      client.get(Pods, { name: 'a' }),
      (error) => error instanceof StatusError && error.message === 'pods "a" not found',
    );
    answer = (stream) => {
      stream.respond({ ':status': 503, 'content-type': 'text/plain' });
      stream.end('starting');
    };
    await assert.rejects(
      client.get(Pods, { name: 'a' }),
      (error) => error instanceof StatusError && error.message === 'starting',
    );
  });

  test('watches give events as they come, across chunks, until aborted', async () => {
    const line = (name: string) =>
      `${JSON.stringify({ type: 'ADDED', object: { kind: 'Pod', metadata: { name } } })}\n`;
    const closed = Promise.withResolvers<void>();
    answer = (stream) => {
      stream.respond({ ':status': 200, 'content-type': 'application/json' });
      stream.once('close', () => closed.resolve());
      const text = line('a') + line('b');
      stream.write(text.slice(0, 20));
      stream.write(text.slice(20));
    };
    const ending = new AbortController();
    const names: (string | undefined)[] = [];
    await assert.rejects(async () => {
      for await (const event of client.watch(Pods, { signal: ending.signal })) {
        names.push(event.object.metadata?.name);
        if (names.length === 2) ending.abort();
      }
    }, AbortedError);
    assert.deepEqual(names, ['a', 'b']);
    await closed.promise;
  });

  test('a broken connection fails what ran on it, and the next request gets a new one', async () => {
    answer = (stream) => stream.session?.destroy();
    await assert.rejects(client.get(Pods, { name: 'a' }));
    answer = (stream) => json(stream, 200, { kind: 'Pod', apiVersion: 'v1', metadata: { name: 'a' } });
    assert.equal((await client.get(Pods, { name: 'a' })).metadata?.name, 'a');
  });
});
