/** NodeResourcesFit: what the pod requests must be free on the node; and how full the node would be is a score. */

import type { Node, Pod } from '#kinds/generated/core-v1.ts';
import { Action, clusterEvent } from '../../framework/cluster-event.ts';
import { StateKey } from '../../framework/cycle.ts';
import type { Plugin } from '../../framework/plugin.ts';
import type { PodInfo } from '../../framework/pod-info.ts';
import {
  isExtendedResource,
  type PodResources,
  podRequests,
  type Resources,
  resourcesOf,
} from '../../framework/pod-requests.ts';
import { type Status, status } from '../../framework/status.ts';
import type { ClusterState } from '../../state/cluster-state.ts';
import type { NodeInfo } from '../../state/node-info.ts';
import { ResourceSums } from './resource-sums.ts';
import { type ScoringStrategy, scorerOf } from './scoring-strategy.ts';

export interface NodeResourcesFitArgs {
  /** Extended resources that others look after. */
  readonly ignoredResources?: readonly string[];
  /** The part of their names before the slash. */
  readonly ignoredResourceGroups?: readonly string[];
  readonly scoringStrategy?: ScoringStrategy;
}

const name = 'NodeResourcesFit';

export function nodeResourcesFit(state: ClusterState, args: NodeResourcesFitArgs = {}): Plugin {
  const strategy: ScoringStrategy = args.scoringStrategy ?? { type: 'LeastAllocated' };
  const resources = strategy.resources?.length ? strategy.resources : defaultResources;
  const score = scorerOf({ ...strategy, resources });
  const sums = new ResourceSums(state, resources, 'nonZero');
  const wantedKey = new StateKey<readonly number[]>();
  const ignored = (resource: string): boolean =>
    isExtendedResource(resource) &&
    ((args.ignoredResources?.includes(resource) ?? false) ||
      (args.ignoredResourceGroups?.includes(resource.split('/', 1)[0] ?? '') ?? false));

  return {
    name,
    eventsToRegister: () => [
      {
        event: clusterEvent('Pod', Action.Delete | Action.UpdatePodScaleDown),
        hint: (pod, before, after) => helpsWhenPodChanges(pod, before as Pod, after as Pod | undefined),
      },
      {
        event: clusterEvent('Node', Action.Add | Action.UpdateNodeAllocatable),
        hint: (pod, before, after) => helpsWhenNodeChanges(pod.requests, before as Node | undefined, after as Node),
      },
    ],
    sign: ({ requests }) => signatureOf(requests),
    filter: ({ pod }, node) => {
      const shortages = shortagesOn(state, node, pod.requests, ignored);
      return shortages && rejection(shortages);
    },
    score(cycle, node) {
      let wanted = cycle.read(wantedKey);
      if (!wanted) {
        wanted = sums.wantedBy(cycle.pod);
        cycle.write(wantedKey, wanted);
      }
      sums.read(node, wanted);
      return score(sums);
    },
  };
}

export const defaultResources = [
  { name: 'cpu', weight: 1 },
  { name: 'memory', weight: 1 },
] as const;

interface Shortage {
  readonly reason: string;
  /** More than the node has when empty: preempting does not help. */
  readonly unresolvable: boolean;
}

/** Undefined when the pod fits. */
function shortagesOn(
  { table }: ClusterState,
  node: NodeInfo,
  requests: Resources,
  ignored: (resource: string) => boolean,
): Shortage[] | undefined {
  const { row } = node;
  let found: Shortage[] | undefined;
  const lack = (what: string, unresolvable: boolean) => {
    found ??= [];
    found.push({ reason: what, unresolvable });
  };
  const check = (resource: string, wanted: number, used: number, capacity: number) => {
    if (wanted > 0 && wanted > capacity - used) lack(`Insufficient ${resource}`, wanted > capacity);
  };
  const at = (column: Float64Array): number => column[row] as number;
  if (node.pods.length + 1 > at(table.allowedPods)) lack('Too many pods', false);
  check('cpu', requests.milliCpu, at(table.requestedMilliCpu), at(table.allocatableMilliCpu));
  check('memory', requests.memory, at(table.requestedMemory), at(table.allocatableMemory));
  check(
    'ephemeral-storage',
    requests.ephemeralStorage,
    at(table.requestedEphemeralStorage),
    at(table.allocatableEphemeralStorage),
  );
  if (requests.scalars.size > 0) {
    for (const [resource, wanted] of requests.scalars) {
      if (ignored(resource)) continue;
      const used = node.requestedScalars.get(resource) ?? 0;
      check(resource, wanted, used, node.allocatableScalars.get(resource) ?? 0);
    }
  }
  return found;
}

function rejection(shortages: readonly Shortage[]): Status {
  const code = shortages.some(({ unresolvable }) => unresolvable) ? 'UnschedulableAndUnresolvable' : 'Unschedulable';
  return status(code, name, ...shortages.map(({ reason }) => reason));
}

function signatureOf(requests: PodResources): string {
  const { milliCpu, memory, ephemeralStorage, scalars, nonZeroMilliCpu, nonZeroMemory } = requests;
  let signature = `${milliCpu} ${memory} ${ephemeralStorage} ${nonZeroMilliCpu} ${nonZeroMemory}`;
  for (const [resource, amount] of scalars) signature += ` ${resource}=${amount}`;
  return signature;
}

function helpsWhenPodChanges(pod: PodInfo, before: Pod, after: Pod | undefined): boolean {
  if (!after) return Boolean(before.spec?.nodeName || before.status?.nominatedNodeName);
  if (after.metadata?.uid === pod.uid) return true;
  if (!after.spec?.nodeName) return false;
  const old = podRequests(before);
  const now = podRequests(after);
  const wanted = pod.requests;
  if (wanted.milliCpu > 0 && old.milliCpu > now.milliCpu) return true;
  if (wanted.memory > 0 && old.memory > now.memory) return true;
  if (wanted.ephemeralStorage > 0 && old.ephemeralStorage > now.ephemeralStorage) return true;
  for (const [resource, amount] of wanted.scalars) {
    if (amount > 0 && (old.scalars.get(resource) ?? 0) > (now.scalars.get(resource) ?? 0)) return true;
  }
  return false;
}

/** The empty node must be large enough, and, when it was there before, larger than it was in something that is wanted. */
function helpsWhenNodeChanges(wanted: Resources, before: Node | undefined, after: Node): boolean {
  const now = resourcesOf(after.status?.allocatable);
  const pods = now.scalars.get('pods') ?? 0;
  if (pods < 1 || now.milliCpu < wanted.milliCpu || now.memory < wanted.memory) return false;
  if (now.ephemeralStorage < wanted.ephemeralStorage) return false;
  for (const [resource, amount] of wanted.scalars) if ((now.scalars.get(resource) ?? 0) < amount) return false;
  if (!before) return true;
  const old = resourcesOf(before.status?.allocatable);
  if (pods > (old.scalars.get('pods') ?? 0)) return true;
  if (wanted.milliCpu > 0 && now.milliCpu > old.milliCpu) return true;
  if (wanted.memory > 0 && now.memory > old.memory) return true;
  if (wanted.ephemeralStorage > 0 && now.ephemeralStorage > old.ephemeralStorage) return true;
  for (const [resource, amount] of wanted.scalars) {
    if (amount > 0 && (now.scalars.get(resource) ?? 0) > (old.scalars.get(resource) ?? 0)) return true;
  }
  return false;
}
