import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DaemonSet } from '#kinds/generated/apps-v1.ts';
import type { Node, Pod } from '#kinds/generated/core-v1.ts';
import { type DaemonSetInput, daemonSetStatus, fitness, planDaemonSet } from './plan.ts';
import { targetNodeOf, templateForNode } from './template.ts';

const nowMs = Date.parse('2026-01-01T12:00:00Z');

function daemonSet(strategy: NonNullable<DaemonSet['spec']>['updateStrategy'] = { type: 'RollingUpdate' }): DaemonSet {
  return {
    metadata: { name: 'd', namespace: 'default', uid: 'd', generation: 2 },
    spec: {
      selector: { matchLabels: { app: 'd' } },
      template: { metadata: { labels: { app: 'd' } }, spec: { containers: [], nodeSelector: { os: 'linux' } } },
      updateStrategy: strategy,
    },
  };
}

function node(
  name: string,
  taints: readonly string[] = [],
  labels: Readonly<Record<string, string>> = { os: 'linux' },
): Node {
  return {
    metadata: { name, labels },
    spec: {
      taints: taints.map((text) => {
        const [key = '', effect] = text.split(':');
        return { key, effect: effect === 'NoExecute' ? 'NoExecute' : 'NoSchedule' };
      }),
    },
  };
}

/** 'n1 new ready', 'n2 old', 'n3 new failed deleting'. */
function pod(text: string): Pod {
  const [nodeName = '', hash = '', ...states] = text.split(' ');
  const phase = states.includes('failed') ? 'Failed' : states.includes('succeeded') ? 'Succeeded' : 'Running';
  return {
    metadata: {
      name: `${hash}-${nodeName}`,
      namespace: 'default',
      labels: { app: 'd', 'controller-revision-hash': hash },
      ...(states.includes('deleting') ? { deletionTimestamp: '2026-01-01T11:00:00Z' } : {}),
    },
    spec: { nodeName, containers: [] },
    status: {
      phase,
      conditions: states.includes('ready')
        ? [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T11:00:00Z' }]
        : [],
    },
  };
}

function input(pods: readonly string[], changes: Partial<DaemonSetInput> = {}): DaemonSetInput {
  return {
    daemonSet: daemonSet(),
    nodes: ['n1', 'n2', 'n3'].map((name) => node(name)),
    pods: pods.map(pod),
    hash: 'new',
    nowMs,
    failureWaitMs: () => 0,
    ...changes,
  };
}

const surge = daemonSet({ type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } });

const plans: readonly {
  readonly name: string;
  readonly input: DaemonSetInput;
  readonly create?: readonly string[];
  readonly delete?: readonly string[];
}[] = [
  { name: 'every node gets a pod', input: input([]), create: ['n1', 'n2', 'n3'] },
  { name: 'nothing to do', input: input(['n1 new ready', 'n2 new ready', 'n3 new']) },
  {
    name: 'a node that no longer fits loses its pod; a tainted one keeps it',
    input: input(['n1 new ready', 'n2 new ready'], {
      nodes: [node('n1', [], {}), node('n2', ['x:NoSchedule']), node('n3', ['x:NoSchedule'])],
    }),
    delete: ['new-n1'],
  },
  { name: 'NoExecute evicts', input: input(['n1 new'], { nodes: [node('n1', ['x:NoExecute'])] }), delete: ['new-n1'] },
  {
    name: 'ended pods are replaced',
    input: input(['n1 new failed', 'n2 new succeeded', 'n3 new ready']),
    delete: ['new-n1', 'new-n2'],
  },
  {
    name: 'a failed pod waits for its back-off',
    input: input(['n1 new failed', 'n2 new ready', 'n3 new ready'], { failureWaitMs: () => 500 }),
  },
  {
    name: 'rolling: one at a time, unavailable old ones at no cost',
    input: input(['n1 old ready', 'n2 old', 'n3 old ready']),
    delete: ['old-n2'],
  },
  {
    name: 'rolling: all available',
    input: input(['n1 old ready', 'n2 old ready', 'n3 new ready']),
    delete: ['old-n1'],
  },
  { name: 'rolling: waits for the replaced one', input: input(['n1 new', 'n2 old ready', 'n3 old ready']) },
  {
    name: 'OnDelete does not roll',
    input: input(['n1 old ready', 'n2 old', 'n3 old'], { daemonSet: daemonSet({ type: 'OnDelete' }) }),
  },
  {
    name: 'surge: a new pod beside an old one',
    input: input(['n1 old ready', 'n2 old ready', 'n3 new ready'], { daemonSet: surge }),
    create: ['n1'],
  },
  {
    name: 'surge: the old one goes when the new is available',
    input: input(['n1 old ready', 'n1 new ready', 'n2 old ready', 'n3 new ready'], { daemonSet: surge }),
    delete: ['old-n1'],
  },
];

for (const { name, input: of, create = [], delete: gone = [] } of plans) {
  test(`planDaemonSet: ${name}`, () => {
    const plan = planDaemonSet(of);
    assert.deepEqual([plan.create, plan.delete.map(({ metadata }) => metadata?.name)], [create, gone]);
  });
}

test('fitness: daemons tolerate node problems and cordons', () => {
  const troubled = node('n1', [
    'node.kubernetes.io/not-ready:NoExecute',
    'node.kubernetes.io/unschedulable:NoSchedule',
  ]);
  assert.deepEqual(fitness(daemonSet(), troubled), { shouldRun: true, shouldContinueRunning: true });
});

test('templateForNode leaves the pod only its node', () => {
  const { metadata, spec } = templateForNode(daemonSet(), 'n2', 'h');
  assert.deepEqual(metadata?.labels, { app: 'd', 'controller-revision-hash': 'h' });
  assert.equal(targetNodeOf({ spec }), 'n2');
});

test('daemonSetStatus', () => {
  const of = input(['n1 new ready', 'n2 old', 'n3 new ready'], {
    nodes: [node('n1'), node('n2'), node('n3', [], {}), node('n4')],
  });
  assert.deepEqual(daemonSetStatus(of, 0), {
    currentNumberScheduled: 2,
    numberMisscheduled: 1,
    desiredNumberScheduled: 3,
    numberReady: 1,
    observedGeneration: 2,
    updatedNumberScheduled: 1,
    numberAvailable: 1,
    numberUnavailable: 2,
    collisionCount: undefined,
    conditions: undefined,
  });
});
