import { defineResource } from '#api/definition.ts';
import type { PriorityLevelConfiguration } from '#kinds/generated/flowcontrol-v1.ts';
import { priorityLevelConfigurationColumns } from './columns.ts';

export const PriorityLevelConfigurations = defineResource<PriorityLevelConfiguration>({
  group: 'flowcontrol.apiserver.k8s.io',
  version: 'v1',
  kind: 'PriorityLevelConfiguration',
  plural: 'prioritylevelconfigurations',
  scope: 'Cluster',
  columns: priorityLevelConfigurationColumns,
  tracksGeneration: true,
  subresources: [{ name: 'status', type: 'status', verbs: ['get', 'patch', 'update'] }],
});
