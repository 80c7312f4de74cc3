/** Warnings about Jobs. */

import { isDNS1123Label } from '#api/name-format.ts';
import { podTemplateWarnings } from '#kinds/core/pod/warnings.ts';
import type { Job } from '#kinds/generated/batch-v1.ts';

const manyCompletions = 100_000;
const manyAtOnce = 10_000;

export function jobWarnings(job: Job, old: Job | undefined): readonly string[] {
  const { metadata, spec } = job;
  if (old && old.metadata?.generation === metadata?.generation) return [];
  const warnings: string[] = [];
  const messages = old ? [] : isDNS1123Label(metadata?.name ?? '');
  if (messages.length > 0) {
    warnings.push(
      `metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [${messages.join(' ')}]`,
    );
  }
  const { completionMode, completions = 0, parallelism = 0, template } = spec ?? {};
  if (completionMode === 'Indexed' && completions > manyCompletions && parallelism > manyAtOnce) {
    warnings.push(
      'spec: In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail',
    );
  }
  return [...warnings, ...podTemplateWarnings(template, 'spec.template')];
}
