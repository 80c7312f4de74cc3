import { defineResource } from '#api/definition.ts';
import { labelsToString, scaleSubresource } from '#kinds/autoscaling/scale.ts';
import type { ReplicationController } from '#kinds/generated/core-v1.ts';
import { podTemplateWarnings } from '../pod/warnings.ts';
import { replicationControllerColumns } from './columns.ts';
import { defaultReplicationController } from './defaults.ts';
import { validateReplicationController, validateReplicationControllerStatusUpdate } from './validation.ts';

export const ReplicationControllers = defineResource<ReplicationController>({
  group: '',
  version: 'v1',
  kind: 'ReplicationController',
  plural: 'replicationcontrollers',
  scope: 'Namespaced',
  warnings: ({ spec }) => podTemplateWarnings(spec?.template, 'spec.template'),
  validate: validateReplicationController,
  validateStatusUpdate: validateReplicationControllerStatusUpdate,
  columns: replicationControllerColumns,
  tracksGeneration: true,
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
