import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Namespace, Pod } from '#kinds/generated/core-v1.ts';
import { estimateSeconds, namespaceConditions } from './plan.ts';

const nowMs = Date.parse('2026-01-01T12:00:10Z');
const namespace: Namespace = { metadata: { name: 'a', deletionTimestamp: '2026-01-01T12:00:00Z' } };
const clean = { discoveryFailures: [], deletionErrors: [], remains: [] };

test('namespaceConditions: all well, then content with finalizers, then the same array again', () => {
  const well = namespaceConditions(namespace, clean, nowMs);
  assert.deepEqual(
    well.map(({ type, status, reason }) => `${type} ${status} ${reason}`),
    [
      'NamespaceDeletionDiscoveryFailure False ResourcesDiscovered',
      'NamespaceDeletionGroupVersionParsingFailure False ParsedGroupVersions',
      'NamespaceDeletionContentFailure False ContentDeleted',
      'NamespaceContentRemaining False ContentRemoved',
      'NamespaceFinalizersRemaining False ContentHasNoFinalizers',
    ],
  );
  const remains = [
    { resource: 'pods.', count: 2, finalizers: { 'x/y': 1 } },
    { resource: 'jobs.batch', count: 0, finalizers: {} },
  ];
  const later = { ...namespace, status: { conditions: well } };
  const left = namespaceConditions(later, { ...clean, remains }, nowMs + 60_000);
  assert.deepEqual(left.slice(3), [
    {
      type: 'NamespaceContentRemaining',
      status: 'True',
      lastTransitionTime: '2026-01-01T12:01:10Z',
      reason: 'SomeResourcesRemain',
      message: 'Some resources are remaining: pods. has 2 resource instances',
    },
    {
      type: 'NamespaceFinalizersRemaining',
      status: 'True',
      lastTransitionTime: '2026-01-01T12:01:10Z',
      reason: 'SomeFinalizersRemain',
      message: 'Some content in the namespace has finalizers remaining: x/y in 1 resource instances',
    },
  ]);
  assert.equal(namespaceConditions({ ...namespace, status: { conditions: left } }, { ...clean, remains }, nowMs), left);
});

const running = (grace: number): Pod => ({
  spec: { containers: [], terminationGracePeriodSeconds: grace },
  status: { phase: 'Running' },
});

const estimates: readonly (readonly [name: string, pods: readonly Pod[], finalizers: boolean, seconds: number])[] = [
  ['the longest grace period', [running(30), running(60)], true, 60],
  ['a grace period that is over counts no more', [running(5)], false, 0],
  ['ended pods need no time', [{ ...running(60), status: { phase: 'Failed' } }], false, 0],
  ['finalizers are given some time', [], true, 15],
];

for (const [name, pods, held, seconds] of estimates) {
  test(`estimateSeconds: ${name}`, () => {
    const remains = [{ resource: 'pods.', count: 1, finalizers: held ? { f: 1 } : {} }];
    assert.equal(estimateSeconds(namespace, pods, held ? remains : [], nowMs), seconds);
  });
}
