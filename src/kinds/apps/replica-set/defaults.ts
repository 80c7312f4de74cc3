/** Defaults of replica sets. */

import type { Draft } from '#base/edit.ts';
import { defaultPodTemplate } from '#kinds/core/pod/defaults.ts';
import type { ReplicaSet } from '#kinds/generated/apps-v1.ts';

export function defaultReplicaSet({ spec }: Draft<ReplicaSet>): void {
  if (!spec) return;
  spec.replicas ??= 1;
  defaultPodTemplate(spec.template);
}
