import { defineResource } from '#api/definition.ts';
import { dropDisabledTemplateFields } from '#kinds/core/pod/disabled-fields.ts';
import type { Job } from '#kinds/generated/batch-v1.ts';
import { jobColumns } from './columns.ts';
import { defaultJob, labelLikePods } from './defaults.ts';
import { generateSelector, labelWithName } from './selector.ts';
import { validateJobStatus } from './status-rules.ts';
import { validateJob, validateJobUpdate } from './validation.ts';
import { jobWarnings } from './warnings.ts';

export const Jobs = defineResource<Job>({
  group: 'batch',
  version: 'v1',
  kind: 'Job',
  plural: 'jobs',
  scope: 'Namespaced',
  judgesNameOnUpdate: true,
  validate: validateJob,
  validateUpdate: validateJobUpdate,
  validateStatusUpdate: validateJobStatus,
  warnings: jobWarnings,
  columns: jobColumns,
  tracksGeneration: true,
  defaults: (job) => {
    defaultJob(job);
    labelWithName(job);
  },
  prepareForCreate: (job) => {
    dropDisabledTemplateFields(job.spec?.template);
    generateSelector(job);
    labelLikePods(job);
  },
  prepareForUpdate: ({ spec }, old) => dropDisabledTemplateFields(spec?.template, old.spec?.template),
  deletionAdvice:
    'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning',
  categories: ['all'],
  selectableFields: {
    'status.successful': (job) => String(job.status?.succeeded ?? 0),
  },
  subresources: [{ name: 'status', type: 'status', verbs: ['get', 'patch', 'update'] }],
});
