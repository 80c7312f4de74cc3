import { defineResource } from '#api/definition.ts';
import { workloadWarnings } from '#kinds/apps/workload-warnings.ts';
import { dropDisabledTemplateFields } from '#kinds/core/pod/disabled-fields.ts';
import type { PodTemplate } from '#kinds/generated/core-v1.ts';
import { podTemplateColumns } from './columns.ts';
import { defaultPodTemplateObject } from './defaults.ts';
import { validatePodTemplateObject } from './validation.ts';

export const PodTemplates = defineResource<PodTemplate>({
  group: '',
  version: 'v1',
  kind: 'PodTemplate',
  plural: 'podtemplates',
  scope: 'Namespaced',
  warnings: (object, old) => workloadWarnings(object, old, object.template, 'template'),
  validate: validatePodTemplateObject,
  columns: podTemplateColumns,
  returnsDeletedObject: true,
  tracksGeneration: true,
  prepareForCreate: ({ template }) => dropDisabledTemplateFields(template),
  prepareForUpdate: ({ template }, old) => dropDisabledTemplateFields(template, old.template),
  defaults: defaultPodTemplateObject,
});
