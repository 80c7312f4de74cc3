/** Defaults of daemon sets. */

import type { Draft } from '#base/edit.ts';
import { defaultPodTemplate } from '#kinds/core/pod/defaults.ts';
import type { DaemonSet } from '#kinds/generated/apps-v1.ts';
import { showTemplateGeneration } from './template-generation.ts';

export function defaultDaemonSet(daemonSet: Draft<DaemonSet>): void {
  showTemplateGeneration(daemonSet);
  const { spec } = daemonSet;
  if (!spec) return;
  spec.updateStrategy ??= {};
  spec.updateStrategy.type ||= 'RollingUpdate';
  if (spec.updateStrategy.type === 'RollingUpdate') {
    spec.updateStrategy.rollingUpdate ??= {};
    spec.updateStrategy.rollingUpdate.maxUnavailable ??= 1;
    spec.updateStrategy.rollingUpdate.maxSurge ??= 0;
  }
  spec.revisionHistoryLimit ??= 10;
  defaultPodTemplate(spec.template);
}
