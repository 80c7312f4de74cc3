/** Metrics of autoscaling/v2 in the form that autoscaling/v1 keeps in annotations, and back. */

import type { MetricSpec as MetricSpecV1, MetricStatus as MetricStatusV1 } from '#kinds/generated/autoscaling-v1.ts';
import type { MetricSpec, MetricStatus, MetricTarget } from '#kinds/generated/autoscaling-v2.ts';

/** v2 leaves the type open where v1 lists it; both know the same ones. */
type SourceType = MetricSpecV1['type'];

export function toV1MetricSpec(metric: MetricSpec): MetricSpecV1 {
  const { type, object, pods, resource, containerResource, external } = metric;
  return {
    type: type as SourceType,
    object: object && {
      target: object.describedObject,
      metricName: object.metric.name,
      targetValue: object.target.value ?? '0',
      selector: object.metric.selector,
      averageValue: object.target.averageValue,
    },
    pods: pods && {
      metricName: pods.metric.name,
      targetAverageValue: pods.target.averageValue ?? '0',
      selector: pods.metric.selector,
    },
    resource: resource && { name: resource.name, ...averages(resource.target) },
    containerResource: containerResource && {
      name: containerResource.name,
      container: containerResource.container,
      ...averages(containerResource.target),
    },
    external: external && {
      metricName: external.metric.name,
      metricSelector: external.metric.selector,
      targetValue: external.target.value,
      targetAverageValue: external.target.averageValue,
    },
  };
}

export function fromV1MetricSpec(metric: MetricSpecV1): MetricSpec {
  const { type, object, pods, resource, containerResource, external } = metric;
  return {
    type,
    object: object && {
      describedObject: object.target,
      metric: { name: object.metricName, selector: object.selector },
      target: object.averageValue
        ? { type: 'AverageValue', averageValue: object.averageValue }
        : { type: 'Value', value: object.targetValue },
    },
    pods: pods && {
      metric: { name: pods.metricName, selector: pods.selector },
      target: { type: 'AverageValue', averageValue: pods.targetAverageValue },
    },
    resource: resource && { name: resource.name, target: targetOf(resource) },
    containerResource: containerResource && {
      name: containerResource.name,
      container: containerResource.container,
      target: targetOf(containerResource),
    },
    external: external && {
      metric: { name: external.metricName, selector: external.metricSelector },
      target: external.targetAverageValue
        ? { type: 'AverageValue', averageValue: external.targetAverageValue }
        : { type: 'Value', value: external.targetValue },
    },
  };
}

export function toV1MetricStatus(metric: MetricStatus): MetricStatusV1 {
  const { type, object, pods, resource, containerResource, external } = metric;
  return {
    type: type as SourceType,
    object: object && {
      target: object.describedObject,
      metricName: object.metric.name,
      currentValue: object.current.value ?? '0',
      selector: object.metric.selector,
      averageValue: object.current.averageValue,
    },
    pods: pods && {
      metricName: pods.metric.name,
      currentAverageValue: pods.current.averageValue ?? '0',
      selector: pods.metric.selector,
    },
    resource: resource && {
      name: resource.name,
      currentAverageUtilization: resource.current.averageUtilization,
      currentAverageValue: resource.current.averageValue ?? '0',
    },
    containerResource: containerResource && {
      name: containerResource.name,
      container: containerResource.container,
      currentAverageUtilization: containerResource.current.averageUtilization,
      currentAverageValue: containerResource.current.averageValue ?? '0',
    },
    external: external && {
      metricName: external.metric.name,
      metricSelector: external.metric.selector,
      currentValue: external.current.value ?? '0',
      currentAverageValue: external.current.averageValue,
    },
  };
}

export function fromV1MetricStatus(metric: MetricStatusV1): MetricStatus {
  const { type, object, pods, resource, containerResource, external } = metric;
  return {
    type,
    object: object && {
      describedObject: object.target,
      metric: { name: object.metricName, selector: object.selector },
      current: { value: object.currentValue, averageValue: object.averageValue },
    },
    pods: pods && {
      metric: { name: pods.metricName, selector: pods.selector },
      current: { averageValue: pods.currentAverageValue },
    },
    resource: resource && {
      name: resource.name,
      current: {
        averageUtilization: resource.currentAverageUtilization,
        averageValue: resource.currentAverageValue,
      },
    },
    containerResource: containerResource && {
      name: containerResource.name,
      container: containerResource.container,
      current: {
        averageUtilization: containerResource.currentAverageUtilization,
        averageValue: containerResource.currentAverageValue,
      },
    },
    external: external && {
      metric: { name: external.metricName, selector: external.metricSelector },
      current: { value: external.currentValue, averageValue: external.currentAverageValue },
    },
  };
}

interface Averages {
  readonly targetAverageUtilization?: number | undefined;
  readonly targetAverageValue?: string | undefined;
}

function averages({ averageUtilization, averageValue }: MetricTarget): Averages {
  return { targetAverageUtilization: averageUtilization, targetAverageValue: averageValue };
}

function targetOf({ targetAverageUtilization, targetAverageValue }: Averages): MetricTarget {
  return targetAverageUtilization === undefined
    ? { type: 'AverageValue', averageValue: targetAverageValue }
    : { type: 'Utilization', averageUtilization: targetAverageUtilization };
}
