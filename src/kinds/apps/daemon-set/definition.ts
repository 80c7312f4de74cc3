import { defineResource } from '#api/definition.ts';
import { workloadWarnings } from '#kinds/apps/workload-warnings.ts';
import { dropDisabledTemplateFields } from '#kinds/core/pod/disabled-fields.ts';
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
  warnings: (object, old) => workloadWarnings(object, old, object.spec?.template, 'spec.template'),
  prepareForCreate: (daemonSet) => {
    dropDisabledTemplateFields(daemonSet.spec?.template);
    startTemplateGeneration(daemonSet);
  },
  prepareForUpdate: (daemonSet, old) => {
    dropDisabledTemplateFields(daemonSet.spec?.template, old.spec?.template);
    countTemplateChange(daemonSet, old);
  },
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
