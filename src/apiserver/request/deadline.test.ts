import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StatusError } from '#api/errors.ts';
import type { ApiRequest } from '#api/request.ts';
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

test('within tells of the end of the time once, and not of work that ends before', async () => {
  const { clock } = createSimEnv();
  let told = 0;
  const abandoned: string[] = [];
  const request = { abandon: (reason: Error) => void abandoned.push(reason.name) } as unknown as ApiRequest;
  const timed = <T>(work: Promise<T>) => within(clock, 1000, request, work, { timedOut: () => told++ });
  assert.equal(await timed(Promise.resolve(7)), 7);
  await clock.advance(2000);
  assert.equal(told, 0);
  const late = timed(new Promise(() => {}));
  const answered = assert.rejects(late, (error) => error instanceof StatusError && error.code === 504);
  await clock.advance(2000);
  await answered;
  assert.deepEqual([told, abandoned], [1, ['AbortedError']]);
});
