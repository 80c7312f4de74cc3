/** The pods of a DaemonSet: its template, bound to one node by affinity, with the tolerations that node agents need. */

import type { DaemonSet } from '#kinds/generated/apps-v1.ts';
import type { Affinity, Pod, PodSpec, PodTemplateSpec, Toleration } from '#kinds/generated/core-v1.ts';

export const hashLabel = 'controller-revision-hash';
const generationAnnotation = 'deprecated.daemonset.template.generation';
const generationLabel = 'pod-template-generation';

/** Node problems that daemons live with: they are often what mends them. */
const daemonTolerations: readonly Toleration[] = [
  { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/disk-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/pid-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' },
];
const hostNetworkToleration: Toleration = {
  key: 'node.kubernetes.io/network-unavailable',
  operator: 'Exists',
  effect: 'NoSchedule',
};

export function daemonPodSpec(spec: PodSpec | undefined): PodSpec {
  const added = spec?.hostNetwork ? [...daemonTolerations, hostNetworkToleration] : daemonTolerations;
  const isAdded = (toleration: Toleration) =>
    added.some(
      ({ key, operator, effect }) =>
        key === toleration.key && operator === toleration.operator && effect === toleration.effect && !toleration.value,
    );
  const own = (spec?.tolerations ?? []).filter((toleration) => !isAdded(toleration));
  return { containers: [], ...spec, tolerations: [...own, ...added] };
}

export function templateForNode(daemonSet: DaemonSet, nodeName: string, hash: string): PodTemplateSpec {
  const template = daemonSet.spec?.template;
  const generation = daemonSet.metadata?.annotations?.[generationAnnotation];
  const spec = daemonPodSpec(template?.spec);
  return {
    metadata: {
      ...template?.metadata,
      labels: {
        ...template?.metadata?.labels,
        ...(generation === undefined ? {} : { [generationLabel]: generation }),
        [hashLabel]: hash,
      },
    },
    spec: { ...spec, affinity: boundTo(nodeName, spec.affinity) },
  };
}

/** The scheduler binds the pod; this affinity, which replaces the template's required one, leaves it only this node. */
function boundTo(nodeName: string, affinity: Affinity | undefined): Affinity {
  const matchFields = [{ key: 'metadata.name', operator: 'In' as const, values: [nodeName] }];
  const required = { nodeSelectorTerms: [{ matchFields }] };
  return {
    ...affinity,
    nodeAffinity: { ...affinity?.nodeAffinity, requiredDuringSchedulingIgnoredDuringExecution: required },
  };
}

/** The node that a daemon pod is on or was made for. */
export function targetNodeOf(pod: Pod): string | undefined {
  if (pod.spec?.nodeName) return pod.spec.nodeName;
  const required = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  for (const { matchFields = [] } of required?.nodeSelectorTerms ?? []) {
    for (const { key, operator, values } of matchFields) {
      if (key === 'metadata.name' && operator === 'In' && values?.length === 1) return values[0];
    }
  }
  return undefined;
}

/** The pod has the current template. */
export function isUpdated(daemonSet: DaemonSet, pod: Pod, hash: string): boolean {
  const generation = daemonSet.metadata?.annotations?.[generationAnnotation];
  const labels = pod.metadata?.labels;
  return labels?.[hashLabel] === hash || (generation !== undefined && labels?.[generationLabel] === generation);
}
