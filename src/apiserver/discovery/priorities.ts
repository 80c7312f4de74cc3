/** Where groups and their versions stand in discovery (kube-apiserver's table of APIService priorities); greater comes first. */

export interface Priority {
  readonly groupPriorityMinimum: number;
  readonly versionPriority: number;
}

/** Group to its priority, and its versions to theirs. */
const builtin: Readonly<Record<string, readonly [group: number, versions: Readonly<Record<string, number>>]>> = {
  '': [18_000, { v1: 1 }],
  'apiregistration.k8s.io': [18_000, { v1: 15 }],
  apps: [17_800, { v1: 15 }],
  'events.k8s.io': [17_750, { v1: 15, v1beta1: 5 }],
  'authentication.k8s.io': [17_700, { v1: 15, v1beta1: 9, v1alpha1: 1 }],
  'authorization.k8s.io': [17_600, { v1: 15 }],
  autoscaling: [17_500, { v1: 15, v2: 30, v2beta1: 9, v2beta2: 1 }],
  batch: [17_400, { v1: 15, v1beta1: 9, v2alpha1: 9 }],
  'certificates.k8s.io': [17_300, { v1: 15, v1beta1: 9, v1alpha1: 1 }],
  'networking.k8s.io': [17_200, { v1: 15, v1beta1: 9 }],
  policy: [17_100, { v1: 15, v1beta1: 9 }],
  'rbac.authorization.k8s.io': [17_000, { v1: 15 }],
  'storage.k8s.io': [16_800, { v1: 15, v1beta1: 9, v1alpha1: 1 }],
  'admissionregistration.k8s.io': [16_700, { v1: 15, v1beta1: 12, v1alpha1: 9 }],
  'apiextensions.k8s.io': [16_700, { v1: 15 }],
  'scheduling.k8s.io': [16_600, { v1: 15, v1alpha2: 2 }],
  'coordination.k8s.io': [16_500, { v1: 15, v1beta1: 13, v1alpha2: 12 }],
  'node.k8s.io': [16_300, { v1: 15, v1alpha1: 1, v1beta1: 9 }],
  'discovery.k8s.io': [16_200, { v1: 15, v1beta1: 12 }],
  'resource.k8s.io': [16_200, { v1: 21, v1beta2: 15, v1beta1: 9, v1alpha3: 1 }],
  'flowcontrol.apiserver.k8s.io': [16_100, { v1: 21, v1beta3: 18, v1beta2: 15, v1beta1: 12, v1alpha1: 9 }],
  'internal.apiserver.k8s.io': [16_000, { v1alpha1: 9 }],
  'storagemigration.k8s.io': [15_800, { v1beta1: 9 }],
};

/** Of custom resources (upstream: crdregistration). */
const custom: Priority = { groupPriorityMinimum: 1000, versionPriority: 100 };

export function isBuiltinGroupVersion(group: string, version: string): boolean {
  return Object.hasOwn(builtin, group) && builtin[group]?.[1][version] !== undefined;
}

/** What an APIService for a group version that this server has itself says. */
export function localPriority(group: string, version: string): Priority {
  const [groupPriorityMinimum, versions] = (Object.hasOwn(builtin, group) ? builtin[group] : undefined) ?? [];
  if (groupPriorityMinimum === undefined) return custom;
  return { groupPriorityMinimum, versionPriority: versions?.[version] ?? 1 };
}
