import { caseBuilders } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';
import { badPodMakers, podSpec, selector, template } from '../workload-cases.ts';

const { spec, store, patch, patchStatus, create, metadata } = caseBuilders('apps/v1/namespaces/NAMESPACE/daemonsets', {
  metadata: { name: 'a' },
  spec: { selector, template },
});
const rolling = (maxUnavailable: unknown, maxSurge: unknown) => ({
  updateStrategy: { rollingUpdate: { maxUnavailable, maxSurge } },
});

export const cases: readonly GoldenCase[] = [
  ...metadata(),
  create('valid'),
  ...Object.entries(badPodMakers).map(([name, fields]) => spec(name, fields)),
  spec('negative numbers', { minReadySeconds: -1, revisionHistoryLimit: -1 }),
  spec('strategy', { updateStrategy: { type: 'Blue' } }),
  spec('both zero', rolling(0, 0)),
  spec('both set', rolling(1, '1%')),
  spec('surge alone', rolling(0, '10%')),
  spec('too much', rolling('101%', 'x')),
  store(),
  patch('selector is immutable', { spec: { selector: { matchLabels: { app: 'b' } } } }),
  patch('rolling at another pace', { spec: { minReadySeconds: 5, ...rolling('30%', 0) } }),
  patch('another strategy', { spec: { updateStrategy: { type: 'OnDelete', rollingUpdate: null } } }),
  patch('negative numbers in an update', { spec: { minReadySeconds: -1, revisionHistoryLimit: -1 } }),
  patchStatus('negative status', { currentNumberScheduled: -1, numberReady: -1, collisionCount: -1 }),
  create('name that is no label', { metadata: { name: 'a.b' } }),
  spec('deprecated node selector', {
    template: { ...template, spec: { ...podSpec, nodeSelector: { 'beta.kubernetes.io/os': 'linux' } } },
  }),
];
