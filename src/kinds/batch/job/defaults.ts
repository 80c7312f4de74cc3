/** Defaults of jobs, also of those in the templates of cron jobs. */

import type { Draft } from '#base/edit.ts';
import { defaultPodTemplate } from '#kinds/core/pod/defaults.ts';
import type { Job, JobSpec } from '#kinds/generated/batch-v1.ts';

const maxInt32 = 2_147_483_647;

export function defaultJob(job: Draft<Job>): void {
  const { spec } = job;
  if (!spec) return;
  labelLikePods(job);
  spec.manualSelector ??= false;
  defaultJobSpec(spec);
}

/** A job without labels has those of its pods. */
export function labelLikePods(job: Draft<Job>): void {
  const labels = job.spec?.template?.metadata?.labels;
  if (labels && Object.keys(job.metadata?.labels ?? {}).length === 0)
    job.metadata = { ...job.metadata, labels: { ...labels } };
}

/** Also of the jobs in templates, as the default is the pattern's and not the job's. */
export function defaultFailurePolicy({ podFailurePolicy }: Draft<JobSpec>): void {
  for (const rule of podFailurePolicy?.rules ?? []) {
    for (const pattern of rule.onPodConditions ?? []) pattern.status ||= 'True';
  }
}

export function defaultJobSpec(spec: Draft<JobSpec>): void {
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1;
  spec.parallelism ??= 1;
  spec.backoffLimit ??= spec.backoffLimitPerIndex === undefined ? 6 : maxInt32;
  spec.completionMode ??= 'NonIndexed';
  spec.suspend ??= false;
  // With a failure policy a pod is replaced only once it has really failed (KEP-3939).
  spec.podReplacementPolicy ??= spec.podFailurePolicy ? 'Failed' : 'TerminatingOrFailed';
  defaultFailurePolicy(spec);
  defaultPodTemplate(spec.template);
}
