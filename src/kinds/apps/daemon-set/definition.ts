import { defineResource } from '#api/definition.ts';
import type { DaemonSet } from '#kinds/generated/apps-v1.ts';
import { daemonSetColumns } from './columns.ts';
import { defaultDaemonSet } from './defaults.ts';
import { countTemplateChange, startTemplateGeneration } from './template-generation.ts';
import { validateDaemonSet, validateDaemonSetStatus, validateDaemonSetUpdate } from './validation.ts';

export const DaemonSets = defineResource<DaemonSet>({
  group: 'apps',
  version: 'v1',
  kind: 'DaemonSet',
  plural: 'daemonsets',
  scope: 'Namespaced',
  prepareForCreate: startTemplateGeneration,
  prepareForUpdate: countTemplateChange,
  validate: validateDaemonSet,
  validateUpdate: validateDaemonSetUpdate,
  validateStatusUpdate: validateDaemonSetStatus,
  columns: daemonSetColumns,
  tracksGeneration: true,
  defaults: defaultDaemonSet,
  shortNames: ['ds'],
  categories: ['all'],
  subresources: [{ name: 'status', type: 'status', verbs: ['get', 'patch', 'update'] }],
});
