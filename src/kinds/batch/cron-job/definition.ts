import { defineResource } from '#api/definition.ts';
import { dropDisabledTemplateFields } from '#kinds/core/pod/disabled-fields.ts';
import type { CronJob } from '#kinds/generated/batch-v1.ts';
import { cronJobColumns } from './columns.ts';
import { defaultCronJob } from './defaults.ts';
import { validateCronJob } from './validation.ts';
import { cronJobWarnings } from './warnings.ts';

export const CronJobs = defineResource<CronJob>({
  group: 'batch',
  version: 'v1',
  kind: 'CronJob',
  plural: 'cronjobs',
  scope: 'Namespaced',
  warnings: cronJobWarnings,
  validate: validateCronJob,
  columns: cronJobColumns,
  tracksGeneration: true,
  prepareForCreate: ({ spec }) => dropDisabledTemplateFields(spec?.jobTemplate?.spec?.template),
  prepareForUpdate: ({ spec }, old) =>
    dropDisabledTemplateFields(spec?.jobTemplate?.spec?.template, old.spec?.jobTemplate.spec?.template),
  defaults: defaultCronJob,
  shortNames: ['cj'],
  categories: ['all'],
  subresources: [{ name: 'status', type: 'status', verbs: ['get', 'patch', 'update'] }],
});
