/** Warnings about StatefulSets. */

import { workloadWarnings } from '#kinds/apps/workload-warnings.ts';
import { claimSpecWarnings } from '#kinds/core/persistent-volume-claim/warnings.ts';
import type { StatefulSet } from '#kinds/generated/apps-v1.ts';

export function statefulSetWarnings(set: StatefulSet, old: StatefulSet | undefined): readonly string[] {
  const { template, volumeClaimTemplates = [], revisionHistoryLimit = 0 } = set.spec ?? {};
  const warnings = workloadWarnings(set, old, template, 'spec.template');
  volumeClaimTemplates.forEach(({ spec }, position) => {
    // The path of an update is upstream's too.
    const path = `spec.volumeClaimTemplates[${position}]${old ? '.Spec' : ''}`;
    warnings.push(...claimSpecWarnings(spec ?? {}, path));
  });
  if (revisionHistoryLimit < 0) {
    warnings.push(
      'spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended',
    );
  }
  return warnings;
}
