/**
 * NodeResourcesBalancedAllocation: likes nodes whose resources the pod makes more evenly used. Since 1.36 the measure is the
 * change: 75 when the pod changes nothing, towards 100 when it evens out, towards 50 when it makes things worse.
 */

import { type Cycle, StateKey } from '../../framework/cycle.ts';
import { maxNodeScore, type Plugin } from '../../framework/plugin.ts';
import { status } from '../../framework/status.ts';
import type { ClusterState } from '../../state/cluster-state.ts';
import { defaultResources } from './fit.ts';
import { type ResourceSpec, ResourceSums } from './resource-sums.ts';

export interface BalancedAllocationArgs {
  readonly resources?: readonly ResourceSpec[];
}

const name = 'NodeResourcesBalancedAllocation';
const skip = status('Skip', name);

export function nodeResourcesBalancedAllocation(state: ClusterState, args: BalancedAllocationArgs = {}): Plugin {
  const sums = new ResourceSums(state, args.resources?.length ? args.resources : defaultResources, 'plain');
  const wantedKey = new StateKey<readonly number[]>();
  const wantedOf = (cycle: Cycle): readonly number[] => {
    let wanted = cycle.read(wantedKey);
    if (!wanted) {
      wanted = sums.wantedBy(cycle.pod);
      cycle.write(wantedKey, wanted);
    }
    return wanted;
  };

  return {
    name,
    sign: (pod) => sums.wantedBy(pod).join(),
    // Best-effort pods would all run after one node.
    preScore: (cycle) => (wantedOf(cycle).every((wanted) => wanted === 0) ? skip : undefined),
    score(cycle, node) {
      sums.read(node, wantedOf(cycle));
      const withPod = balance(sums.requested, sums.allocatable);
      const withoutPod = balance(sums.allocated, sums.allocatable);
      const half = maxNodeScore / 2;
      return half + Math.trunc((half + withPod - withoutPod) / 2);
    },
  };
}

/** 100 when all resources are used to the same share of what there is, less by their standard deviation. */
function balance(used: readonly number[], capacity: readonly number[]): number {
  let count = 0;
  let total = 0;
  let first = 0;
  let last = 0;
  for (let i = 0; i < used.length; i++) {
    if (capacity[i] === 0) continue;
    last = shareOf(used, capacity, i);
    if (count === 0) first = last;
    total += last;
    count++;
  }
  let deviation = 0;
  if (count === 2) {
    deviation = Math.abs((first - last) / 2);
  } else if (count > 2) {
    const mean = total / count;
    let squares = 0;
    for (let i = 0; i < used.length; i++) {
      if (capacity[i] !== 0) squares += (shareOf(used, capacity, i) - mean) ** 2;
    }
    deviation = Math.sqrt(squares / count);
  }
  return Math.trunc((1 - deviation) * maxNodeScore);
}

function shareOf(used: readonly number[], capacity: readonly number[], i: number): number {
  return Math.min(1, (used[i] ?? 0) / (capacity[i] ?? 1));
}
