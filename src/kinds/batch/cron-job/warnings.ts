/** Warnings about CronJobs. */

import { podNameWarnings, specChanged } from '#kinds/apps/workload-warnings.ts';
import type { CronJob } from '#kinds/generated/batch-v1.ts';
import { jobSpecWarnings } from '../job/warnings.ts';

export function cronJobWarnings(cronJob: CronJob, old: CronJob | undefined): readonly string[] {
  const { spec } = cronJob;
  const warnings = podNameWarnings(cronJob, old);
  if (specChanged(cronJob, old)) warnings.push(...jobSpecWarnings(spec?.jobTemplate?.spec, 'spec.jobTemplate.spec'));
  if (old && spec?.schedule?.includes('TZ')) {
    // The path is upstream's.
    warnings.push(
      'cannot use TZ or CRON_TZ in spec.spec.schedule, use timeZone instead, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details',
    );
  }
  return warnings;
}
