import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatTime } from '#api/time.ts';
import type { Pod } from '#kinds/generated/core-v1.ts';
import { podsToDelete } from './deletion-order.ts';

const nowMs = Date.parse('2026-01-01T12:00:00Z');
const ago = (seconds: number) => formatTime(nowMs - seconds * 1000);

interface Sketch {
  readonly name: string;
  readonly node?: string;
  readonly phase?: 'Pending' | 'Running' | 'Unknown';
  /** Seconds since it became ready; absent when it is not. */
  readonly readyFor?: number;
  readonly age?: number;
  readonly restarts?: number;
  readonly cost?: string;
}

function pod({ name, node = 'n1', phase = 'Running', readyFor, age = 1000, restarts = 0, cost }: Sketch): Pod {
  const annotations = cost === undefined ? undefined : { 'controller.kubernetes.io/pod-deletion-cost': cost };
  const ready = readyFor === undefined ? [] : [{ type: 'Ready', status: 'True', lastTransitionTime: ago(readyFor) }];
  return {
    metadata: { name, uid: name, creationTimestamp: ago(age), annotations },
    spec: { nodeName: node || undefined, containers: [] },
    status: {
      phase,
      conditions: ready,
      containerStatuses: [{ name: 'c', ready: true, restartCount: restarts, image: '', imageID: '' }],
    },
  };
}

const cases: readonly { readonly name: string; readonly pods: readonly Sketch[]; readonly order: string }[] = [
  { name: 'unassigned first', pods: [{ name: 'a' }, { name: 'b', node: '' }], order: 'b a' },
  {
    name: 'Pending, Unknown, Running',
    pods: [{ name: 'a' }, { name: 'b', phase: 'Unknown' }, { name: 'c', phase: 'Pending' }],
    order: 'c b a',
  },
  { name: 'not ready before ready', pods: [{ name: 'a', readyFor: 10 }, { name: 'b' }], order: 'b a' },
  {
    name: 'lower deletion cost first, unreadable cost is 0',
    pods: [
      { name: 'a', readyFor: 9, cost: '10' },
      { name: 'b', readyFor: 9, cost: '-5' },
      { name: 'c', readyFor: 9, cost: '+9' },
    ],
    order: 'b c a',
  },
  {
    name: 'more pods on its node first',
    pods: [
      { name: 'a', node: 'n1', readyFor: 9 },
      { name: 'b', node: 'n2', readyFor: 9 },
      { name: 'c', node: 'n2', readyFor: 9, cost: '1' },
    ],
    order: 'b a c',
  },
  {
    name: 'ready for a shorter time first',
    pods: [
      { name: 'a', readyFor: 900 },
      { name: 'b', readyFor: 3 },
    ],
    order: 'b a',
  },
  {
    name: 'ready times of one magnitude are equal: the uid decides',
    pods: [
      { name: 'b', readyFor: 700 },
      { name: 'a', readyFor: 900 },
    ],
    order: 'a b',
  },
  {
    name: 'more restarts first',
    pods: [
      { name: 'a', restarts: 1 },
      { name: 'b', restarts: 4 },
    ],
    order: 'b a',
  },
  {
    name: 'younger first',
    pods: [
      { name: 'a', age: 50_000 },
      { name: 'b', age: 10 },
    ],
    order: 'b a',
  },
];

for (const { name, pods, order } of cases) {
  test(`podsToDelete: ${name}`, () => {
    const built = pods.map(pod);
    // Asking for all but the last leaves the order to be seen; the last is what remains.
    const deleted = podsToDelete(built, built, built.length - 1, nowMs).map(({ metadata }) => metadata?.name);
    const left = built.map(({ metadata }) => metadata?.name).filter((each) => !deleted.includes(each));
    assert.equal([...deleted, ...left].join(' '), order);
  });
}

test('podsToDelete: all when as many are asked for', () => {
  const built = [pod({ name: 'a' }), pod({ name: 'b', node: '' })];
  assert.deepEqual(podsToDelete(built, [], 5, nowMs), built);
});
