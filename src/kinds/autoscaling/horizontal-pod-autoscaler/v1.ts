/**
 * autoscaling/v1: the same autoscalers with CPU as the only metric. What v1 cannot say travels in annotations, so that a v1
 * client's read, change and write loses nothing (pkg/apis/autoscaling/v1 conversion.go; the annotations' formats are upstream's).
 */

import { defineResource } from '#api/definition.ts';
import type { KubeObject } from '#api/object.ts';
import type { HorizontalPodAutoscaler as HorizontalPodAutoscalerV1 } from '#kinds/generated/autoscaling-v1.ts';
import type { HorizontalPodAutoscaler } from '#kinds/generated/autoscaling-v2.ts';
import { HorizontalPodAutoscalers } from './definition.ts';
import { fromV1MetricSpec, fromV1MetricStatus, toV1MetricSpec, toV1MetricStatus } from './v1-metrics.ts';
import { validateHorizontalPodAutoscaler, validateHorizontalPodAutoscalerStatus } from './validation.ts';

const metricSpecsAnnotation = 'autoscaling.alpha.kubernetes.io/metrics';
const metricStatusesAnnotation = 'autoscaling.alpha.kubernetes.io/current-metrics';
const behaviorAnnotation = 'autoscaling.alpha.kubernetes.io/behavior';
const conditionsAnnotation = 'autoscaling.alpha.kubernetes.io/conditions';

/** Threshold when an autoscaler names no metric (percent of the request). */
const defaultCpuUtilization = 80;

export const HorizontalPodAutoscalersV1 = defineResource<HorizontalPodAutoscalerV1>({
  group: 'autoscaling',
  version: 'v1',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  scope: 'Namespaced',
  shortNames: ['hpa'],
  categories: ['all'],
  storedAs: { definition: HorizontalPodAutoscalers, toStored: toV2, fromStored: fromV2 },
  columns: HorizontalPodAutoscalers.columns.map((column) => ({
    ...column,
    cell: (object, nowMs) => column.cell(toV2(object as KubeObject) as HorizontalPodAutoscaler, nowMs),
  })),
  validate: (object, context, old) => validateHorizontalPodAutoscaler(toV2(object), context, old && toV2(old)),
  validateStatusUpdate: (object) => validateHorizontalPodAutoscalerStatus(toV2(object)),
  // What v1 says of the spec in annotations is the spec's.
  prepareForStatusUpdate: ({ metadata }, old) => {
    if (!metadata) return;
    const annotations = { ...metadata.annotations };
    for (const name of [metricSpecsAnnotation, behaviorAnnotation]) {
      const before = old.metadata?.annotations?.[name];
      if (before === undefined) delete annotations[name];
      else annotations[name] = before;
    }
    if (Object.keys(annotations).length > 0) metadata.annotations = annotations;
    else delete metadata.annotations;
  },
  defaults: (draft) => {
    if (!draft.spec) return;
    draft.spec.minReplicas ??= 1;
    if (!draft.metadata?.annotations?.[metricSpecsAnnotation]) {
      draft.spec.targetCPUUtilizationPercentage ??= defaultCpuUtilization;
    }
  },
  subresources: [{ name: 'status', type: 'status', verbs: ['get', 'patch', 'update'] }],
});

export function toV2(object: KubeObject): KubeObject {
  const { spec, status, metadata, ...rest } = object as HorizontalPodAutoscalerV1;
  const annotations = { ...metadata?.annotations };
  const read = (name: string): unknown => {
    const text = annotations[name];
    delete annotations[name];
    return text === undefined ? undefined : parsed(text);
  };
  const listed = read(metricSpecsAnnotation);
  const others = Array.isArray(listed) ? listed.map(fromV1MetricSpec) : [];
  const currentListed = read(metricStatusesAnnotation);
  const behavior = read(behaviorAnnotation);
  const conditions = read(conditionsAnnotation);
  const cpu = spec?.targetCPUUtilizationPercentage;
  const cpuMetric = {
    type: 'Resource',
    resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: cpu } },
  };
  const currentCpu = status?.currentCPUUtilizationPercentage;
  const currentMetrics = Array.isArray(currentListed)
    ? currentListed.map(fromV1MetricStatus)
    : currentCpu === undefined
      ? undefined
      : [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: currentCpu } } }];
  const v2 = {
    ...rest,
    apiVersion: 'autoscaling/v2',
    metadata: withAnnotations(metadata, annotations),
    spec: spec && {
      scaleTargetRef: spec.scaleTargetRef,
      minReplicas: spec.minReplicas,
      maxReplicas: spec.maxReplicas,
      metrics: [...(cpu === undefined ? [] : [cpuMetric]), ...others],
      ...(behavior === undefined ? {} : { behavior: readBehavior(behavior) }),
    },
    status: status && {
      observedGeneration: status.observedGeneration,
      lastScaleTime: status.lastScaleTime,
      currentReplicas: status.currentReplicas,
      desiredReplicas: status.desiredReplicas,
      ...(currentMetrics ? { currentMetrics } : {}),
      ...(Array.isArray(conditions) ? { conditions } : {}),
    },
  };
  return v2 as KubeObject;
}

