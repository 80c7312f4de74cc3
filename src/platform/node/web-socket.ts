/**
 * WebSockets by the `ws` library, on connections that are ByteStreams.
 *
 * `ws` refuses subprotocol names that are not RFC 7230 tokens, and Kubernetes' 'SPDY/3.1+portforward.k8s.io' is not one: the
 * header is kept from it and the chosen name is put into its answer.
 */

import { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { ByteStream } from '#api/streaming/byte-stream.ts';
import { StreamClosedError } from '#api/streaming/byte-stream.ts';
import type { MessageSocket, WebSocketAcceptor } from '#api/streaming/web-socket.ts';
import { IncomingMessage } from './http-module.ts';

/** Bytes of one message at most (golang.org/x/net/websocket's limit). */
const maxMessageBytes = 32 << 20;

/** How long a peer may take to answer our close. */
const closeTimeoutMs = 2_000;

export const nodeWebSocketAcceptor: WebSocketAcceptor = {
  accept(connection, headers, protocol) {
    const server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: maxMessageBytes,
    });
    const request = new IncomingMessage(new Socket());
    request.method = 'GET';
    request.headers = { ...headers };
    delete request.headers['sec-websocket-protocol'];
    if (protocol) server.on('headers', (lines) => lines.push(`Sec-WebSocket-Protocol: ${protocol}`));
    const duplex = duplexOf(connection);
    return new Promise((resolve, reject) => {
      duplex.once('close', () => reject(new StreamClosedError('not a WebSocket handshake')));
      server.handleUpgrade(request, duplex, Buffer.alloc(0), (socket) => resolve(messageSocket(socket)));
    });
  },
};

/** An open socket of `ws` as a MessageSocket. */
function messageSocket(socket: WebSocket): MessageSocket {
  socket.on('error', () => {
    // Told to the reader by 'close'.
  });
  return {
    messages: messagesOf(socket),
    send: (message) =>
      new Promise((resolve, reject) => {
        socket.send(message, { binary: typeof message !== 'string' }, (error) => {
          if (error) reject(new StreamClosedError('the WebSocket is closed', { cause: error }));
          else resolve();
        });
      }),
    close: (code = 1000, reason = '') =>
      new Promise((resolve) => {
        if (socket.readyState === socket.CLOSED) {
          resolve();
          return;
        }
        const timer = setTimeout(() => socket.terminate(), closeTimeoutMs);
        socket.once('close', () => {
          clearTimeout(timer);
          resolve();
        });
        // Whoever reads no more would keep the peer's close behind its last messages.
        socket.resume();
        socket.close(code, reason);
      }),
  };
}

/** Reading pauses the socket while there are messages that nobody has asked for yet. */
function messagesOf(socket: WebSocket): AsyncIterable<Uint8Array | string> {
  const queue: (Uint8Array | string)[] = [];
  let closed = false;
  let wake: (() => void) | undefined;
  socket.pause();
  socket.on('message', (data, isBinary) => {
    const bytes = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer);
    queue.push(isBinary ? bytes : bytes.toString('utf8'));
    socket.pause();
    wake?.();
  });
  socket.on('close', () => {
    closed = true;
    wake?.();
  });
  return {
    async *[Symbol.asyncIterator]() {
      for (;;) {
        const message = queue.shift();
        if (message !== undefined) {
          yield message;
          continue;
        }
        if (closed) return;
        socket.resume();
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

function duplexOf(stream: ByteStream): Duplex {
  const incoming = stream.incoming[Symbol.asyncIterator]();
  return new Duplex({
    read() {
      incoming.next().then(
        ({ value, done }) => this.push(done ? null : value),
        (error) => this.destroy(error),
      );
    },
    write(chunk, _encoding, done) {
      stream.write(chunk).then(() => done(), done);
    },
    final(done) {
      stream.end().then(() => done(), done);
    },
    destroy(error, done) {
      stream.destroy(error ?? undefined);
      done(null);
    },
  });
}
