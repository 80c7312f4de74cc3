/** Columns of HorizontalPodAutoscaler tables. */

import { ageColumn, nameColumn, shortList, textColumn } from '#api/columns.ts';
import type { Column } from '#api/definition.ts';
import type { HorizontalPodAutoscaler, MetricSpec, MetricStatus } from '#kinds/generated/autoscaling-v2.ts';

export const horizontalPodAutoscalerColumns: readonly Column<HorizontalPodAutoscaler>[] = [
  nameColumn,
  {
    name: 'Reference',
    type: 'string',
    cell: ({ spec }) => `${spec?.scaleTargetRef?.kind}/${spec?.scaleTargetRef?.name}`,
  },
  textColumn('Targets', ({ spec, status }) =>
    shortList(
      (spec?.metrics ?? []).map((metric) => targetText(metric, status?.currentMetrics ?? [])),
      '<none>',
    ),
  ),
  textColumn(
    'MinPods',
    ({ spec }) => (spec?.minReplicas === undefined ? undefined : String(spec.minReplicas)),
    '<unset>',
  ),
  { name: 'MaxPods', type: 'string', cell: ({ spec }) => spec?.maxReplicas ?? 0 },
  { name: 'Replicas', type: 'string', cell: ({ status }) => status?.currentReplicas ?? 0 },
  ageColumn,
];

function targetText(metric: MetricSpec, current: readonly MetricStatus[]): string {
  const resource = metric.resource ?? metric.containerResource;
  if (resource) {
    const found = current
      .map((status) => status.resource ?? status.containerResource)
      .find((status) => status?.name === resource.name);
    const { averageUtilization, averageValue } = resource.target;
    if (averageUtilization !== undefined) {
      const now = found?.current?.averageUtilization;
      return `${resource.name}: ${now === undefined ? '<unknown>' : `${now}%`}/${averageUtilization}%`;
    }
    return `${resource.name}: ${found?.current?.averageValue ?? '<unknown>'}/${averageValue}`;
  }
  const other = metric.pods ?? metric.object ?? metric.external;
  const status = current.find((candidate) => candidate.type === metric.type);
  const now = (status?.pods ?? status?.object ?? status?.external)?.current;
  const target = other?.target;
  return target?.averageValue === undefined
    ? `${now?.value ?? '<unknown>'}/${target?.value ?? '<unknown>'}`
    : `${now?.averageValue ?? '<unknown>'}/${target.averageValue}${metric.pods ? '' : ' (avg)'}`;
}
