import { caseBuilders } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';
import { badPodMakers, podSpec, selector, template } from '../workload-cases.ts';

const { spec, store, patch, patchStatus, create, metadata } = caseBuilders('apps/v1/namespaces/NAMESPACE/replicasets', {
  metadata: { name: 'a' },
  spec: { selector, template },
});

export const cases: readonly GoldenCase[] = [
  ...metadata(),
  create('valid'),
  ...Object.entries(badPodMakers).map(([name, fields]) => spec(name, fields)),
  spec('negative numbers', { replicas: -1, minReadySeconds: -1 }),
  store(),
  patch('selector is immutable', { spec: { selector: { matchLabels: { app: 'b' } } } }),
  patchStatus('status counts', { replicas: 1, readyReplicas: 2, availableReplicas: 3, fullyLabeledReplicas: 2 }),
  patchStatus('negative status', { replicas: -1, terminatingReplicas: -1 }),
  create('name that is no label', { metadata: { name: 'a.b' } }),
  spec('deprecated node selector', {
    template: { ...template, spec: { ...podSpec, nodeSelector: { 'beta.kubernetes.io/os': 'linux' } } },
  }),
];
