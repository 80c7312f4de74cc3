import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Node, Pod } from '#kinds/generated/core-v1.ts';
import { judge, surplus, type Verdict } from './plan.ts';

const deleting: Pod = { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } };
const bound = { nodeName: 'n', containers: [] };
const dead: Node = { spec: { taints: [{ key: 'node.kubernetes.io/out-of-service', effect: 'NoExecute' }] } };

const verdicts: readonly (readonly [name: string, pod: Pod, node: Node | undefined, verdict: Verdict])[] = [
  ['pending', {}, undefined, 'keep'],
  ['deleted while pending', deleting, undefined, 'unscheduled'],
  ['on a node', { spec: bound }, {}, 'keep'],
  ['deleted on a node', { ...deleting, spec: bound }, {}, 'keep'],
  ['on a node that is gone', { spec: bound }, undefined, 'quarantine'],
  ['deleted on a node out of service', { ...deleting, spec: bound }, dead, 'out-of-service'],
  ['on a node out of service', { spec: bound }, dead, 'keep'],
];

for (const [name, pod, node, verdict] of verdicts) {
  test(`judge: ${name}`, () => assert.equal(judge(pod, node), verdict));
}

test('surplus: evicted pods first, then the oldest, down to the threshold', () => {
  const ended = (name: string, hour: string, reason?: string): Pod => ({
    metadata: { name, creationTimestamp: `2026-01-01T${hour}:00:00Z` },
    status: { phase: 'Failed', reason },
  });
  const pods = [
    ended('a', '03'),
    ended('b', '01'),
    ended('c', '09', 'Evicted'),
    ended('d', '02'),
    { status: { phase: 'Running' as const } },
  ];
  assert.deepEqual(
    surplus(pods, 2).map(({ metadata }) => metadata?.name),
    ['c', 'b'],
  );
  assert.deepEqual(surplus(pods, 4), []);
  assert.deepEqual(surplus(pods, 0), []);
});
