/**
 * PodTopologySpread: equal pods evenly over zones, nodes or any other topology. DoNotSchedule constraints bound the difference
 * between a domain and the emptiest one; ScheduleAnyway ones make full domains less liked.
 *
 * Both need "how many matching pods are in this domain", which ClusterState counts as pods come and go.
 */

import type { Labels } from '#api/label-selector.ts';
import type { Node, Pod, TopologySpreadConstraint } from '#kinds/generated/core-v1.ts';
import { Action, clusterEvent, sameStrings, sameTaints } from '../../framework/cluster-event.ts';
import { StateKey } from '../../framework/cycle.ts';
import { maxNodeScore, type Plugin } from '../../framework/plugin.ts';
import type { PodInfo } from '../../framework/pod-info.ts';
import { status } from '../../framework/status.ts';
import { keyOfTolerations } from '../../framework/taints.ts';
import type { ClusterState } from '../../state/cluster-state.ts';
import type { NodeInfo } from '../../state/node-info.ts';
import type { PodCounter } from '../../state/pod-counters.ts';
import { topologyValue } from '../../state/topology.ts';
import {
  compileConstraints,
  counterOf,
  counterOnNodes,
  type SpreadConstraint,
  type UnsatisfiableAction,
} from './constraints.ts';
import { defaultSelector, type SelectingListers } from './default-selector.ts';

export interface PodTopologySpreadArgs {
  /** For pods that have none. Without labelSelector: it is derived from the pod's services and controller. */
  readonly defaultConstraints?: readonly TopologySpreadConstraint[];
  /** 'System' when absent: hostname with skew 3 and zone with skew 5, ScheduleAnyway. */
  readonly defaultingType?: 'System' | 'List';
}

const name = 'PodTopologySpread';
const hostname = 'kubernetes.io/hostname';
const skip = status('Skip', name);
const mismatch = status('Unschedulable', name, "node(s) didn't match pod topology spread constraints");
const labelMissing = status(
  'UnschedulableAndUnresolvable',
  name,
  "node(s) didn't match pod topology spread constraints (missing required label)",
);

const systemDefaults: readonly TopologySpreadConstraint[] = [
  { topologyKey: hostname, whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 3 },
  { topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 5 },
];

interface HardConstraint {
  readonly constraint: SpreadConstraint;
  readonly counter: PodCounter;
  /** 1 when the pod itself will be counted. */
  readonly self: number;
}

interface SoftConstraint {
  readonly topologyKey: string;
  readonly maxSkew: number;
  readonly counter: PodCounter;
  /** Grows with the number of domains: a pod in one of few zones says less than one in one of many. */
  readonly weight: number;
}

interface ScoreState {
  readonly constraints: readonly SoftConstraint[];
  /** Nodes without all the labels are the least liked. */
  readonly isIgnored: (node: NodeInfo) => boolean;
}

