import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { describe, it } from 'node:test';
import { collect, StreamClosedError } from '#api/streaming/byte-stream.ts';
import { socketStream } from './socket-stream.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const read = async (from: AsyncIterable<Uint8Array>) => new TextDecoder().decode(await collect(from, 1 << 20));

describe('socketStream', () => {
  it('gives what was read before it, then what comes, and ends with the peer', async () => {
    const { near, far, close } = await connected();
    far.end('later');
    assert.equal(await read(socketStream(near, bytes('before,')).incoming), 'before,later');
    await close();
  });

  it('closes one direction alone', async () => {
    const { near, far, close } = await connected();
    const stream = socketStream(near);
    await stream.write(bytes('question'));
    await stream.end();
    assert.equal(await read(socketStream(far).incoming), 'question');
    far.end('answer');
    assert.equal(await read(stream.incoming), 'answer');
    await close();
  });

  it('stops reading when nobody takes what came', async () => {
    const { near, far, close } = await connected();
    const stream = socketStream(near);
    let taken = 0;
    const chunk = new Uint8Array(1 << 16);
    const flood = () => {
      while (taken < 256 << 20 && far.write(chunk)) taken += chunk.length;
    };
    far.on('drain', flood);
    flood();
    // The kernel's buffers and ours fill up, and then nothing moves.
    let before = -1;
    while (before !== near.bytesRead) {
      before = near.bytesRead;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.ok(near.bytesRead < 1 << 20, `${near.bytesRead} bytes were read with nobody reading`);
    stream.destroy(new Error('enough'));
    await close();
  });

  it('gives the last words of a peer that resets the connection while we write to it', async () => {
    for (let i = 0; i < 20; i++) {
      const { near, far, close } = await connected();
      far.pause();
      const stream = socketStream(near);
      const writing = (async () => {
        for (;;) await stream.write(new Uint8Array(1 << 16));
      })();
      writing.catch(() => {});
      // As a container runtime does: the status, then a close with unread input.
      far.write('exit status 5', () => far.resetAndDestroy());
      let said = '';
      try {
        for await (const chunk of stream.incoming) said += new TextDecoder().decode(chunk);
      } catch {
        // The reset itself, behind the words.
      }
      assert.equal(said, 'exit status 5');
      await assert.rejects(writing, StreamClosedError);
      await close();
    }
  });

  it('lingers: a peer that still sends gets our last words', async () => {
    const { near, far, close } = await connected();
    const stream = socketStream(near);
    far.on('error', () => {});
    far.write(new Uint8Array(1 << 20));
    await stream.write(bytes('goodbye'));
    stream.destroy();
    assert.equal(await read(socketStream(far).incoming), 'goodbye');
    far.destroy();
    await close();
  });

  it('rejects writes after the end of the peer’s life', async () => {
    const { near, far, close } = await connected();
    const stream = socketStream(near);
    far.resetAndDestroy();
    await assert.rejects(async () => {
      for await (const _ of stream.incoming);
    });
    await assert.rejects(stream.write(bytes('x')), StreamClosedError);
    await close();
  });
});

async function connected(): Promise<{ near: Socket; far: Socket; close(): Promise<void> }> {
  const server = createServer({ allowHalfOpen: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const accepted = once(server, 'connection');
  const near = connect({ port: typeof address === 'object' && address ? address.port : 0, allowHalfOpen: true });
  await once(near, 'connect');
  const [far] = (await accepted) as [Socket];
  return {
    near,
    far,
    close: async () => {
      near.destroy();
      far.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
