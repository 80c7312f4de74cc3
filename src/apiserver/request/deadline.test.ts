import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StatusError } from '#api/errors.ts';
import type { ApiRequest, ApiResponse } from '#api/request.ts';
import { createSimEnv } from '#platform/sim/env.ts';
import { timeoutOf, within } from './deadline.ts';

const timeout = (text: string) => timeoutOf({ query: new URLSearchParams({ timeout: text }) });

test('timeoutOf takes what is shorter than a minute', () => {
  const table = { '': 60_000, '0': 60_000, '0s': 60_000, '-1s': 60_000, '2m': 60_000, '1500ms': 1500, '1ns': 1e-6 };
  for (const [text, expected] of Object.entries(table)) assert.equal(timeout(text), expected, text);
});

test('timeoutOf refuses what is no duration in the words of upstream (recorded from 1.36.3)', () => {
  const table = {
    x: 'time: invalid duration "x"',
    '5': 'time: missing unit in duration "5"',
    '5y': 'time: unknown unit "y" in duration "5y"',
  };
  for (const [text, fault] of Object.entries(table)) {
    assert.throws(
      () => timeout(text),
      (error) =>
        error instanceof StatusError &&
        error.status.code === 400 &&
        error.status.message === `invalid timeout specified in the request URL - ${fault}`,
      text,
    );
  }
  assert.throws(() => timeout(`${'9'.repeat(1e5)}s`), StatusError);
});

type Answer = Extract<ApiResponse, { readonly type: 'bytes' }>;

function timing() {
  const { clock } = createSimEnv();
  const ending = new AbortController();
  const abandoned: string[] = [];
  const told = { timedOut: 0, ended: 0 };
  const abandon = (reason: Error) => void abandoned.push(reason.name);
  const request = { abandon, signal: ending.signal } as unknown as ApiRequest;
  const timed = (work: Promise<ApiResponse>) =>
    within(clock, 1000, request, work, { timedOut: () => told.timedOut++, ended: () => told.ended++ });
  return { abandoned, clock, ending, timed, told };
}

const whole: Answer = { type: 'bytes', status: 200, contentType: '', body: new Uint8Array() };

async function* nothing(): AsyncGenerator<Uint8Array, void, void> {}

test('within tells of the end of the time once, and not of work that ends before', async () => {
  const { abandoned, clock, timed, told } = timing();
  assert.equal(await timed(Promise.resolve(whole)), whole);
  await clock.advance(2000);
  assert.equal(told.timedOut, 0);
  const late = timed(new Promise(() => {}));
  const answered = assert.rejects(late, (error) => error instanceof StatusError && error.code === 504);
  await clock.advance(2000);
  await answered;
  assert.deepEqual([told, abandoned], [{ timedOut: 1, ended: 1 }, ['AbortedError']]);
});

test('within breaks an answer off that goes on when the time is up', async () => {
  const { abandoned, clock, ending, timed, told } = timing();
  const streamed: Answer = { ...whole, body: nothing() };
  await clock.advance(500);
  assert.equal(await timed(Promise.resolve(streamed)), streamed);
  await clock.advance(999);
  assert.deepEqual(abandoned, []);
  await clock.advance(1);
  assert.deepEqual([told, abandoned], [{ timedOut: 0, ended: 1 }, ['AbortedError']]);
  await timed(Promise.resolve(streamed));
  ending.abort();
  await clock.advance(2000);
  assert.equal(abandoned.length, 1);
});
