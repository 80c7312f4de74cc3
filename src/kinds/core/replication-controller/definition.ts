import { defineResource } from '#api/definition.ts';
import { longName } from '#api/name-format.ts';
import { podNameWarnings, workloadWarnings } from '#kinds/apps/workload-warnings.ts';
import { labelsToString, scaleSubresource } from '#kinds/autoscaling/scale.ts';
import { dropDisabledTemplateFields } from '#kinds/core/pod/disabled-fields.ts';
import type { ReplicationController } from '#kinds/generated/core-v1.ts';
import { replicationControllerColumns } from './columns.ts';
import { defaultReplicationController } from './defaults.ts';
import { validateReplicationController, validateReplicationControllerStatusUpdate } from './validation.ts';

export const ReplicationControllers = defineResource<ReplicationController>({
  group: '',
  version: 'v1',
  kind: 'ReplicationController',
  plural: 'replicationcontrollers',
  scope: 'Namespaced',
  validateName: longName,
  warnings: (object, old) => [
    ...podNameWarnings(object, old),
    ...workloadWarnings(object, old, object.spec?.template, 'spec.template'),
  ],
  validate: validateReplicationController,
  validateStatusUpdate: validateReplicationControllerStatusUpdate,
  columns: replicationControllerColumns,
  tracksGeneration: true,
  prepareForCreate: ({ spec }) => dropDisabledTemplateFields(spec?.template),
  prepareForUpdate: ({ spec }, old) => dropDisabledTemplateFields(spec?.template, old.spec?.template),
  defaults: defaultReplicationController,
  shortNames: ['rc'],
  categories: ['all'],
  selectableFields: {
    'status.replicas': (controller) => String(controller.status?.replicas ?? 0),
  },
  subresources: [
    scaleSubresource((controller) => labelsToString(controller.spec?.selector ?? {})),
    { name: 'status', type: 'status', verbs: ['get', 'patch', 'update'] },
  ],
});
