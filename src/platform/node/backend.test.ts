import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { describe, it } from 'node:test';
import { collect } from '#api/streaming/byte-stream.ts';
import { createNodeBackend } from './backend.ts';

const read = async (from: AsyncIterable<Uint8Array>) => new TextDecoder().decode(await collect(from, 1 << 20));
const upgradeHeaders = { connection: 'Upgrade', upgrade: 'SPDY/3.1', 'x-stream-protocol-version': ['v4', 'v3'] };

describe('createNodeBackend', () => {
  it('answers a request with status, headers in order and body', async () => {
    const { url, close } = await serve((request, response) => {
      response.writeHead(
        201,
        [
          ['x-a', '1'],
          ['x-a', '2'],
        ].flat(),
      );
      request.pipe(response);
    });
    const backend = createNodeBackend();
    const answer = await backend.request({ ...ask(url), method: 'POST', body: new TextEncoder().encode('hello') });
    assert.equal(answer.status, 201);
    assert.deepEqual(
      answer.headers.filter(([name]) => name === 'x-a').map(([, value]) => value),
      ['1', '2'],
    );
    assert.equal(await read(answer.body), 'hello');
    backend.close();
    await close();
  });

  it('follows no redirect', async () => {
    let asked = 0;
    const { url, close } = await serve((_request, response) => {
      asked++;
      response.writeHead(302, { location: '/elsewhere' }).end();
    });
    const backend = createNodeBackend();
    const answer = await backend.request(ask(url));
    await read(answer.body);
    assert.deepEqual([answer.status, asked], [302, 1]);
    backend.close();
    await close();
  });

  it('asks once more when a kept connection turns out to be closed', async () => {
    let asked = 0;
    const { url, close } = await serve((request, response) => {
      // The second request meets a server that has just given the connection up.
      if (++asked === 2) request.socket.resetAndDestroy();
      else response.end(`answer ${asked}`);
    });
    const backend = createNodeBackend();
    assert.equal(await read((await backend.request(ask(url))).body), 'answer 1');
    assert.equal(await read((await backend.request(ask(url))).body), 'answer 3');
    backend.close();
    await close();
  });

  it('says what went wrong when nothing answers', async () => {
    const { url, close } = await serve(() => {});
    await close();
    const backend = createNodeBackend();
    const refused = { name: 'BackendError', message: `dial tcp 127.0.0.1:${url.port}: connect: connection refused` };
    await assert.rejects(backend.request(ask(url)), refused);
    await assert.rejects(backend.upgrade(ask(url)), refused);
    backend.close();
  });

  it('upgrades, with each protocol version on its own line and the bytes that came with the answer', async () => {
    let lines: readonly string[] = [];
    const { url, close } = await serve(
      () => {},
      (request, socket) => {
        lines = request.rawHeaders.filter((_, i, all) => all[i - 1]?.toLowerCase() === 'x-stream-protocol-version');
        socket.write(
          'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Chosen: v4\r\n\r\nfirst,',
        );
        socket.pipe(socket);
      },
    );
    const backend = createNodeBackend();
    const answer = await backend.upgrade({ ...ask(url), headers: upgradeHeaders });
    assert.ok(answer.type === 'upgraded');
    assert.deepEqual(lines, ['v4', 'v3']);
    assert.deepEqual(answer.headers.at(-1), ['x-chosen', 'v4']);
    await answer.connection.write(new TextEncoder().encode('echo'));
    await answer.connection.end();
    assert.equal(await read(answer.connection.incoming), 'first,echo');
    backend.close();
    await close();
  });

  it('gives a refused upgrade as the answer that it is', async () => {
    const { url, close } = await serve(
      () => {},
      (_request, socket) => socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno'),
    );
    const backend = createNodeBackend();
    const answer = await backend.upgrade({ ...ask(url), headers: upgradeHeaders });
    assert.ok(answer.type === 'response');
    assert.deepEqual([answer.status, await read(answer.body)], [403, 'no']);
    backend.close();
    await close();
  });

  it('ends an upgraded connection when its request is given up', async () => {
    const ended = Promise.withResolvers<void>();
    const { url, close } = await serve(
      () => {},
      (_request, socket) => {
        socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n');
        socket.on('end', () => {
          ended.resolve();
          socket.end();
        });
        socket.resume();
      },
    );
    const backend = createNodeBackend();
    const controller = new AbortController();
    await backend.upgrade({ ...ask(url), headers: upgradeHeaders, signal: controller.signal });
    controller.abort();
    await ended.promise;
    backend.close();
    await close();
  });
});

function ask(url: URL) {
  return { method: 'GET', url, headers: {}, signal: new AbortController().signal };
}

async function serve(
  onRequest: (request: IncomingMessage, response: ServerResponse) => void,
  onUpgrade?: (request: IncomingMessage, socket: Duplex) => void,
): Promise<{ url: URL; close(): Promise<void> }> {
  const server: Server = createServer(onRequest);
  if (onUpgrade) {
    server.on('upgrade', (request, socket) => {
      socket.on('error', () => {});
      onUpgrade(request, socket);
    });
  }
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: new URL(`http://127.0.0.1:${port}/path?a=b`),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
