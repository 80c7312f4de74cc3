/** Cycle: one attempt to place one pod, and what plugins keep between their extension points of it (upstream CycleState). */

import type { Random } from '#base/env.ts';
import type { ClusterState } from '../state/cluster-state.ts';
import type { FilterPlugin } from './node-results.ts';
import type { PodInfo } from './pod-info.ts';

/** Names one plugin's value in a cycle; make one per plugin instance, not per cycle. */
export class StateKey<Value> {
  readonly index = keysMade++;
  /** Only for the compiler: ties the key to its value's type. */
  declare readonly value: Value;
}

let keysMade = 0;

export class Cycle {
  readonly pod: PodInfo;
  readonly state: ClusterState;
  readonly random: Random;
  /** Plugins whose PreFilter (PreScore) said Skip: their Filter (Score) is not asked. */
  readonly skippedFilters = new Set<string>();
  readonly skippedScores = new Set<string>();
  /** The filters that are left after PreFilter; set by the framework when first needed. */
  filters: readonly FilterPlugin[] | undefined;
  /** The time that single plugins take is measured. */
  measured = false;
  private readonly values: unknown[] = [];

  constructor(pod: PodInfo, state: ClusterState, random: Random) {
    this.pod = pod;
    this.state = state;
    this.random = random;
  }

  write<Value>(key: StateKey<Value>, value: Value): void {
    this.values[key.index] = value;
  }

  read<Value>(key: StateKey<Value>): Value | undefined {
    return this.values[key.index] as Value | undefined;
  }
}
