/** Defaults of deployments. */

import type { Draft } from '#base/edit.ts';
import { defaultPodTemplate } from '#kinds/core/pod/defaults.ts';
import type { Deployment } from '#kinds/generated/apps-v1.ts';

export function defaultDeployment({ spec }: Draft<Deployment>): void {
  if (!spec) return;
  spec.replicas ??= 1;
  spec.strategy ??= {};
  spec.strategy.type ||= 'RollingUpdate';
  if (spec.strategy.type === 'RollingUpdate') {
    spec.strategy.rollingUpdate ??= {};
    spec.strategy.rollingUpdate.maxUnavailable ??= '25%';
    spec.strategy.rollingUpdate.maxSurge ??= '25%';
  }
  spec.revisionHistoryLimit ??= 10;
  spec.progressDeadlineSeconds ??= 600;
  defaultPodTemplate(spec.template);
}
