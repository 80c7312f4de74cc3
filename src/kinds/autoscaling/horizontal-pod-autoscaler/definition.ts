import { defineResource } from '#api/definition.ts';
import type { HorizontalPodAutoscaler } from '#kinds/generated/autoscaling-v2.ts';
import { horizontalPodAutoscalerColumns } from './columns.ts';
import { defaultHorizontalPodAutoscaler } from './defaults.ts';
import { validateHorizontalPodAutoscaler, validateHorizontalPodAutoscalerStatus } from './validation.ts';

export const HorizontalPodAutoscalers = defineResource<HorizontalPodAutoscaler>({
  group: 'autoscaling',
  version: 'v2',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  scope: 'Namespaced',
  validate: validateHorizontalPodAutoscaler,
  validateStatusUpdate: validateHorizontalPodAutoscalerStatus,
  columns: horizontalPodAutoscalerColumns,
  defaults: defaultHorizontalPodAutoscaler,
  shortNames: ['hpa'],
  categories: ['all'],
  subresources: [{ name: 'status', type: 'status', verbs: ['get', 'patch', 'update'] }],
});
