import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PodStatus } from '#kinds/generated/core-v1.ts';
import { statusPatch } from './status-patch.ts';

const scheduled = { type: 'PodScheduled', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' } as const;

const cases: readonly {
  readonly name: string;
  readonly stored: PodStatus;
  readonly next: PodStatus;
  readonly patch: unknown;
}[] = [
  {
    name: 'nothing to say',
    stored: { phase: 'Running', conditions: [scheduled] },
    next: { phase: 'Running', conditions: [scheduled] },
    patch: undefined,
  },
  {
    name: 'a changed and a removed field',
    stored: { phase: 'Pending', reason: 'X' },
    next: { phase: 'Running' },
    patch: { phase: 'Running', reason: null },
  },
  {
    name: 'a condition loses its reason; conditions of others are left alone',
    stored: {
      conditions: [
        { type: 'Ready', status: 'False', reason: 'ContainersNotReady', message: 'm' },
        { type: 'example.com/gate', status: 'True' },
      ],
    },
    next: { conditions: [{ type: 'Ready', status: 'True' }] },
    patch: { conditions: [{ type: 'Ready', status: 'True', reason: null, message: null }] },
  },
  {
    name: 'an address is exchanged',
    stored: { podIP: '10.0.0.1', podIPs: [{ ip: '10.0.0.1' }] },
    next: { podIP: '10.0.0.2', podIPs: [{ ip: '10.0.0.2' }] },
    patch: { podIP: '10.0.0.2', podIPs: [{ ip: '10.0.0.2' }, { $patch: 'delete', ip: '10.0.0.1' }] },
  },
];

test('statusPatch says what differs and no more', () => {
  assert.deepEqual(
    cases.map(({ name, stored, next }) => ({ name, patch: statusPatch(stored, next) })),
    cases.map(({ name, patch }) => ({ name, patch })),
  );
});
