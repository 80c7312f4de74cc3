/** Topology spread constraints, compiled for one pod: its own, or the profile's defaults with a selector of its controller. */

import type { TopologySpreadConstraint } from '#kinds/generated/core-v1.ts';
import { bothMatch, type LabelMatcher, labelMatcher, labelMatcherOfSet } from '../../framework/label-matcher.ts';
import type { PodInfo } from '../../framework/pod-info.ts';
import { hasUntoleratedTaint } from '../../framework/taints.ts';
import type { ClusterState } from '../../state/cluster-state.ts';
import type { PodCounter, PodQuestion } from '../../state/pod-counters.ts';
import { nodeItself, topologyValue } from '../../state/topology.ts';

export interface SpreadConstraint {
  readonly maxSkew: number;
  readonly topologyKey: string;
  readonly selector: LabelMatcher;
  readonly minDomains: number;
  readonly honorAffinity: boolean;
  readonly honorTaints: boolean;
}

export type UnsatisfiableAction = 'DoNotSchedule' | 'ScheduleAnyway';

/** The constraints with that action. `selector` takes the place of the constraints' own, for defaults. */
export function compileConstraints(
  constraints: readonly TopologySpreadConstraint[],
  pod: PodInfo,
  action: UnsatisfiableAction,
  selector?: LabelMatcher,
): SpreadConstraint[] {
  return constraints
    .filter(({ whenUnsatisfiable }) => whenUnsatisfiable === action)
    .map((constraint) => ({
      maxSkew: constraint.maxSkew,
      topologyKey: constraint.topologyKey,
      selector: selector ?? selectorOf(constraint, pod),
      minDomains: constraint.minDomains ?? 1,
      honorAffinity: (constraint.nodeAffinityPolicy ?? 'Honor') === 'Honor',
      honorTaints: constraint.nodeTaintsPolicy === 'Honor',
    }));
}

function selectorOf(constraint: TopologySpreadConstraint, pod: PodInfo): LabelMatcher {
  const selector = labelMatcher(constraint.labelSelector);
  const matchLabels: Record<string, string> = {};
  for (const key of constraint.matchLabelKeys ?? []) {
    const value = pod.labels?.[key];
    if (value !== undefined) matchLabels[key] = value;
  }
  return Object.keys(matchLabels).length > 0 ? bothMatch(labelMatcherOfSet(matchLabels), selector) : selector;
}

/** Counts pods of the namespace that match, by the constraint's topology, on the nodes that the constraint includes. */
export function counterOf(
  state: ClusterState,
  pod: PodInfo,
  constraint: SpreadConstraint,
  requiredKeys: readonly string[],
): PodCounter {
  return state.counters.of({
    ...question(pod, constraint),
    topologyKey: constraint.topologyKey,
    nodes: includedNodes(pod, constraint, requiredKeys),
  });
}

/** Counts the same pods on each node by itself, whatever the constraint includes. */
export function counterOnNodes(state: ClusterState, pod: PodInfo, constraint: SpreadConstraint): PodCounter {
  return state.counters.of({ ...question(pod, constraint), topologyKey: nodeItself });
}

function question(pod: PodInfo, { selector }: SpreadConstraint): Omit<PodQuestion, 'topologyKey'> {
  const { namespace } = pod;
  return {
    key: `spread ${namespace}|${selector.empty}|${selector.key}`,
    namespaces: [namespace],
    // A selector without requirements counts nothing, though it matches every pod: upstream's countPodsMatchSelector.
    matches: selector.empty
      ? () => false
      : (other) => !other.terminating && other.namespace === namespace && selector.matches(other.labels),
  };
}

/** Undefined when the topology's own label is the only condition. */
function includedNodes(
  pod: PodInfo,
  constraint: SpreadConstraint,
  requiredKeys: readonly string[],
): PodQuestion['nodes'] {
  const others = requiredKeys.filter((key) => key !== constraint.topologyKey);
  const affinity = constraint.honorAffinity ? pod.requiredNodes : undefined;
  if (others.length === 0 && !affinity && !constraint.honorTaints) return undefined;
  const { tolerations } = pod.pod.spec ?? {};
  return {
    key: `${others.join(',')}|${affinity?.key ?? ''}|${constraint.honorTaints ? pod.tolerationsKey : '-'}`,
    includes: (node) =>
      others.every((key) => topologyValue(node, key) !== undefined) &&
      (!affinity || affinity.matches(node)) &&
      !(constraint.honorTaints && hasUntoleratedTaint(node, tolerations)),
  };
}
