/** A Node socket (or any duplex) as a ByteStream. */

import type { Duplex } from 'node:stream';
import { type ByteStream, StreamClosedError } from '#api/streaming/byte-stream.ts';

/**
 * How long a closing socket may go on taking what the peer still sends. Closing with unread bytes makes the kernel reset the
 * connection, and the peer then loses what we said last: an exit code, for example.
 */
const lingerMs = 2_000;

/** `head` are bytes that were read off the socket before. The socket is ours from now on. */
export function socketStream(socket: Duplex, head?: Uint8Array): ByteStream {
  socket.on('error', () => {
    // Readers and writers learn of it; without a listener the process would end.
  });
  if (head && head.length > 0) socket.unshift(head);
  return {
    // Leaving the loop early is no reason to reset the connection.
    incoming: { [Symbol.asyncIterator]: () => socket.iterator({ destroyOnReturn: false }) },
    write: (bytes) =>
      new Promise((resolve, reject) => {
        if (!socket.writable) {
          reject(new StreamClosedError('the connection is closed'));
          return;
        }
        const gone = () => reject(new StreamClosedError('the connection is closed'));
        if (socket.write(bytes)) {
          resolve();
          return;
        }
        const settle = () => {
          socket.off('drain', drained);
          socket.off('close', closed);
        };
        const drained = () => {
          settle();
          resolve();
        };
        const closed = () => {
          settle();
          gone();
        };
        socket.on('drain', drained);
        socket.on('close', closed);
      }),
    end: () =>
      new Promise((resolve) => {
        if (socket.writableFinished || socket.destroyed) {
          resolve();
          return;
        }
        socket.once('close', () => resolve());
        socket.end(() => resolve());
      }),
    destroy: (error) => {
      if (socket.destroyed) return;
      if (error !== undefined || socket.readableEnded) {
        socket.destroy();
        return;
      }
      socket.end();
      socket.resume();
      const timer = setTimeout(() => socket.destroy(), lingerMs);
      socket.once('close', () => clearTimeout(timer));
      socket.once('end', () => socket.destroy());
    },
  };
}
