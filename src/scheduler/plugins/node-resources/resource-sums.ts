/**
 * The three numbers per resource that resource scores are made of: what the node has, what its pods take, and what they would
 * take with the pod. Read for one node at a time into arrays that are used again.
 */

import type { PodInfo } from '../../framework/pod-info.ts';
import type { ClusterState } from '../../state/cluster-state.ts';
import type { NodeInfo } from '../../state/node-info.ts';

export interface ResourceSpec {
  readonly name: string;
  /** 1 to 100; 1 when absent. */
  readonly weight?: number;
}

export class ResourceSums {
  /** Zero for a resource that does not count on this node. */
  readonly allocatable: number[];
  readonly allocated: number[];
  readonly requested: number[];
  private readonly state: ClusterState;
  private readonly names: readonly string[];
  /** Whether containers that request no CPU or memory count with upstream's defaults. */
  private readonly nonZero: boolean;

  constructor(state: ClusterState, resources: readonly ResourceSpec[], requests: 'nonZero' | 'plain') {
    this.state = state;
    this.names = resources.map(({ name }) => name);
    this.nonZero = requests === 'nonZero';
    this.allocatable = resources.map(() => 0);
    this.allocated = resources.map(() => 0);
    this.requested = resources.map(() => 0);
  }

  /** The pod's requests in the order of the resources. */
  wantedBy({ requests }: PodInfo): number[] {
    return this.names.map((name) => {
      if (name === 'cpu') return this.nonZero ? requests.nonZeroMilliCpu : requests.milliCpu;
      if (name === 'memory') return this.nonZero ? requests.nonZeroMemory : requests.memory;
      if (name === 'ephemeral-storage') return requests.ephemeralStorage;
      return requests.scalars.get(name) ?? 0;
    });
  }

  read(node: NodeInfo, wanted: readonly number[]): void {
    const { allocatable, allocated, requested, names } = this;
    for (let i = 0; i < names.length; i++) {
      const name = names[i] as string;
      const want = wanted[i] ?? 0;
      const capacity = this.capacityOf(name, node, want);
      const used = capacity === 0 ? 0 : this.usedOf(name, node);
      allocatable[i] = capacity;
      allocated[i] = used;
      requested[i] = capacity === 0 ? 0 : used + want;
    }
  }

  private capacityOf(name: string, node: NodeInfo, want: number): number {
    const { table } = this.state;
    const { row } = node;
    if (name === 'cpu') return table.allocatableMilliCpu[row] as number;
    if (name === 'memory') return table.allocatableMemory[row] as number;
    if (name === 'ephemeral-storage') return table.allocatableEphemeralStorage[row] as number;
    // What the pod does not ask for does not count.
    return want === 0 ? 0 : (node.allocatableScalars.get(name) ?? 0);
  }

  private usedOf(name: string, node: NodeInfo): number {
    const { table } = this.state;
    const { row } = node;
    if (name === 'cpu') return (this.nonZero ? table.nonZeroMilliCpu : table.requestedMilliCpu)[row] as number;
    if (name === 'memory') return (this.nonZero ? table.nonZeroMemory : table.requestedMemory)[row] as number;
    if (name === 'ephemeral-storage') return table.requestedEphemeralStorage[row] as number;
    return node.requestedScalars.get(name) ?? 0;
  }
}
