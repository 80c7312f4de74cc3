import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Node, Pod } from '#kinds/generated/core-v1.ts';
import { makeNode, makePod } from '../testing/fixtures.ts';
import { Action, assignedPodAdd, clusterEvent, matchesEvent, nodeChanges, podChanges } from './cluster-event.ts';

const node = makeNode(
  'n',
  { cpu: '4' },
  { status: { allocatable: { cpu: '4' }, conditions: [{ type: 'Ready', status: 'True' }] } },
);

test('nodeChanges names what scheduling depends on, and nothing for a heartbeat', () => {
  const cases: readonly [name: string, after: Node, labels: string[]][] = [
    [
      'heartbeat',
      {
        ...node,
        status: {
          ...node.status,
          conditions: [{ type: 'Ready', status: 'True', lastHeartbeatTime: '2026-01-01T00:00:00Z' }],
        },
      },
      [],
    ],
    [
      'not ready',
      { ...node, status: { ...node.status, conditions: [{ type: 'Ready', status: 'False' }] } },
      ['NodeUpdateNodeCondition'],
    ],
    ['larger', { ...node, status: { ...node.status, allocatable: { cpu: '8' } } }, ['NodeUpdateNodeAllocatable']],
    ['labelled', { ...node, metadata: { ...node.metadata, labels: { a: 'b' } } }, ['NodeUpdateNodeLabel']],
    ['tainted', { ...node, spec: { taints: [{ key: 'a', effect: 'NoSchedule' }] } }, ['NodeUpdateNodeTaint']],
    ['cordoned', { ...node, spec: { unschedulable: true } }, []],
  ];
  for (const [name, after, labels] of cases) {
    assert.deepEqual(
      nodeChanges(node, after).map(({ label }) => label),
      labels,
      name,
    );
  }
  const uncordoned = nodeChanges({ ...node, spec: { unschedulable: true } }, node);
  assert.deepEqual(
    uncordoned.map(({ label }) => label),
    ['NodeUpdateNodeTaint'],
  );
});

test('podChanges names what scheduling depends on', () => {
  const resources = (cpu: string) => ({ containers: [{ name: 'c', resources: { requests: { cpu } } }] });
  const pod = makePod('p', { ...resources('2'), nodeName: 'n' });
  const labelled: Pod = { ...pod, metadata: { ...pod.metadata, labels: { a: 'b' } } };
  const smaller: Pod = { ...pod, spec: { ...resources('1'), nodeName: 'n' } };
  const larger: Pod = { ...pod, spec: { ...resources('3'), nodeName: 'n' } };
  assert.deepEqual(
    [labelled, smaller, larger].map((after) => podChanges(pod, after).map(({ label }) => label)),
    [['AssignedPodUpdatePodLabel'], ['AssignedPodUpdatePodScaleDown'], ['AssignedPodUpdate']],
  );
});

test('matchesEvent takes registrations for pods to be about both kinds of pods', () => {
  const cases: readonly [registered: ReturnType<typeof clusterEvent>, expected: boolean][] = [
    [clusterEvent('Pod', Action.Add | Action.Delete), true],
    [clusterEvent('AssignedPod', Action.Add), true],
    [clusterEvent('UnschedulablePod', Action.Add), false],
    [clusterEvent('Pod', Action.Delete), false],
    [clusterEvent('Node', Action.Add), false],
    [clusterEvent('*', Action.All), true],
  ];
  for (const [registered, expected] of cases) {
    assert.equal(matchesEvent(registered, assignedPodAdd), expected, registered.label);
  }
});
