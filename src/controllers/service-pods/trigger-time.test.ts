import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod, Service } from '#kinds/generated/core-v1.ts';
import { TriggerTimes } from './trigger-time.ts';

const at = (second: number) => `2026-01-01T00:00:${String(second).padStart(2, '0')}Z`;
const service: Service = { metadata: { name: 'web', creationTimestamp: at(1) } };
const pod = (name: string, changed: number): Pod => ({
  metadata: { name },
  status: { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: at(changed) }] },
});

test('TriggerTimes: creation at first, then the earliest change since the last look, then none', () => {
  const times = new TriggerTimes();
  assert.equal(times.next('d/web', service, [pod('a', 5)]), at(1));
  assert.equal(times.next('d/web', service, [pod('a', 5)]), undefined);
  assert.equal(times.next('d/web', service, [pod('a', 9), pod('b', 7)]), at(7));
  assert.equal(times.next('d/web', service, [pod('b', 7)]), undefined);
  const again: Service = { metadata: { name: 'web', creationTimestamp: at(20) } };
  assert.equal(times.next('d/web', again, [pod('b', 30)]), at(20));
  times.forget('d/web');
  assert.equal(times.next('d/web', service, []), at(1));
});
