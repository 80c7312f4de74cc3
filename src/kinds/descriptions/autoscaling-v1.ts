/** What the types and fields of autoscaling/v1 are, in our words: shown by `kubectl explain`. Language: src/api/openapi/descriptions.ts. */
import type { PackageDescriptions } from '#api/openapi/descriptions.ts';

export const autoscalingV1: PackageDescriptions = {
  package: 'k8s.io/api/autoscaling/v1',
  text: `
CrossVersionObjectReference: Names an object of any kind in the same namespace.
  kind: Kind of the object, such as Deployment.
  name: Name of the object.
  apiVersion: Group and version of the kind, such as apps/v1.
HorizontalPodAutoscalerSpec: What is scaled, between which numbers of pods, and by how much CPU.
  scaleTargetRef: The object to scale; it must have a scale subresource.
  minReplicas: Fewest pods that are kept; default 1. With the feature HPAScaleToZero 0 is allowed, given an Object or External metric.
  maxReplicas: Most pods that are made; not below minReplicas.
  targetCPUUtilizationPercentage: Average CPU use over all pods to aim for, in percent of what they request; 80 when absent and no other metric is set.
HorizontalPodAutoscalerStatus: What the autoscaler last measured and decided.
  observedGeneration: The metadata.generation that this status was made from.
  lastScaleTime: When the number of pods was last changed.
  currentReplicas: Pods that the scaled object had when last looked at.
  desiredReplicas: Pods that the autoscaler asks for.
  currentCPUUtilizationPercentage: Average CPU use over all pods, in percent of what they request; absent when not measured.
HorizontalPodAutoscaler: Scales an object by the CPU use of its pods. Other metrics are in autoscaling/v2, and annotations here.
  spec: What to scale, and how far.
  status: What was measured and decided last.
Scale: The number of replicas of an object, read and written by its scale subresource, without knowing its kind.
  spec: How many replicas are wanted.
  status: How many there are. Read only.
ScaleSpec: How many replicas are wanted.
  replicas: Number wanted, 0 or more; default 0.
ScaleStatus: How many replicas there are.
  replicas: Number that exists now.
  selector: Label selector of the pods, in text form, for clients that read no objects.
`,
};
