/** Defaults of cron jobs. */

import type { Draft } from '#base/edit.ts';
import { defaultFailurePolicy } from '#kinds/batch/job/defaults.ts';
import { defaultPodTemplate } from '#kinds/core/pod/defaults.ts';
import type { CronJob } from '#kinds/generated/batch-v1.ts';

export function defaultCronJob({ spec }: Draft<CronJob>): void {
  if (!spec) return;
  spec.concurrencyPolicy ||= 'Allow';
  spec.suspend ??= false;
  spec.successfulJobsHistoryLimit ??= 3;
  spec.failedJobsHistoryLimit ??= 1;
  // The job's own defaults come when a job is made of the template; only its pods have theirs here.
  if (!spec.jobTemplate?.spec) return;
  defaultFailurePolicy(spec.jobTemplate.spec);
  defaultPodTemplate(spec.jobTemplate.spec.template);
}
