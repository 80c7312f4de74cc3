/** What the types and fields of autoscaling/v2 are, in our words: shown by `kubectl explain`. Language: src/api/openapi/descriptions.ts. */
import type { PackageDescriptions } from '#api/openapi/descriptions.ts';

export const autoscalingV2: PackageDescriptions = {
  package: 'k8s.io/api/autoscaling/v2',
  text: `
HorizontalPodAutoscaler: Changes the number of pods of an object as metrics rise and fall.
  spec: What is scaled, how far and by which metrics.
  status: What was measured and decided last.
HorizontalPodAutoscalerSpec: What is scaled, between which numbers of pods, and by which metrics.
  scaleTargetRef: The object to scale; it must have a scale subresource. Its pods are also where metrics are measured.
  minReplicas: Fewest pods that are kept; default 1. With the feature HPAScaleToZero 0 is allowed, given an Object or External metric.
  maxReplicas: Most pods that are made; not below minReplicas.
  metrics: What to measure. Each metric asks for a number of pods and the highest is taken. When absent: 80 % average CPU use.
  behavior: How fast to scale up and down; usual rules when absent.
CrossVersionObjectReference: Names an object of any kind in the same namespace.
  kind: Kind of the object, such as Deployment.
  name: Name of the object.
  apiVersion: Group and version of the kind, such as apps/v1.
MetricSpec: One metric and the value to aim for. Exactly the member that type names is set.
  type: Resource, ContainerResource, Pods, Object or External.
  object: A metric of one object, such as requests per second of an Ingress.
  pods: A metric that each pod has, averaged over the pods.
  resource: CPU or memory of the pods, all of their containers together.
  containerResource: CPU or memory of one container in every pod.
  external: A metric from outside the cluster, such as the length of a queue.
HorizontalPodAutoscalerBehavior: Limits to the speed of scaling, for either direction.
  scaleUp: Rules for more pods. Default: at once, by 4 pods or 100 % per 15 s, whichever is more.
  scaleDown: Rules for fewer pods. Default: by up to 100 % per 15 s, to the highest number asked for within the last 300 s.
HPAScalingRules: Rules for one direction of scaling. What is left out keeps its default.
  stabilizationWindowSeconds: Looks back this far, 0 to 3600 seconds, and takes the most cautious of the numbers asked for. Default 0 for up, 300 for down.
  selectPolicy: Which policy counts: Max (the default) the one that allows most change, Min the least, Disabled stops scaling this way.
  policies: Each limits the change within a period; the usual ones, told at behavior, when absent. An empty list is refused.
  tolerance: Deviation from the target, as a ratio such as 0.05, that causes no scaling. Default: the controller's, 0.1 unless set otherwise.
HPAScalingPolicy: A limit to the change within a period.
  type: Pods limits by a number of pods, Percent by a share of the present ones.
  value: The limit, above 0, in pods or percent.
  periodSeconds: Length of the period, 1 to 1800 seconds.
ObjectMetricSource: Aims for a value of a metric that describes one object.
  describedObject: The object that the metric is about.
  target: The value to aim for: Value, or AverageValue, which divides it among the pods.
  metric: Which metric of the object.
PodsMetricSource: Aims for an average of a metric that each pod has.
  metric: Which metric of the pods.
  target: The average to aim for; only AverageValue is allowed.
ResourceMetricSource: Aims for an average use of CPU or memory by the pods.
  name: Name of the resource: cpu or memory.
  target: The average to aim for: Utilization or AverageValue.
ContainerResourceMetricSource: Aims for an average use of CPU or memory by one container of the pods.
  name: Name of the resource: cpu or memory.
  target: The average to aim for: Utilization or AverageValue.
  container: Name of the container that is measured in each pod.
ExternalMetricSource: Aims for a value of a metric that belongs to no object of the cluster.
  metric: Which metric.
  target: The value to aim for: Value, or AverageValue, which divides it among the pods.
MetricIdentifier: Says which metric is meant.
  name: Name under which the metrics API knows it.
  selector: Passed to the metrics server, to choose among series of that name. The name alone decides when absent.
MetricTarget: The value to aim for.
  type: Which of the other fields is set: Utilization, Value or AverageValue.
  value: The metric itself should be this.
  averageValue: The metric divided by the number of pods should be this.
  averageUtilization: The pods' average use, in percent of their requests. Only for CPU and memory.
HorizontalPodAutoscalerStatus: What the autoscaler last measured and decided.
  observedGeneration: The metadata.generation that this status was made from.
  lastScaleTime: When the number of pods was last changed.
  currentReplicas: Pods that the scaled object had when last looked at.
  desiredReplicas: Pods that the autoscaler asks for.
  currentMetrics: What was measured, in the order of the spec's metrics.
  conditions: Whether scaling is possible, active and limited: AbleToScale, ScalingActive, ScalingLimited.
HorizontalPodAutoscalerCondition: One observation of an autoscaler's state.
  type: AbleToScale (the target can be read and changed), ScalingActive (metrics are at hand) or ScalingLimited (a bound was reached).
  status: Whether it holds: True, False or Unknown.
  lastTransitionTime: When the status changed last.
  reason: The cause of the last change, as one CamelCase word for programs.
  message: The last change explained for people.
MetricStatus: What was last measured of one metric. Exactly the member that type names is set.
  type: Kind of metric, as in MetricSpec.
  object: Of an Object metric.
  pods: Of a Pods metric.
  resource: Of a Resource metric.
  containerResource: Of a ContainerResource metric.
  external: Of an External metric.
ObjectMetricStatus: What was measured of a metric that describes one object.
  metric: Which metric of the object.
  current: The value measured.
  describedObject: The object that the metric is about.
PodsMetricStatus: What was measured of a metric that each pod has.
  metric: Which metric of the pods.
  current: The average measured.
ResourceMetricStatus: What was measured of the pods' CPU or memory.
  name: Name of the resource: cpu or memory.
  current: The average measured.
ContainerResourceMetricStatus: What was measured of one container's CPU or memory in the pods.
  name: Name of the resource: cpu or memory.
  current: The average measured.
  container: Name of the container measured.
ExternalMetricStatus: What was measured of a metric from outside the cluster.
  metric: Which metric.
  current: The value measured.
MetricValueStatus: A measured value, in the forms that apply.
  value: The metric itself.
  averageValue: The metric divided by the number of pods.
  averageUtilization: Average use of a resource by the pods, in percent of their requests.
`,
};
