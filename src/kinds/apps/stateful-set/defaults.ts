/** Defaults of stateful sets. */

import type { Draft } from '#base/edit.ts';
import { defaultPersistentVolumeClaim } from '#kinds/core/persistent-volume-claim/defaults.ts';
import { defaultPodTemplate } from '#kinds/core/pod/defaults.ts';
import type { StatefulSet } from '#kinds/generated/apps-v1.ts';

export function defaultStatefulSet({ spec }: Draft<StatefulSet>): void {
  if (!spec) return;
  spec.podManagementPolicy ||= 'OrderedReady';
  spec.updateStrategy ??= {};
  if (!spec.updateStrategy.type) {
    spec.updateStrategy.type = 'RollingUpdate';
    spec.updateStrategy.rollingUpdate ??= {};
  }
  if (spec.updateStrategy.type === 'RollingUpdate' && spec.updateStrategy.rollingUpdate) {
    spec.updateStrategy.rollingUpdate.partition ??= 0;
  }
  spec.persistentVolumeClaimRetentionPolicy ??= {};
  spec.persistentVolumeClaimRetentionPolicy.whenDeleted ||= 'Retain';
  spec.persistentVolumeClaimRetentionPolicy.whenScaled ||= 'Retain';
  spec.replicas ??= 1;
  spec.revisionHistoryLimit ??= 10;
  for (const claim of spec.volumeClaimTemplates ?? []) {
    claim.apiVersion = 'v1';
    claim.kind = 'PersistentVolumeClaim';
    defaultPersistentVolumeClaim(claim);
  }
  defaultPodTemplate(spec.template);
}
