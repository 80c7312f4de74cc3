/** Warnings about Jobs, and about what CronJobs make them from. */

import { podNameWarnings, specChanged } from '#kinds/apps/workload-warnings.ts';
import { podTemplateWarnings } from '#kinds/core/pod/warnings.ts';
import type { Job, JobSpec } from '#kinds/generated/batch-v1.ts';

const manyCompletions = 100_000;
const manyAtOnce = 10_000;

export function jobWarnings(job: Job, old: Job | undefined): readonly string[] {
  if (!specChanged(job, old)) return [];
  return [...podNameWarnings(job, old), ...jobSpecWarnings(job.spec, 'spec')];
}

export function jobSpecWarnings(spec: JobSpec | undefined, path: string): string[] {
  const { completionMode, completions = 0, parallelism = 0, template } = spec ?? {};
  const isLarge = completionMode === 'Indexed' && completions > manyCompletions && parallelism > manyAtOnce;
  const warnings = isLarge
    ? [
        `${path}: In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail`,
      ]
    : [];
  return [...warnings, ...podTemplateWarnings(template, `${path}.template`)];
}
