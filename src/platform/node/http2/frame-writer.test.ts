import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { FrameWriter } from './frame-writer.ts';

/** Takes one write at a time and looks at its bytes only when it is told to go on, as a slow network does. */
class SlowSocket extends Writable {
  readonly seen: Buffer[] = [];
  private going: (() => void) | undefined;

  override _write(bytes: Buffer, _: string, done: () => void): void {
    this.going = () => {
      this.seen.push(Buffer.from(bytes));
      done();
    };
  }

  go(): boolean {
    const { going } = this;
    this.going = undefined;
    going?.();
    return going !== undefined;
  }
}

test('memory of frames is written to again only when its socket has taken it', async () => {
  const sockets = [new SlowSocket(), new SlowSocket(), new SlowSocket()];
  const writers = sockets.map((socket) => new FrameWriter(socket as never, () => {}));
  const expected: string[] = sockets.map(() => '');
  for (let round = 0; round < 60; round++) {
    for (const [index, writer] of writers.entries()) {
      const payload = Buffer.alloc(1 + ((round * 7919 + index * 104_729) % 50_000), `${index}${round}`);
      writer.frame(0, 0, round + 1, payload);
      expected[index] += `${round + 1}:${payload.toString('latin1')};`;
    }
    await new Promise((resolve) => setImmediate(resolve));
    // They go on at different speeds.
    for (const [index, socket] of sockets.entries()) if (round % (index + 1) === 0) socket.go();
  }
  for (const socket of sockets) while (socket.go()) await new Promise((resolve) => setImmediate(resolve));
  for (const [index, socket] of sockets.entries()) {
    const bytes = Buffer.concat(socket.seen);
    let text = '';
    for (let at = 0; at < bytes.length; at += 9 + bytes.readUIntBE(at, 3)) {
      text += `${bytes.readUInt32BE(at + 5)}:${bytes.toString('latin1', at + 9, at + 9 + bytes.readUIntBE(at, 3))};`;
    }
    assert.equal(text === expected[index], true, `socket ${index}`);
  }
});

test('what a stream says in a turn is one frame of DATA, up to the bound, until something else comes; what several connections write in turns stays in few pieces', async () => {
  const sockets = [new SlowSocket(), new SlowSocket()];
  const writers = sockets.map((socket) => new FrameWriter(socket as never, () => {}));
  const bound = 1000;
  for (const writer of writers) writer.numberFrame(8, 0, 7);
  for (const text of ['a'.repeat(400), 'b'.repeat(600), 'c', 'd']) {
    for (const writer of writers) writer.data(1, Buffer.from(text), bound);
  }
  for (const writer of writers) {
    writer.data(3, Buffer.from('e'), bound);
    writer.numberFrame(8, 0, 7);
    writer.data(3, Buffer.from('f'), bound);
    writer.data(3, Buffer.from('g'), bound);
  }
  await new Promise((resolve) => setImmediate(resolve));
  const window = '8:0:\0\0\0\x07';
  for (const socket of sockets) {
    while (socket.go()) await new Promise((resolve) => setImmediate(resolve));
    assert.ok(socket.seen.length <= 2, `${socket.seen.length} writes`);
    const bytes = Buffer.concat(socket.seen);
    const frames: string[] = [];
    for (let at = 0; at < bytes.length; at += 9 + bytes.readUIntBE(at, 3)) {
      const length = bytes.readUIntBE(at, 3);
      const payload = length > 4 ? `${length} bytes` : bytes.toString('latin1', at + 9, at + 9 + length);
      frames.push(`${bytes[at + 3]}:${bytes.readUInt32BE(at + 5)}:${payload}`);
    }
    assert.deepEqual(frames, [window, '0:1:1000 bytes', '0:1:cd', '0:3:e', window, '0:3:fg']);
  }
});
