/** Defaults of replication controllers: the template's labels stand in for a missing selector and missing labels. */

import type { Draft } from '#base/edit.ts';
import { defaultPodTemplate } from '#kinds/core/pod/defaults.ts';
import type { ReplicationController } from '#kinds/generated/core-v1.ts';

export function defaultReplicationController(object: Draft<ReplicationController>): void {
  const { spec } = object;
  if (!spec) return;
  spec.replicas ??= 1;
  const labels = spec.template?.metadata?.labels;
  if (labels) {
    if (Object.keys(spec.selector ?? {}).length === 0) spec.selector = { ...labels };
    if (Object.keys(object.metadata?.labels ?? {}).length === 0) {
      object.metadata = { ...object.metadata, labels: { ...labels } };
    }
  }
  defaultPodTemplate(spec.template);
}
