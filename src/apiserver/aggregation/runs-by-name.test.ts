import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSimEnv } from '#platform/sim/env.ts';
import { RunsByName } from './runs-by-name.ts';

function runs() {
  const { clock } = createSimEnv();
  const begun: string[] = [];
  let finish = () => {};
  const byName: RunsByName = new RunsByName(clock, async (name) => {
    begun.push(`${name} ${clock.monotonic()}`);
    if (name === 'slow') await new Promise<void>((resolve) => (finish = resolve));
    byName.later(name, 1000);
  });
  return { byName, begun, clock, finish: () => finish() };
}

test('however often a name is asked for, one run waits for its time', async () => {
  const { byName, begun, clock } = runs();
  for (let asked = 0; asked < 3; asked++) {
    byName.now('a');
    await clock.advance(10);
  }
  await clock.advance(2500);
  assert.deepEqual(begun, ['a 0', 'a 10', 'a 20', 'a 1020', 'a 2020']);
  byName.forget('a');
  await clock.advance(5000);
  assert.equal(begun.length, 5);
});

test('who asks while a run is under way gets one more after it', async () => {
  const { byName, begun, clock, finish } = runs();
  for (let asked = 0; asked < 3; asked++) byName.now('slow');
  byName.now('b');
  await clock.advance(100);
  assert.deepEqual(begun, ['slow 0', 'b 0']);
  finish();
  await clock.advance(1);
  assert.deepEqual(begun, ['slow 0', 'b 0', 'slow 100']);
  const closed = byName.close();
  byName.now('b');
  finish();
  await closed;
  await clock.advance(5000);
  assert.equal(begun.length, 3);
});
