import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RestartBackoff } from './restart-backoff.ts';

test('the first restart is at once, then waits double to the longest', () => {
  const backoff = new RestartBackoff({ initialMs: 10_000, maxMs: 300_000 });
  const waits: number[] = [];
  let now = 1_000_000;
  for (let crash = 0; crash < 8; crash++) {
    const endedAt = now;
    const until = backoff.waitingUntil('c', now, endedAt);
    waits.push(until === undefined ? 0 : until - endedAt);
    now = until ?? now;
    backoff.next('c', now, endedAt);
    now += 1000;
  }
  assert.deepEqual(waits, [0, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000]);
});

test('a container that ran long enough begins anew; others are not touched', () => {
  const backoff = new RestartBackoff({ initialMs: 10_000, maxMs: 300_000 });
  for (let i = 0; i < 5; i++) backoff.next('c', i * 1000);
  assert.equal(backoff.waitingUntil('c', 700_000, 699_999), undefined);
  assert.equal(backoff.next('c', 700_000) - 700_000, 10_000);
  backoff.forget('d');
  assert.equal(backoff.waitMs('c'), 10_000);
  backoff.forget('c');
  assert.equal(backoff.waitMs('c'), 0);
});
