import { caseBuilders } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';
import { badPodMakers, podSpec, selector, template, templateWith } from '../workload-cases.ts';

const { spec, store, patch, patchStatus, create, metadata } = caseBuilders(
  'apps/v1/namespaces/NAMESPACE/statefulsets',
  {
    metadata: { name: 'a' },
    spec: { selector, template, serviceName: 's' },
  },
);
const claim = (name: string, fields = {}) => ({
  metadata: { name },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...fields },
});

export const cases: readonly GoldenCase[] = [
  ...metadata(),
  create('valid'),
  create('name', { metadata: { name: 'a.b' } }),
  ...Object.entries(badPodMakers).map(([name, fields]) => spec(name, fields)),
  spec('negative numbers', { replicas: -1, minReadySeconds: -1, ordinals: { start: -1 } }),
  spec('management', { podManagementPolicy: 'Any' }),
  spec('strategy', { updateStrategy: { type: 'Blue' } }),
  spec('on delete with rolling update', { updateStrategy: { type: 'OnDelete', rollingUpdate: { partition: 1 } } }),
  spec('rolling update', { updateStrategy: { rollingUpdate: { partition: -1, maxUnavailable: 0 } } }),
  spec('retention', { persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Keep', whenScaled: 'Keep' } }),
  spec('service name', { serviceName: 'A.b' }),
  spec('claim templates', { volumeClaimTemplates: [claim('v', { accessModes: [] })] }),
  spec('mount of a claim', {
    volumeClaimTemplates: [claim('v')],
    template: templateWith({
      hostname: 'A',
      containers: [{ name: 'c', image: 'nginx', volumeMounts: [{ name: 'v', mountPath: '/v' }] }],
    }),
  }),
  store(),
  patch('service name is immutable', { spec: { serviceName: 't' } }),
  patch('selector is immutable', { spec: { selector: { matchLabels: { app: 'b' } } } }),
  patch('what may change', { spec: { replicas: 2, minReadySeconds: 1, revisionHistoryLimit: 3 } }),
  patchStatus('status counts', {
    replicas: 1,
    readyReplicas: 2,
    currentReplicas: 2,
    updatedReplicas: 2,
    availableReplicas: 3,
  }),
  create('name that is no label', { metadata: { name: 'a.b' } }),
  spec('deprecated node selector', {
    template: { ...template, spec: { ...podSpec, nodeSelector: { 'beta.kubernetes.io/os': 'linux' } } },
  }),
  spec('negative history', { revisionHistoryLimit: -1 }),
];
