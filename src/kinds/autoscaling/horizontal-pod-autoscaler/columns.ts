/** Columns of HorizontalPodAutoscaler tables. */

import { ageColumn, nameColumn, textColumn } from '#api/columns.ts';
import type { Column } from '#api/definition.ts';
import type { HorizontalPodAutoscaler, MetricSpec, MetricStatus } from '#kinds/generated/autoscaling-v2.ts';

export const horizontalPodAutoscalerColumns: readonly Column<HorizontalPodAutoscaler>[] = [
  nameColumn,
  {
    name: 'Reference',
    type: 'string',
    cell: ({ spec }) => `${spec?.scaleTargetRef?.kind}/${spec?.scaleTargetRef?.name}`,
  },
  textColumn('Targets', targets),
  textColumn(
    'MinPods',
    ({ spec }) => (spec?.minReplicas === undefined ? undefined : String(spec.minReplicas)),
    '<unset>',
  ),
  { name: 'MaxPods', type: 'string', cell: ({ spec }) => spec?.maxReplicas ?? 0 },
  { name: 'Replicas', type: 'string', cell: ({ status }) => status?.currentReplicas ?? 0 },
  ageColumn,
];

/** Current value and target of the first two metrics; a status belongs to the metric at its place. */
function targets({ spec, status }: HorizontalPodAutoscaler): string {
  const metrics = spec?.metrics ?? [];
  const texts = metrics
    .slice(0, shownMetrics)
    .map((metric, index) => targetText(metric, status?.currentMetrics?.[index]));
  const rest = metrics.length > shownMetrics ? ` + ${metrics.length - shownMetrics} more...` : '';
  return texts.length === 0 ? '<none>' : `${texts.join(', ')}${rest}`;
}

const shownMetrics = 2;

function targetText(metric: MetricSpec, status: MetricStatus | undefined): string {
  const { type, pods, object, external } = metric;
  const resource = type === 'Resource' ? metric.resource : metric.containerResource;
  if (resource) {
    const current = (type === 'Resource' ? status?.resource : status?.containerResource)?.current;
    const { averageUtilization, averageValue } = resource.target;
    if (averageValue !== undefined) return `${resource.name}: ${current?.averageValue ?? unknown}/${averageValue}`;
    return `${resource.name}: ${percent(current?.averageUtilization, unknown)}/${percent(averageUtilization, '<auto>')}`;
  }
  if (pods) return `${status?.pods?.current.averageValue ?? unknown}/${pods.target.averageValue}`;
  const target = (object ?? external)?.target;
  if (!target) return '<unknown type>';
  const current = (object ? status?.object : status?.external)?.current;
  return target.averageValue === undefined
    ? `${current?.value ?? unknown}/${target.value}`
    : `${current?.averageValue ?? unknown}/${target.averageValue} (avg)`;
}

const unknown = '<unknown>';

function percent(value: number | undefined, otherwise: string): string {
  return value === undefined ? otherwise : `${value}%`;
}