export function fromV2(object: KubeObject): KubeObject {
  const { spec, status, metadata, ...rest } = object as HorizontalPodAutoscaler;
  const metrics = spec?.metrics ?? [];
  const cpu = metrics.find(
    ({ type, resource }) =>
      type === 'Resource' && resource?.name === 'cpu' && resource.target.averageUtilization !== undefined,
  );
  const others = metrics.filter((metric) => metric !== cpu);
  const currentCpu = status?.currentMetrics?.find(
    ({ type, resource }) => type === 'Resource' && resource?.name === 'cpu',
  );
  const annotations = { ...metadata?.annotations };
  if (others.length > 0) annotations[metricSpecsAnnotation] = JSON.stringify(others.map(toV1MetricSpec));
  if (status?.currentMetrics?.length) {
    annotations[metricStatusesAnnotation] = JSON.stringify(status.currentMetrics.map(toV1MetricStatus));
  }
  if (spec?.behavior) annotations[behaviorAnnotation] = behaviorText(spec.behavior);
  if (status?.conditions?.length) annotations[conditionsAnnotation] = JSON.stringify(status.conditions);
  const v1 = {
    ...rest,
    apiVersion: 'autoscaling/v1',
    metadata: withAnnotations(metadata, annotations),
    spec: spec && {
      scaleTargetRef: spec.scaleTargetRef,
      minReplicas: spec.minReplicas,
      maxReplicas: spec.maxReplicas,
      targetCPUUtilizationPercentage: cpu?.resource?.target.averageUtilization,
    },
    status: status && {
      observedGeneration: status.observedGeneration,
      lastScaleTime: status.lastScaleTime,
      currentReplicas: status.currentReplicas ?? 0,
      desiredReplicas: status.desiredReplicas,
      currentCPUUtilizationPercentage: currentCpu?.resource?.current.averageUtilization,
    },
  };
  return v1 as KubeObject;
}

function withAnnotations(metadata: KubeObject['metadata'], annotations: Readonly<Record<string, string>>): object {
  const { annotations: _, ...rest } = metadata ?? {};
  return Object.keys(annotations).length === 0 ? rest : { ...rest, annotations };
}

/** An annotation that somebody broke is as good as none. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

type Behavior = NonNullable<NonNullable<HorizontalPodAutoscaler['spec']>['behavior']>;

/** Upstream prints behavior as Go prints a struct without names for JSON: in the order of its fields, with what is not set. */
function behaviorText({ scaleUp, scaleDown }: Behavior): string {
  const rules = (of: Behavior['scaleUp']) =>
    of
      ? {
          StabilizationWindowSeconds: of.stabilizationWindowSeconds ?? null,
          SelectPolicy: of.selectPolicy ?? null,
          Policies:
            of.policies?.map(({ type, value, periodSeconds }) => ({
              Type: type,
              Value: value,
              PeriodSeconds: periodSeconds,
            })) ?? null,
          Tolerance: of.tolerance ?? null,
        }
      : null;
  return JSON.stringify({ ScaleUp: rules(scaleUp), ScaleDown: rules(scaleDown) });
}

/** What was printed so, as it is named elsewhere; null is nothing. */
function readBehavior(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(readBehavior);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(members.map(([name, member]) => [lowerFirst(name), readBehavior(member)]));
}

const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);
