/** Defaults of cron jobs. */

import type { Draft } from '#base/edit.ts';
import { defaultJobSpec } from '#kinds/batch/job/defaults.ts';
import type { CronJob } from '#kinds/generated/batch-v1.ts';

export function defaultCronJob({ spec }: Draft<CronJob>): void {
  if (!spec) return;
  spec.concurrencyPolicy ||= 'Allow';
  spec.suspend ??= false;
  spec.successfulJobsHistoryLimit ??= 3;
  spec.failedJobsHistoryLimit ??= 1;
  if (spec.jobTemplate?.spec) {
    defaultJobSpec(spec.jobTemplate.spec);
  }
}
