import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StatefulSet } from '#kinds/generated/apps-v1.ts';
import type { Pod } from '#kinds/generated/core-v1.ts';
import { newStatefulPod } from './identity.ts';
import { planStatefulSet, type StatefulSetInput } from './plan.ts';

const nowMs = Date.parse('2026-01-01T12:00:00Z');
const revisions = {
  old: {
    name: 'web-old',
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: '1' }] } },
  },
  new: {
    name: 'web-new',
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: '2' }] } },
  },
};

type Spec = NonNullable<StatefulSet['spec']>;

function statefulSet(spec: Partial<Spec> = {}): StatefulSet {
  return {
    metadata: { name: 'web', namespace: 'default', uid: 's', generation: 3 },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: 'web' } },
      template: revisions.new.template,
      serviceName: 'web',
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      ...spec,
    },
  };
}

/** '0 new ready', '1 old', '2 new ready deleting', '0 new failed'. */
function pod(set: StatefulSet, text: string): Pod {
  const [ordinal = '', revision = '', ...states] = text.split(' ');
  const { name, template } = revision === 'old' ? revisions.old : revisions.new;
  const made = newStatefulPod(set, template, Number(ordinal), name);
  return {
    ...made,
    metadata: { ...made.metadata, uid: text, ...(states.includes('deleting') ? { deletionTimestamp: 'x' } : {}) },
    status: {
      phase: states.includes('failed') ? 'Failed' : 'Running',
      conditions: states.includes('ready')
        ? [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T11:00:00Z' }]
        : [],
    },
  };
}

function input(set: StatefulSet, pods: readonly string[]): StatefulSetInput {
  return {
    set,
    pods: pods.map((text) => pod(set, text)),
    current: revisions.old,
    update: revisions.new,
    collisionCount: 0,
    nowMs,
    claimsAreStale: () => false,
  };
}

const parallel = { podManagementPolicy: 'Parallel' } as const;

const plans: readonly {
  readonly name: string;
  readonly spec?: Partial<Spec>;
  readonly pods: readonly string[];
  readonly create?: readonly string[];
  readonly delete?: readonly string[];
}[] = [
  { name: 'the first pod first', pods: [], create: ['web-0 new'] },
  { name: 'the second waits for the first', pods: ['0 new'] },
  { name: 'then comes the second', pods: ['0 new ready'], create: ['web-1 new'] },
  { name: 'parallel: all at once', spec: parallel, pods: ['1 new'], create: ['web-0 new', 'web-2 new'] },
  { name: 'a failed pod is replaced', pods: ['0 new ready', '1 new failed', '2 new ready'], delete: ['web-1'] },
  { name: 'a terminating pod is waited for', pods: ['0 new ready deleting', '1 new ready'] },
  {
    name: 'scaling down: the highest first, one at a time',
    spec: { replicas: 1 },
    pods: ['0 new ready', '1 new ready', '2 new ready'],
    delete: ['web-2'],
  },
  {
    name: 'scaling down stops at an unhealthy pod',
    spec: { replicas: 1 },
    pods: ['0 new ready', '1 new', '2 new ready'],
    delete: ['web-2'],
  },
  {
    name: 'scaling down waits while a replica is unhealthy',
    spec: { replicas: 1 },
    pods: ['0 new', '1 new ready', '2 new ready'],
  },
  {
    name: 'parallel: scaling down at once',
    spec: { replicas: 1, ...parallel },
    pods: ['0 new', '1 new', '2 new'],
    delete: ['web-2', 'web-1'],
  },
  { name: 'an update begins with the highest', pods: ['0 old ready', '1 old ready', '2 old ready'], delete: ['web-2'] },
  {
    name: 'an update goes on when the last one is ready',
    pods: ['0 old ready', '1 old ready', '2 new ready'],
    delete: ['web-1'],
  },
  {
    name: 'the partition holds the lower ones',
    spec: { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } } },
    pods: ['0 old ready', '1 old ready', '2 new ready'],
  },
  {
    name: 'below the partition pods come back in the old revision',
    spec: { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } } },
    pods: ['1 old ready', '2 new ready'],
    create: ['web-0 old'],
  },
  {
    name: 'OnDelete does not update',
    spec: { updateStrategy: { type: 'OnDelete' } },
    pods: ['0 old ready', '1 old ready', '2 old ready'],
  },
  {
    name: 'maxUnavailable',
    spec: { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 2 } }, ...parallel },
    pods: ['0 old ready', '1 old ready', '2 old ready'],
    delete: ['web-2', 'web-1'],
  },
  {
    name: 'ordinals start where they are told',
    spec: { ordinals: { start: 5 } },
    pods: ['5 new ready', '0 new ready'],
    create: ['web-6 new'],
  },
];

for (const { name, spec, pods, create = [], delete: gone = [] } of plans) {
  test(`planStatefulSet: ${name}`, () => {
    const plan = planStatefulSet(input(statefulSet(spec), pods));
    const revisionOf = ({ metadata }: Pod) => metadata?.labels?.['controller-revision-hash']?.slice('web-'.length);
    assert.deepEqual(
      [
        plan.create.map((each) => `${each.metadata?.name} ${revisionOf(each)}`),
        plan.delete.map(({ metadata }) => metadata?.name),
      ],
      [create, gone],
    );
  });
}

test('the pod of an ordinal has name, labels, host name and claims', () => {
  const set = statefulSet({ volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: {} }] });
  const { metadata, spec } = newStatefulPod(set, revisions.new.template, 2, 'web-new');
  assert.deepEqual(metadata?.labels, {
    app: 'web',
    'controller-revision-hash': 'web-new',
    'statefulset.kubernetes.io/pod-name': 'web-2',
    'apps.kubernetes.io/pod-index': '2',
  });
  assert.deepEqual(
    [metadata?.name, metadata?.generateName, spec?.hostname, spec?.subdomain],
    ['web-2', undefined, 'web-2', 'web'],
  );
  assert.deepEqual(spec?.volumes, [{ name: 'data', persistentVolumeClaim: { claimName: 'data-web-2' } }]);
});

test('status while an update runs and when it is complete', () => {
  const running = planStatefulSet(input(statefulSet(), ['0 old ready', '1 old ready', '2 new'])).status;
  assert.deepEqual(running, {
    observedGeneration: 3,
    replicas: 3,
    readyReplicas: 2,
    currentReplicas: 2,
    updatedReplicas: 1,
    currentRevision: 'web-old',
    updateRevision: 'web-new',
    collisionCount: 0,
    conditions: undefined,
    availableReplicas: 2,
  });
  const { currentRevision, currentReplicas } = planStatefulSet(
    input(statefulSet(), ['0 new ready', '1 new ready', '2 new ready']),
  ).status;
  assert.deepEqual([currentRevision, currentReplicas], ['web-new', 3]);
});
