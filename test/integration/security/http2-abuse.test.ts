/** HTTP/2 in bad faith: each kind of flood ends its own connection, by the bound that docs/security.md names, and nobody else's. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type AttackedServer, startAttackedServer } from './attacked-server.ts';
import { flag, frame, frameType, getBlock, longField, RawHttp2 } from './raw-http2.ts';

let server: AttackedServer;

before(async () => {
  server = await startAttackedServer();
});
after(() => server.close());

test('rapid reset: the connection ends long before the flood (CVE-2023-44487)', { timeout: 30_000 }, async () => {
  const streams = 20_000;
  const attacker = await RawHttp2.open(server.port);
  const before = server.asked();
  const block = getBlock('/api/v1/pods');
  function* requests(): Generator<Buffer> {
    for (let at = 0; at < streams; at += 100) {
      const piece: Buffer[] = [];
      for (let id = 2 * at + 1; id < 2 * (at + 100); id += 2) {
        piece.push(frame(frameType.headers, flag.endHeaders | flag.endStream, id, block));
        piece.push(frame(frameType.reset, flag.none, id, Buffer.from([0, 0, 0, 8])));
      }
      yield Buffer.concat(piece);
    }
  }
  const served = await server.servesDuring(async () => {
    await attacker.flood(requests());
    await attacker.closed;
  });
  assert.ok(served > 0);
  const carriedOut = server.asked() - before - served;
  assert.ok(carriedOut < streams / 4, `${carriedOut} of ${streams} requests were looked at`);
});

test('whoever is unknown gets 401 and GOAWAY', async () => {
  const attacker = await RawHttp2.open(server.port);
  attacker.socket.write(frame(frameType.headers, flag.endHeaders | flag.endStream, 1, getBlock('/api/v1/pods')));
  await attacker.closed;
  assert.deepEqual(attacker.goaways().slice(0, 1), [0]);
  const [data] = attacker.frames.filter(({ type }) => type === frameType.data);
  assert.deepEqual(JSON.parse(String(data?.payload)), {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'Unauthorized',
    reason: 'Unauthorized',
    code: 401,
  });
});

test('a head that never ends (CONTINUATION flood, CVE-2024-27983) ends the connection', {
  timeout: 30_000,
}, async () => {
  const attacker = await RawHttp2.open(server.port);
  const before = server.asked();
  function* frames(): Generator<Buffer> {
    yield frame(frameType.headers, flag.none, 1, getBlock('/api/v1/pods'));
    for (let count = 0; count < 1000; count++) {
      yield frame(frameType.continuation, flag.none, 1, longField(`x-${count % 90}`.padEnd(5, 'x'), 'v'.repeat(200)));
    }
  }
  const served = await server.servesDuring(async () => {
    await attacker.flood(frames());
    await attacker.closed;
  });
  assert.equal(server.asked() - before, served, 'no request came of it');
});

test('a head beyond 64 KiB is answered with 431', { timeout: 30_000 }, async () => {
  const attacker = await RawHttp2.open(server.port);
  const before = server.asked();
  const block = Buffer.concat([
    getBlock('/api/v1/pods'),
    ...Array.from({ length: 7 }, (_, n) => longField(`x-bomb-${n}`, 'v'.repeat(15_000))),
  ]);
  const pieces = [frame(frameType.headers, flag.endStream, 1, block.subarray(0, 16_000))];
  for (let at = 16_000; at < block.length; at += 16_000) {
    const last = at + 16_000 >= block.length;
    pieces.push(frame(frameType.continuation, last ? flag.endHeaders : flag.none, 1, block.subarray(at, at + 16_000)));
  }
  await attacker.flood(pieces);
  await until(() => attacker.frames.some(({ type, stream }) => type === frameType.headers && stream === 1));
  const [answer] = attacker.frames.filter(({ type }) => type === frameType.headers);
  // The static table has no 431: the value stands there as it is.
  assert.ok(answer?.payload.includes('431'));
  assert.equal(server.asked() - before, 0);
  attacker.socket.destroy();
});

test('floods of settings and pings whose answers are not read end their connection', { timeout: 30_000 }, async () => {
  for (const piece of [frame(frameType.settings, flag.none, 0), frame(frameType.ping, flag.none, 0, Buffer.alloc(8))]) {
    const attacker = await RawHttp2.open(server.port);
    const many = Buffer.concat(Array.from({ length: 4000 }, () => piece));
    function* frames(): Generator<Buffer> {
      for (let count = 0; count < 500; count++) yield many;
    }
    const served = await server.servesDuring(async () => {
      attacker.socket.pause();
      await attacker.flood(frames());
      attacker.socket.resume();
      await attacker.closed;
    });
    assert.ok(served > 0);
  }
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
