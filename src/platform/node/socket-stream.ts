/** A Node socket (or any duplex) as a ByteStream. */

import type { Duplex } from 'node:stream';
import { ByteQueue, type ByteStream, StreamClosedError } from '#api/streaming/byte-stream.ts';

/**
 * How long a closing socket may go on taking what the peer still sends. Closing with unread bytes makes the kernel reset the
 * connection, and the peer then loses what we said last: an exit code, for example.
 */
const lingerMs = 2_000;

/**
 * `head` are bytes that were read off the socket before. The socket is ours from now on.
 *
 * A runtime whose command ends without reading its input says how it ended and then resets the connection. Two habits of Node would
 * lose that word: what was read is dropped when the socket breaks, and a failed write breaks it before the rest is read. So
 * bytes are taken as they come, up to the queue's bound, and Node is not told of a failed write: the socket is read to its end.
 */
export function socketStream(socket: Duplex, head?: Uint8Array): ByteStream {
  const queue = new ByteQueue();
  let failure: unknown;
  let writeFailed = false;
  hideFailedWrites(socket, () => {
    writeFailed = true;
  });
  if (head && head.length > 0) socket.unshift(head);
  socket.on('data', (chunk: Buffer) => {
    const room = queue.push(chunk);
    if (!room) return;
    socket.pause();
    void room.then(() => socket.resume());
  });
  socket.on('end', () => {
    queue.end();
    if (writeFailed) socket.destroy();
  });
  socket.on('error', (error) => {
    failure = error;
  });
  socket.on('close', () => {
    if (failure === undefined) queue.end();
    else queue.fail(failure);
  });
  const isOpen = () => socket.writable && !writeFailed;
  return {
    incoming: queue,
    write: async (bytes) => {
      if (!isOpen()) throw new StreamClosedError('the connection is closed');
      if (socket.write(bytes)) return;
      await new Promise<void>((resolve) => {
        const settle = () => {
          socket.off('drain', settle);
          socket.off('close', settle);
          resolve();
        };
        socket.on('drain', settle);
        socket.on('close', settle);
      });
      if (!isOpen()) throw new StreamClosedError('the connection is closed');
    },
    end: () =>
      new Promise((resolve) => {
        if (socket.writableFinished || writeFailed || socket.destroyed) {
          resolve();
          return;
        }
        socket.once('close', () => resolve());
        socket.end(() => resolve());
      }),
    destroy: (error) => {
      if (socket.destroyed) return;
      queue.discard();
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

/** Lets writes that the kernel refuses look like writes that were taken; `onFailed` is told of the first and every other. */
function hideFailedWrites(socket: Duplex, onFailed: () => void): void {
  const tolerant = (done: (error?: Error | null) => void) => (error?: Error | null) => {
    if (!error || !('syscall' in error) || error.syscall !== 'write') return done(error);
    onFailed();
    done();
  };
  const write = socket._write.bind(socket);
  socket._write = (chunk, encoding, done) => write(chunk, encoding, tolerant(done));
  const writev = socket._writev?.bind(socket);
  if (writev) socket._writev = (chunks, done) => writev(chunks, tolerant(done));
}
