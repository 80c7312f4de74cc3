import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { collect, connectedPair, StreamClosedError } from '#api/streaming/byte-stream.ts';
import { nodeWebSocketAcceptor } from './web-socket.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const handshake = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'sec-websocket-protocol': 'SPDY/3.1+portforward.k8s.io',
};

describe('nodeWebSocketAcceptor', () => {
  it('answers with a subprotocol that is no token', async () => {
    const [client, connection] = connectedPair();
    const accepted = nodeWebSocketAcceptor.accept(connection, handshake, 'SPDY/3.1+portforward.k8s.io');
    const first = await client.incoming[Symbol.asyncIterator]().next();
    assert.deepEqual(new TextDecoder().decode(first.value ?? undefined).split('\r\n'), [
      'HTTP/1.1 101 Switching Protocols',
      'Upgrade: websocket',
      'Connection: Upgrade',
      // RFC 6455 section 1.3.
      'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
      'Sec-WebSocket-Protocol: SPDY/3.1+portforward.k8s.io',
      '',
      '',
    ]);
    const socket = await accepted;
    client.destroy();
    await socket.close();
  });

  it('gives messages that came at once with the handshake, in order', async () => {
    const [client, connection] = connectedPair();
    const accepted = nodeWebSocketAcceptor.accept(connection, handshake, undefined);
    for (const text of ['one', 'two', 'three']) await client.write(masked(2, bytes(text)));
    await client.write(masked(1, bytes('text')));
    const socket = await accepted;
    const got: string[] = [];
    for await (const message of socket.messages) {
      got.push(typeof message === 'string' ? `text:${message}` : new TextDecoder().decode(message));
      if (got.length === 4) break;
    }
    assert.deepEqual(got, ['one', 'two', 'three', 'text:text']);
    client.destroy();
    await socket.close();
  });

  it('refuses what is no handshake', async () => {
    const [client, connection] = connectedPair();
    const accepted = nodeWebSocketAcceptor.accept(
      connection,
      { ...handshake, 'sec-websocket-key': 'short' },
      undefined,
    );
    await assert.rejects(accepted, StreamClosedError);
    assert.match(new TextDecoder().decode(await collect(client.incoming, 1000)), /^HTTP\/1\.1 400 /);
  });

  it('ends the messages and refuses sends when the client is gone', async () => {
    const [client, connection] = connectedPair();
    const socket = await nodeWebSocketAcceptor.accept(connection, handshake, undefined);
    client.destroy();
    for await (const _ of socket.messages);
    await assert.rejects(socket.send(bytes('x')), StreamClosedError);
    await socket.close();
  });
});

/** A client's frame (RFC 6455 section 5.2) with a mask of zeros. */
function masked(opcode: number, payload: Uint8Array): Uint8Array {
  return Uint8Array.from([0x80 | opcode, 0x80 | payload.length, 0, 0, 0, 0, ...payload]);
}
