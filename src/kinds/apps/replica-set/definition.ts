import { defineResource } from '#api/definition.ts';
import { podNameWarnings, workloadWarnings } from '#kinds/apps/workload-warnings.ts';
import { scaleSubresource, selectorToString } from '#kinds/autoscaling/scale.ts';
import { dropDisabledTemplateFields } from '#kinds/core/pod/disabled-fields.ts';
import type { ReplicaSet } from '#kinds/generated/apps-v1.ts';
import { replicaSetColumns } from './columns.ts';
import { defaultReplicaSet } from './defaults.ts';
import { validateReplicaSet, validateReplicaSetStatus, validateReplicaSetUpdate } from './validation.ts';

export const ReplicaSets = defineResource<ReplicaSet>({
  group: 'apps',
  version: 'v1',
  kind: 'ReplicaSet',
  plural: 'replicasets',
  scope: 'Namespaced',
  warnings: (object, old) => [
    ...podNameWarnings(object, old),
    ...workloadWarnings(object, old, object.spec?.template, 'spec.template'),
  ],
  validate: validateReplicaSet,
  validateUpdate: validateReplicaSetUpdate,
  validateStatusUpdate: validateReplicaSetStatus,
  columns: replicaSetColumns,
  tracksGeneration: true,
  prepareForCreate: ({ spec }) => dropDisabledTemplateFields(spec?.template),
  prepareForUpdate: ({ spec }, old) => dropDisabledTemplateFields(spec?.template, old.spec?.template),
  defaults: defaultReplicaSet,
  shortNames: ['rs'],
  categories: ['all'],
  selectableFields: {
    'status.replicas': (replicaSet) => String(replicaSet.status?.replicas ?? 0),
  },
  subresources: [
    scaleSubresource((object) => selectorToString(object.spec?.selector)),
    { name: 'status', type: 'status', verbs: ['get', 'patch', 'update'] },
  ],
});
