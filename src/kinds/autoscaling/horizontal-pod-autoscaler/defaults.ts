/** Defaults of autoscalers. */

import type { Draft } from '#base/edit.ts';
import type { HorizontalPodAutoscaler, HPAScalingRules } from '#kinds/generated/autoscaling-v2.ts';

export function defaultHorizontalPodAutoscaler({ spec }: Draft<HorizontalPodAutoscaler>): void {
  if (!spec) return;
  spec.minReplicas ??= 1;
  if (!spec.metrics || spec.metrics.length === 0) {
    spec.metrics = [
      { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
    ];
  }
  if (!spec.behavior) return;
  spec.behavior.scaleUp = rules(spec.behavior.scaleUp, {
    stabilizationWindowSeconds: 0,
    selectPolicy: 'Max',
    policies: [
      { type: 'Pods', value: 4, periodSeconds: 15 },
      { type: 'Percent', value: 100, periodSeconds: 15 },
    ],
  });
  // The window of scaling down is the controller's, unless given.
  spec.behavior.scaleDown = rules(spec.behavior.scaleDown, {
    selectPolicy: 'Max',
    policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
  });
}

function rules(given: Draft<HPAScalingRules> | undefined, otherwise: Draft<HPAScalingRules>): Draft<HPAScalingRules> {
  const stated = Object.entries(given ?? {}).filter(([, value]) => value !== undefined);
  return { ...otherwise, ...Object.fromEntries(stated) };
}