export function podTopologySpread(
  state: ClusterState,
  listers: SelectingListers,
  args: PodTopologySpreadArgs = {},
): Plugin {
  const isSystemDefault = (args.defaultingType ?? 'System') === 'System';
  const defaults = isSystemDefault ? systemDefaults : (args.defaultConstraints ?? []);
  const hardKey = new StateKey<readonly HardConstraint[]>();
  const softKey = new StateKey<ScoreState>();

  const constraintsOf = (pod: PodInfo, action: UnsatisfiableAction): SpreadConstraint[] => {
    const own = pod.pod.spec?.topologySpreadConstraints;
    if (own?.length) return compileConstraints(own, pod, action);
    if (!defaults.some(({ whenUnsatisfiable }) => whenUnsatisfiable === action)) return [];
    const selector = defaultSelector(pod, listers);
    return selector.empty ? [] : compileConstraints(defaults, pod, action, selector);
  };

  return {
    name,
    eventsToRegister: () => [
      {
        event: clusterEvent('Pod', Action.Add | Action.UpdatePodLabel | Action.UpdatePodToleration | Action.Delete),
        hint: (pod, before, after) =>
          helpsWhenPodChanges(
            pod,
            before as Pod | undefined,
            after as Pod | undefined,
            constraintsOf(pod, 'DoNotSchedule'),
          ),
      },
      {
        event: clusterEvent('Node', Action.Add | Action.Delete | Action.UpdateNodeLabel | Action.UpdateNodeTaint),
        hint: (pod, before, after) =>
          helpsWhenNodeChanges(
            before as Node | undefined,
            after as Node | undefined,
            constraintsOf(pod, 'DoNotSchedule').map(({ topologyKey }) => topologyKey),
          ),
      },
    ],

    preFilter(cycle) {
      const { pod } = cycle;
      const constraints = constraintsOf(pod, 'DoNotSchedule');
      if (constraints.length === 0) return skip;
      const keys = constraints.map(({ topologyKey }) => topologyKey);
      cycle.write(
        hardKey,
        constraints.map((constraint) => ({
          constraint,
          counter: counterOf(state, pod, constraint, keys),
          self: constraint.selector.matches(pod.labels) ? 1 : 0,
        })),
      );
      return undefined;
    },

    filter(cycle, { row }) {
      for (const { constraint, counter, self } of cycle.read(hardKey) ?? []) {
        if ((counter.topology.domainOf[row] ?? -1) < 0) return labelMissing;
        // Fewer domains than wanted: the missing ones count as empty.
        const least = counter.domains < constraint.minDomains ? 0 : counter.min();
        if (counter.at(row) + self - least > constraint.maxSkew) return mismatch;
      }
      return undefined;
    },

    preScore(cycle, nodes) {
      const { pod } = cycle;
      const constraints = constraintsOf(pod, 'ScheduleAnyway');
      if (constraints.length === 0) return skip;
      const isRequired = Boolean(pod.pod.spec?.topologySpreadConstraints?.length) || !isSystemDefault;
      const keys = constraints.map(({ topologyKey }) => topologyKey);
      const topologies = keys.map((key) => state.topologies.of(key));
      const isIgnored = ({ row }: NodeInfo): boolean =>
        isRequired && topologies.some(({ domainOf }) => (domainOf[row] ?? -1) < 0);
      const counted = isRequired ? nodes.filter((node) => !isIgnored(node)) : nodes;
      cycle.write(softKey, {
        isIgnored,
        constraints: constraints.map((constraint, i) => {
          const { topologyKey, maxSkew } = constraint;
          const isHost = topologyKey === hostname;
          const domains = isHost ? counted.length : distinctDomains(counted, topologies[i]?.domainOf);
          return {
            topologyKey,
            maxSkew,
            counter: isHost
              ? counterOnNodes(state, pod, constraint)
              : counterOf(state, pod, constraint, isRequired ? keys : []),
            weight: Math.log(domains + 2),
          };
        }),
      });
      return undefined;
    },

    score(cycle, node) {
      const soft = cycle.read(softKey);
      if (!soft || soft.isIgnored(node)) return 0;
      let score = 0;
      for (const { topologyKey, counter, maxSkew, weight } of soft.constraints) {
        // Counting by node knows every node; the label says whether the constraint does.
        if (topologyKey === hostname && topologyValue(node.node, hostname) === undefined) continue;
        if ((counter.topology.domainOf[node.row] ?? -1) < 0) continue;
        score += counter.at(node.row) * weight + (maxSkew - 1);
      }
      return Math.round(score);
    },

    normalizeScores(cycle, scores, nodes) {
      const soft = cycle.read(softKey);
      if (!soft) return;
      let least = Number.POSITIVE_INFINITY;
      let most = 0;
      for (let i = 0; i < scores.length; i++) {
        const score = scores[i] as number;
        if (soft.isIgnored(nodes[i] as NodeInfo)) {
          scores[i] = -1;
          continue;
        }
        if (score < least) least = score;
        if (score > most) most = score;
      }
      for (let i = 0; i < scores.length; i++) {
        const score = scores[i] as number;
        if (score === -1) scores[i] = 0;
        else if (most === 0) scores[i] = maxNodeScore;
        else scores[i] = Math.trunc((maxNodeScore * (most + least - score)) / most);
      }
    },
  };
}

/** Nodes without the label are together one domain more. */
function distinctDomains(nodes: readonly NodeInfo[], domainOf: Int32Array | undefined): number {
  const seen = new Set<number>();
  for (const { row } of nodes) seen.add(domainOf?.[row] ?? -1);
  return seen.size;
}

function helpsWhenPodChanges(
  pod: PodInfo,
  before: Pod | undefined,
  after: Pod | undefined,
  constraints: readonly SpreadConstraint[],
): boolean {
  const isInvolved = (other: Pod | undefined): boolean => {
    if (!other || other.metadata?.uid === pod.uid) return true;
    if (!other.spec?.nodeName && !other.status?.nominatedNodeName) return false;
    return other.metadata?.namespace === pod.namespace;
  };
  if (!isInvolved(before) || !isInvolved(after)) return false;
  const matches = (labels: Labels | undefined) => constraints.some(({ selector }) => selector.matches(labels));
  if (before && after) {
    const isItself = after.metadata?.uid === pod.uid;
    const hasNewTolerations = keyOfTolerations(before.spec?.tolerations) !== keyOfTolerations(after.spec?.tolerations);
    if (isItself && hasNewTolerations && constraints.some(({ honorTaints }) => honorTaints)) return true;
    if (sameStrings(before.metadata?.labels, after.metadata?.labels)) return false;
    return constraints.some(
      ({ selector }) => selector.matches(before.metadata?.labels) !== selector.matches(after.metadata?.labels),
    );
  }
  return matches((after ?? before)?.metadata?.labels);
}

function helpsWhenNodeChanges(before: Node | undefined, after: Node | undefined, keys: readonly string[]): boolean {
  const hasAll = (node: Node) => keys.every((key) => topologyValue(node, key) !== undefined);
  if (before && after) {
    if (hasAll(before) !== hasAll(after)) return true;
    if (!hasAll(after)) return false;
    return keys.some((key) => topologyValue(before, key) !== topologyValue(after, key)) || !sameTaints(before, after);
  }
  const node = after ?? before;
  return node !== undefined && hasAll(node);
}
