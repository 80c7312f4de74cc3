import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '#base/env.ts';
import type { Node } from '#kinds/generated/core-v1.ts';
import { Zones } from './zones.ts';

function nodes(ready: number, notReady: number, zone = 'z'): Node[] {
  return Array.from({ length: ready + notReady }, (_, index) => ({
    metadata: { name: `${zone}${index}`, labels: { 'topology.kubernetes.io/zone': zone } },
    status: { conditions: [{ type: 'Ready', status: index < ready ? 'True' : 'Unknown' }] },
  }));
}

function clockAt(): Clock & { nowMs: number } {
  const clock = { nowMs: 0, now: () => clock.nowMs, monotonic: () => clock.nowMs, after: () => ({ cancel: () => {} }) };
  return clock;
}

test('one node every ten seconds gets its turn in a zone', () => {
  const clock = clockAt();
  const zones = new Zones(clock);
  const all = nodes(5, 2);
  zones.count(all);
  const [a, b] = all.slice(5);
  assert.ok(a && b);
  assert.deepEqual(zones.turn(a), { state: 'allowed' });
  clock.nowMs = 4000;
  assert.deepEqual(zones.turn(b), { state: 'held', retryAfterMs: 6000 });
  clock.nowMs = 10_000;
  assert.deepEqual(zones.turn(b), { state: 'allowed' });
});

test('a small zone that is mostly gone is left alone', () => {
  const zones = new Zones(clockAt());
  const all = [...nodes(1, 4, 'a'), ...nodes(3, 0, 'b')];
  zones.count(all);
  assert.deepEqual(zones.turn(all[4] as Node), { state: 'held' });
});

test('without any ready node eviction is suspended; the first that comes back ends that', () => {
  const zones = new Zones(clockAt());
  const gone = [...nodes(0, 2, 'a'), ...nodes(0, 1, 'b')];
  assert.equal(zones.count(gone), false);
  assert.deepEqual([zones.isSuspended, zones.turn(gone[0] as Node)], [true, { state: 'suspended' }]);
  assert.equal(zones.count([...nodes(1, 1, 'a'), ...nodes(0, 1, 'b')]), true);
  assert.equal(zones.isSuspended, false);
});
