import { caseBuilders } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';
import { badPodMakers, podSpec, selector, template } from '../workload-cases.ts';

const { spec, store, patch, patchStatus, create, metadata } = caseBuilders('apps/v1/namespaces/NAMESPACE/deployments', {
  metadata: { name: 'a' },
  spec: { selector, template },
});
const rolling = (maxUnavailable: unknown, maxSurge: unknown) => ({
  strategy: { rollingUpdate: { maxUnavailable, maxSurge } },
});

export const cases: readonly GoldenCase[] = [
  ...metadata(),
  create('valid'),
  create('no spec', { spec: {} }),
  create('name', { metadata: { name: 'A_b' } }),
  ...Object.entries(badPodMakers).map(([name, fields]) => spec(name, fields)),
  spec('negative numbers', {
    replicas: -1,
    minReadySeconds: -1,
    revisionHistoryLimit: -1,
    progressDeadlineSeconds: -1,
  }),
  spec('deadline before ready', { minReadySeconds: 10, progressDeadlineSeconds: 10 }),
  spec('strategy', { strategy: { type: 'Blue' } }),
  spec('recreate with rolling update', { strategy: { type: 'Recreate', rollingUpdate: { maxSurge: 1 } } }),
  spec('both zero', rolling(0, '0%')),
  spec('text for numbers', rolling('x', 'y')),
  spec('too much', rolling('101%', '101%')),
  spec('negative rolling update', rolling(-1, -1)),
  store(),
  patch('selector is immutable', { spec: { selector: { matchLabels: { app: 'b' } } } }),
  patch('scale', { spec: { replicas: 3 } }),
  patchStatus('status counts', { replicas: 1, readyReplicas: 2, availableReplicas: 3, updatedReplicas: 2 }),
  patchStatus('negative status', { replicas: -1, unavailableReplicas: -1, observedGeneration: -1 }),
  patchStatus('collisions', { collisionCount: 2 }),
  patchStatus('fewer collisions', { collisionCount: 1 }),
  create('name that is no label', { metadata: { name: 'a.b' } }),
  spec('deprecated node selector', {
    template: { ...template, spec: { ...podSpec, nodeSelector: { 'beta.kubernetes.io/os': 'linux' } } },
  }),
];
