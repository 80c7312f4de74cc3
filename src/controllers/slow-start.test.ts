import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slowStart } from './slow-start.ts';

/** How many calls there were at a time, when the given calls fail. */
async function batches(count: number, failing: readonly number[]): Promise<readonly [string, number, unknown]> {
  const sizes: number[] = [];
  let calls = 0;
  let inBatch = 0;
  const { succeeded, error } = await slowStart(count, async () => {
    const call = calls++;
    if (inBatch++ === 0) queueMicrotask(() => sizes.push(inBatch));
    await new Promise((resolve) => setImmediate(resolve));
    inBatch = 0;
    if (failing.includes(call)) throw new Error(`call ${call}`);
  });
  return [sizes.join(' '), succeeded, error instanceof Error ? error.message : error];
}

const cases: readonly (readonly [
  name: string,
  count: number,
  failing: readonly number[],
  expected: readonly [string, number, unknown],
])[] = [
  ['nothing', 0, [], ['', 0, undefined]],
  ['doubles', 10, [], ['1 2 4 3', 10, undefined]],
  ['the first failure is the last call', 100, [0], ['1', 0, 'call 0']],
  ['a failing batch is the last one', 100, [2, 4], ['1 2', 2, 'call 2']],
];

for (const [name, count, failing, expected] of cases) {
  test(`slowStart: ${name}`, async () => assert.deepEqual(await batches(count, failing), expected));
}
