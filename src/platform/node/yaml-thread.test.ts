import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { maxValues } from '#api/codec/decode-error.ts';
import { readYaml } from '#apiserver/request/yaml-body.ts';
import { createSimEnv } from '#platform/sim/env.ts';
import { createYamlThread, idleMs } from './yaml-thread.ts';

const encoder = new TextEncoder();
const { clock } = createSimEnv();
const thread = createYamlThread(clock);
after(() => thread.close());

const never = new AbortController().signal;
const large = encoder.encode(`x: [${'a,'.repeat(1_500_000)}a]`);

test('what a thread reads is what is read in place, faults word for word', async () => {
  const texts = [
    'a: 1\nb: [x, 0x10, 1_000, -0, 1.5e3, ~, true, "true", 2026-11-21]\nc: {d: e, 1: f, true: g}\n',
    'a: &x {b: [1, 2], ü: "\\ud83d\\ude00"}\nc: *x\nd: {<<: *x, e: f}\n',
    '__proto__: {a: b}\nconstructor: c\n',
    'a: 1\na: 2\n',
    '',
    'null',
    '- a\n- b\n',
    'a: !!binary aGVsbG8=\n',
    'a: .inf\n',
    'a: b: c\n',
    'a:\n\t- b\n',
    'a: *missing\n',
    'a: &a [*a]\n',
    '? [a]\n: b\n',
    `${'['.repeat(2000)}${']'.repeat(2000)}`,
    `a: &a [${'x,'.repeat(500)}]\nb: &b [${'*a,'.repeat(500)}]\nc: [${'*b,'.repeat(500)}]\n`,
    `x: [${'a,'.repeat(maxValues)}a]`,
  ];
  const bodies = [...texts.map((text) => encoder.encode(text)), new Uint8Array([0x61, 0xff]), utf16('a: ü\n')];
  for (const bytes of bodies) {
    assert.deepEqual(await outcome(() => thread.read(bytes, never)), await outcome(async () => readYaml(bytes)));
  }
});

test('a thread reads one body after the other, and others have their turn meanwhile', async () => {
  const order: number[] = [];
  let turns = 0;
  let isOver = false;
  const count = () => {
    turns++;
    if (!isOver) setImmediate(count);
  };
  const reading = [large, encoder.encode('a: b'), encoder.encode('c: d')].map(async (bytes, index) => {
    await outcome(() => thread.read(bytes, never));
    order.push(index);
  });
  setImmediate(count);
  await Promise.all(reading);
  isOver = true;
  assert.deepEqual(order, [0, 1, 2]);
  assert.ok(turns > 100, `${turns} turns`);
});

test('whoever is gone is not read for: neither what is being read nor what waits', async () => {
  const [first, second] = [new AbortController(), new AbortController()];
  const reading = outcome(() => thread.read(large, first.signal));
  const waiting = outcome(() => thread.read(large, second.signal));
  const last = thread.read(encoder.encode('a: b'), never);
  second.abort();
  assert.deepEqual(await waiting, { name: 'AbortedError', message: 'aborted', code: undefined });
  first.abort();
  assert.deepEqual(await reading, { name: 'AbortedError', message: 'aborted', code: undefined });
  assert.deepEqual((await last).value, { a: 'b' });
  assert.equal((await outcome(() => thread.read(large, AbortSignal.abort()))).name, 'AbortedError');
});

test('a thread ends when nothing came for a while, and starts again; closed, it rejects who waits', async () => {
  await thread.read(encoder.encode('a: b'), never);
  assert.ok(thread.isRunning);
  await clock.advance(idleMs - 1);
  assert.ok(thread.isRunning);
  await clock.advance(1);
  assert.ok(!thread.isRunning);
  const reading = outcome(() => thread.read(large, never));
  const waiting = outcome(() => thread.read(large, never));
  assert.ok(thread.isRunning);
  thread.close();
  assert.ok(!thread.isRunning);
  assert.equal((await reading).message, 'the server ends');
  assert.equal((await waiting).message, 'the server ends');
});

interface Outcome {
  readonly name?: string | undefined;
  readonly message?: string;
  readonly code?: number | undefined;
  readonly value?: unknown;
}

async function outcome(read: () => Promise<unknown>): Promise<Outcome> {
  try {
    return { value: await read() };
  } catch (error) {
    const { name, message, code } = error as Error & { readonly code?: number };
    return { name, message, code };
  }
}

function utf16(text: string): Uint8Array {
  const bytes = new Uint8Array(2 + 2 * text.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0xfeff, true);
  for (let index = 0; index < text.length; index++) view.setUint16(2 + 2 * index, text.charCodeAt(index), true);
  return bytes;
}
