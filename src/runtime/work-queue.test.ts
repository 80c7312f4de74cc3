import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '#base/env.ts';
import { WorkQueue } from './work-queue.ts';

/** Time that stands still until `pass`. */
function manualClock(): Clock & { pass(ms: number): void } {
  let nowMs = 0;
  const timers = new Set<{ readonly dueMs: number; readonly run: () => void }>();
  return {
    now: () => nowMs,
    monotonic: () => nowMs,
    after(delayMs, run) {
      const timer = { dueMs: nowMs + delayMs, run };
      timers.add(timer);
      return { cancel: () => timers.delete(timer) };
    },
    pass(ms) {
      nowMs += ms;
      for (const timer of [...timers].sort((a, b) => a.dueMs - b.dueMs)) {
        if (timer.dueMs <= nowMs && timers.delete(timer)) timer.run();
      }
    },
  };
}

test('a key added many times is taken once', async () => {
  const queue = new WorkQueue(manualClock());
  queue.add('a');
  queue.add('a');
  queue.add('b');
  assert.equal(await queue.take(), 'a');
  assert.equal(await queue.take(), 'b');
  assert.equal(queue.length, 0);
});

test('a key added while it is processed comes again only after done', async () => {
  const queue = new WorkQueue(manualClock());
  queue.add('a');
  assert.equal(await queue.take(), 'a');
  queue.add('a');
  assert.equal(queue.length, 0);
  queue.done('a');
  assert.equal(queue.length, 1);
  assert.equal(await queue.take(), 'a');
  queue.done('a');
  assert.ok(queue.idle);
});

test('addAfter keeps the earliest of several delays', async () => {
  const clock = manualClock();
  const queue = new WorkQueue(clock);
  queue.addAfter('a', 1000);
  queue.addAfter('a', 10);
  queue.addAfter('a', 500);
  clock.pass(10);
  assert.equal(queue.length, 1);
  clock.pass(2000);
  assert.equal(queue.length, 1);
});

test('addRateLimited doubles the delay until forget', () => {
  const clock = manualClock();
  const queue = new WorkQueue(clock, { initialMs: 10, maxMs: 35 });
  const delays: number[] = [];
  for (let i = 0; i < 4; i++) {
    queue.addRateLimited('a');
    let waited = 0;
    while (queue.length === 0) {
      clock.pass(5);
      waited += 5;
    }
    delays.push(waited);
    void queue.take();
    queue.done('a');
  }
  assert.deepEqual(delays, [10, 20, 35, 35]);
  queue.forget('a');
  assert.equal(queue.failuresOf('a'), 0);
});

test('close ends waiting workers and drops delays', async () => {
  const clock = manualClock();
  const queue = new WorkQueue(clock);
  const taken = queue.take();
  queue.addAfter('a', 10);
  queue.close();
  assert.equal(await taken, undefined);
  clock.pass(100);
  assert.equal(await queue.take(), undefined);
});
