/** What the types and fields of policy/v1 are, in our words: shown by `kubectl explain`. Language: src/api/openapi/descriptions.ts. */
import type { PackageDescriptions } from '#api/openapi/descriptions.ts';

export const policyV1: PackageDescriptions = {
  package: 'k8s.io/api/policy/v1',
  text: `
PodDisruptionBudgetSpec: How many of the selected pods must stay up when pods are evicted. Only one of minAvailable and maxUnavailable may be set.
  minAvailable: Pods that must remain available, as a number or a percentage (rounded up) of those wanted; 100% forbids every eviction.
  selector: Selects the pods that the budget guards; none when absent, all of the namespace when empty.
  maxUnavailable: Pods that may be missing, as a number or a percentage (rounded up) of those wanted; 0 forbids every eviction.
  unhealthyPodEvictionPolicy: When running pods that are not ready may be evicted: IfHealthyBudget (the default) only while enough others are healthy, AlwaysAllow always.
PodDisruptionBudgetStatus: How many evictions a budget allows at present.
  observedGeneration: The metadata.generation that this status was made from; evictions wait until it is the newest.
  disruptedPods: Pods whose eviction was allowed but not yet seen, by name, with the time; ones that stay are dropped after two minutes.
  disruptionsAllowed: Evictions allowed now.
  currentHealthy: Selected pods that are ready.
  desiredHealthy: Pods that must stay ready.
  expectedPods: Pods that the budget reckons with, from the scale of their controllers.
  conditions: DisruptionAllowed says whether an eviction is possible, and if not, why.
PodDisruptionBudget: Guards a set of pods against too many evictions at a time, such as from draining nodes. Does not help against failures.
  spec: The pods and how many must stay.
  status: How many evictions are allowed now.
Eviction: Asks for a pod to be deleted if its disruption budget allows; posted to the subresource eviction of the pod.
  deleteOptions: How to delete the pod, as for an ordinary deletion.
`,
};
