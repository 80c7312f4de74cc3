/** The selector that a job gets unless spec.manualSelector: its uid, as a label of its pods (upstream's registry/batch/job). */

import type { Draft } from '#base/edit.ts';
import type { Job } from '#kinds/generated/batch-v1.ts';

const uidLabel = 'batch.kubernetes.io/controller-uid';
const uidLabels = [uidLabel, 'controller-uid'];
const nameLabels = ['batch.kubernetes.io/job-name', 'job-name'];

export function generateSelector(job: Draft<Job>): void {
  const { spec, metadata } = job;
  if (!spec || spec.manualSelector) return;
  const labels = templateLabels(job);
  for (const label of uidLabels) labels[label] ??= metadata?.uid ?? '';
  spec.selector ??= {};
  spec.selector.matchLabels ??= {};
  spec.selector.matchLabels[uidLabel] ??= metadata?.uid ?? '';
  // Whoever is to get a name of the server's is labelled with it when it is known.
  if (!metadata?.name && metadata?.generateName) return;
  for (const label of nameLabels) labels[label] ??= metadata?.name ?? '';
}

/** A generated name is known only after the selector was made. */
export function labelWithName(job: Draft<Job>): void {
  const { spec, metadata } = job;
  const generated = metadata?.uid !== undefined && spec?.selector?.matchLabels?.[uidLabel] === metadata.uid;
  if (!generated || !metadata?.name || spec.manualSelector) return;
  const labels = templateLabels(job);
  // Whose labels are those of its pods.
  const own = metadata.labels?.[uidLabel] === metadata.uid ? metadata.labels : undefined;
  for (const label of nameLabels) {
    labels[label] ??= metadata.name;
    if (own) own[label] ??= metadata.name;
  }
}

function templateLabels(job: Draft<Job>): Record<string, string> {
  const template = (job.spec as Draft<NonNullable<Job['spec']>>).template;
  template.metadata ??= {};
  template.metadata.labels ??= {};
  return template.metadata.labels;
}
