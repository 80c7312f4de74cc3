import { defineResource } from '#api/definition.ts';
import { keepMetadata } from '#api/status-metadata.ts';
import type { PriorityLevelConfiguration } from '#kinds/generated/flowcontrol-v1.ts';
import { priorityLevelConfigurationColumns } from './columns.ts';
import { defaultPriorityLevelConfiguration } from './defaults.ts';
import { validatePriorityLevelConfiguration, validatePriorityLevelConfigurationStatus } from './validation.ts';

export const PriorityLevelConfigurations = defineResource<PriorityLevelConfiguration>({
  group: 'flowcontrol.apiserver.k8s.io',
  version: 'v1',
  kind: 'PriorityLevelConfiguration',
  plural: 'prioritylevelconfigurations',
  scope: 'Cluster',
  judgesNameOnUpdate: true,
  prepareForStatusUpdate: keepMetadata,
  defaults: defaultPriorityLevelConfiguration,
  validate: validatePriorityLevelConfiguration,
  validateStatusUpdate: validatePriorityLevelConfigurationStatus,
  columns: priorityLevelConfigurationColumns,
  tracksGeneration: true,
  subresources: [
    { name: 'status', type: 'status', verbs: ['get', 'patch', 'update'], resetFields: [['metadata'], ['spec']] },
  ],
});
