/** What the types and fields of scheduling/v1 are, in our words: shown by `kubectl explain`. Language: src/api/openapi/descriptions.ts. */
import type { PackageDescriptions } from '#api/openapi/descriptions.ts';

export const schedulingV1: PackageDescriptions = {
  package: 'k8s.io/api/scheduling/v1',
  text: `
PriorityClass: Gives a name to a priority of pods. Pods of higher priority are scheduled first and may displace others.
  value: The priority that pods get, up to 1000000000. Cannot be changed.
  globalDefault: Whether pods without a class get this one. When several say so, the one of least value counts; without any, pods get 0.
  description: For people: which pods the class is meant for.
  preemptionPolicy: PreemptLowerPriority (the default) lets its pods displace pods of less priority, Never only lets them go first in the queue. Cannot be changed.
`,
};
