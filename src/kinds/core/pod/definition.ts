import { defineResource } from '#api/definition.ts';
import type { Draft } from '#base/edit.ts';
import type { Pod } from '#kinds/generated/core-v1.ts';
import { podColumns } from './columns.ts';
import { defaultPod } from './defaults.ts';
import { dropDisabledFields } from './disabled-fields.ts';
import { podGracePeriod, preparePod, preparePodStatus, writeResize } from './lifecycle.ts';
import { validatePod } from './validation/pod.ts';
import { validatePodStatusUpdate } from './validation/status.ts';
import { validatePodUpdate } from './validation/update.ts';
import { podWarnings } from './warnings.ts';

export const Pods = defineResource<Pod>({
  group: '',
  version: 'v1',
  kind: 'Pod',
  plural: 'pods',
  scope: 'Namespaced',
  judgesNameOnUpdate: true,
  columns: podColumns,
  returnsDeletedObject: true,
  tracksGeneration: true,
  defaults: defaultPod,
  gracefulDeletion: podGracePeriod,
  keepsStatusOnCreate: true,
  prepareForCreate: preparePod,
  prepareForUpdate: (pod, old) => dropDisabledFields(pod.spec, old.spec),
  prepareForStatusUpdate: preparePodStatus,
  validate: validatePod,
  validateUpdate: validatePodUpdate,
  validateStatusUpdate: validatePodStatusUpdate,
  warnings: podWarnings,
  shortNames: ['po'],
  categories: ['all'],
  selectableFields: {
    'spec.nodeName': (pod) => pod.spec?.nodeName ?? '',
    'spec.restartPolicy': (pod) => pod.spec?.restartPolicy ?? '',
    'spec.schedulerName': (pod) => pod.spec?.schedulerName ?? '',
    'spec.serviceAccountName': (pod) => pod.spec?.serviceAccountName ?? '',
    'spec.hostNetwork': (pod) => String(pod.spec?.hostNetwork ?? false),
    'status.phase': (pod) => pod.status?.phase ?? '',
    'status.podIP': (pod) => pod.status?.podIPs?.[0]?.ip ?? '',
    'status.nominatedNodeName': (pod) => pod.status?.nominatedNodeName ?? '',
  },
  subresources: [
    {
      name: 'attach',
      type: 'action',
      verbs: ['create', 'get'],
      kind: { group: '', version: 'v1', kind: 'PodAttachOptions' },
    },
    { name: 'binding', type: 'action', verbs: ['create'], kind: { group: '', version: 'v1', kind: 'Binding' } },
    {
      name: 'ephemeralcontainers',
      type: 'view',
      verbs: ['get', 'patch', 'update'],
      read: (pod) => pod,
      write: (draft, view: Pod) => {
        if (draft.spec) draft.spec.ephemeralContainers = (view as Draft<Pod>).spec?.ephemeralContainers;
      },
    },
    { name: 'eviction', type: 'action', verbs: ['create'], kind: { group: 'policy', version: 'v1', kind: 'Eviction' } },
    {
      name: 'exec',
      type: 'action',
      verbs: ['create', 'get'],
      kind: { group: '', version: 'v1', kind: 'PodExecOptions' },
    },
    { name: 'log', type: 'action', verbs: ['get'] },
    {
      name: 'portforward',
      type: 'action',
      verbs: ['create', 'get'],
      kind: { group: '', version: 'v1', kind: 'PodPortForwardOptions' },
    },
    {
      name: 'proxy',
      type: 'action',
      verbs: ['create', 'delete', 'get', 'patch', 'update'],
      kind: { group: '', version: 'v1', kind: 'PodProxyOptions' },
    },
    {
      name: 'resize',
      type: 'view',
      verbs: ['get', 'patch', 'update'],
      read: (pod) => pod,
      write: writeResize,
    },
    {
      name: 'status',
      type: 'status',
      verbs: ['get', 'patch', 'update'],
      resetFields: [['spec'], ['metadata', 'deletionTimestamp'], ['metadata', 'ownerReferences']],
    },
  ],
});
