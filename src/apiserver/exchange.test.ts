import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WireResponse } from '#api/wire.ts';
import { createSimEnv } from '#platform/sim/env.ts';
import { Exchange } from './exchange.ts';

async function* endless(): AsyncGenerator<Uint8Array, void, void> {
  for (;;) yield new Uint8Array(1);
}

const stream = (chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): WireResponse => ({
  type: 'stream',
  status: 200,
  headers: {},
  chunks,
  compressible: false,
});

function exchange(): { readonly it: Exchange; readonly released: () => number } {
  const it = new Exchange();
  let count = 0;
  it.hold(() => count++);
  return { it, released: () => count };
}

test('what is held is released when the answer is out', () => {
  const { clock } = createSimEnv();
  const { signal } = new AbortController();
  const full = exchange();
  full.it.answered(
    { type: 'full', status: 200, headers: {}, body: new Uint8Array(), compressible: true },
    signal,
    clock,
  );
  assert.equal(full.released(), 1);

  const foreign = exchange();
  foreign.it.answered(stream(endless()), signal, clock);
  assert.equal(foreign.released(), 1);

  const upgrade = exchange();
  upgrade.it.answered({ type: 'upgrade', upgrade: async () => {} }, signal, clock);
  assert.equal(upgrade.released(), 1);

  const watch = exchange();
  watch.it.watching = true;
  watch.it.answered(stream(endless()), signal, clock);
  assert.equal(watch.released(), 0);
});

test('a list holds until its last piece is taken, its reader leaves, or a minute is over', async () => {
  const { clock } = createSimEnv();
  const pieces = [new Uint8Array(1), new Uint8Array(2)];
  const read = exchange();
  const answer = read.it.answered(stream(pieces), new AbortController().signal, clock);
  assert.ok(answer.type === 'stream' && Symbol.iterator in answer.chunks);
  assert.equal(read.released(), 0);
  assert.deepEqual([...answer.chunks], pieces);
  assert.equal(read.released(), 1);

  const left = exchange();
  const client = new AbortController();
  left.it.answered(stream(pieces), client.signal, clock);
  client.abort();
  assert.equal(left.released(), 1);

  const slow = exchange();
  slow.it.answered(stream(pieces), new AbortController().signal, clock);
  await clock.advance(59_000);
  assert.equal(slow.released(), 0);
  await clock.advance(1000);
  assert.equal(slow.released(), 1);
});

test('warnings stand in refusals too', () => {
  const exchange = new Exchange();
  exchange.warnings.push('unknown field "spec.foo"');
  const refusal: WireResponse = { type: 'full', status: 422, headers: {}, body: new Uint8Array(), compressible: true };
  const answer = exchange.answered(refusal, new AbortController().signal, createSimEnv().clock);
  assert.deepEqual(answer.type === 'full' && answer.headers, { warning: '299 - "unknown field \\"spec.foo\\""' });
});
