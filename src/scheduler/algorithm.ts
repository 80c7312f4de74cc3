/**
 * The scheduling algorithm: from cluster state and a pod to a node, synchronously and without effects (kube-scheduler
 * schedule_one.go schedulePod).
 *
 *     PreFilter -> Filter until enough nodes fit -> PreScore, Score, NormalizeScore -> the highest sum, at random among equals
 *
 * "Enough" is upstream's rule: all nodes of a small cluster, a share of a large one that shrinks with its size, never less than
 * 100; the search goes on each time where it stopped, so that over time every node is considered.
 */

import type { Random } from '#base/env.ts';
import { Cycle } from './framework/cycle.ts';
import { Diagnosis } from './framework/diagnosis.ts';
import type { Framework } from './framework/framework.ts';
import type { ProfileMetrics } from './framework/metrics.ts';
import type { NodeResults } from './framework/node-results.ts';
import { maxNodeScore } from './framework/plugin.ts';
import type { PodInfo } from './framework/pod-info.ts';
import { errorStatus, isRejected, messageOfStatus, type Status, status } from './framework/status.ts';
import type { Nominator } from './queue/nominator.ts';
import type { ClusterState } from './state/cluster-state.ts';
import type { NodeInfo } from './state/node-info.ts';

export type Decision =
  | {
      readonly type: 'scheduled';
      readonly cycle: Cycle;
      readonly node: NodeInfo;
      readonly evaluatedNodes: number;
      readonly feasibleNodes: number;
    }
  | { readonly type: 'unschedulable'; readonly cycle: Cycle; readonly diagnosis: Diagnosis }
  | { readonly type: 'no-nodes'; readonly cycle: Cycle }
  | { readonly type: 'failed'; readonly cycle: Cycle; readonly status: Status };

const minFeasibleNodes = 100;
const minPercentage = 5;

/** How many fitting nodes a search looks for before it stops (numFeasibleNodesToFind). `percentage` 0 is adaptive. */
export function feasibleNodesToFind(nodeCount: number, percentage: number): number {
  if (nodeCount < minFeasibleNodes) return nodeCount;
  const share = percentage > 0 ? percentage : Math.max(minPercentage, 50 - Math.trunc(nodeCount / 125));
  return Math.max(minFeasibleNodes, Math.trunc((nodeCount * share) / 100));
}

export interface AlgorithmConfig {
  readonly state: ClusterState;
  readonly nominator: Nominator;
  readonly random: Random;
  /** For profiles that say nothing; 0 is adaptive. */
  readonly percentageOfNodesToScore?: number;
}

export class Algorithm {
  private readonly state: ClusterState;
  private readonly nominator: Nominator;
  private readonly random: Random;
  private readonly percentage: number;
  private nextStart = 0;
  private readonly feasible: NodeInfo[] = [];
  private totals = new Float64Array(256);
  private scratch = new Float64Array(256);

  constructor(config: AlgorithmConfig) {
    this.state = config.state;
    this.nominator = config.nominator;
    this.random = config.random;
    this.percentage = config.percentageOfNodesToScore ?? 0;
  }

  schedule(profile: Framework, pod: PodInfo): Decision {
    const { state } = this;
    const cycle = new Cycle(pod, state, this.random);
    cycle.measured = profile.metrics?.sample() ?? false;
    if (state.nodeCount === 0) return { type: 'no-nodes', cycle };
    const diagnosis = new Diagnosis(state.nodeCount);
    try {
      return this.place(profile, cycle, diagnosis);
    } catch (error) {
      return { type: 'failed', cycle, status: errorStatus('', error) };
    }
  }

  /** Only the scores of fitting nodes, for tests that compare them with a reference. */
  score(profile: Framework, pod: PodInfo): ReadonlyMap<string, number> {
    const cycle = new Cycle(pod, this.state, this.random);
    const diagnosis = new Diagnosis(this.state.nodeCount);
    if (profile.runPreFilter(cycle).rejection) return new Map();
    const results = profile.resultsFor(cycle, this.state.table.capacity);
    const feasible = [...this.search(profile, cycle, diagnosis, results, this.state.nodeList)];
    if (feasible.length === 0) return new Map();
    this.computeTotals(profile, cycle, results, feasible);
    return new Map(feasible.map(({ name }, i) => [name, this.totals[i] ?? 0]));
  }

  private place(profile: Framework, cycle: Cycle, diagnosis: Diagnosis): Decision {
    const { state } = this;
    const { rejection, nodeNames, namingPlugins } = profile.runPreFilter(cycle);
    for (const name of namingPlugins) diagnosis.unschedulablePlugins.add(name);
    if (rejection) {
      if (!isRejected(rejection)) return { type: 'failed', cycle, status: rejection };
      diagnosis.absentStatus = rejection;
      diagnosis.preFilterMessage = messageOfStatus(rejection);
      diagnosis.addPlugin(rejection);
      return { type: 'unschedulable', cycle, diagnosis };
    }
    const results = profile.resultsFor(cycle, state.table.capacity);
    let feasible = this.searchNominated(profile, cycle, results);
    if (feasible.length === 0) {
      let nodes = state.nodeList;
      if (nodeNames) {
        nodes = [...nodeNames].flatMap((name) => state.node(name) ?? []);
        const plugins = namingPlugins.toSorted().join(' ');
        diagnosis.absentStatus = status(
          'UnschedulableAndUnresolvable',
          '',
          `node(s) didn't satisfy plugin(s) [${plugins}]`,
        );
      }
      feasible = this.measuredSearch(profile, cycle, diagnosis, results, nodes);
      const processed = feasible.length + diagnosis.rejectedCount;
      this.nextStart = (this.nextStart + processed) % state.nodeCount;
    }
    const [first] = feasible;
    if (!first) {
      diagnosis.addRejectingPlugins();
      return { type: 'unschedulable', cycle, diagnosis };
    }
    const evaluatedNodes = feasible.length + diagnosis.rejectedCount;
    if (feasible.length === 1) return { type: 'scheduled', cycle, node: first, evaluatedNodes, feasibleNodes: 1 };
    const failure = this.computeTotals(profile, cycle, results, feasible);
    if (failure) return { type: 'failed', cycle, status: failure };
    const node = this.best(feasible);
    return { type: 'scheduled', cycle, node, evaluatedNodes, feasibleNodes: feasible.length };
  }

  /** The node that preemption made room on, or the scheduler announced, is taken without a search when it fits. */
  private searchNominated(profile: Framework, cycle: Cycle, results: NodeResults | undefined): readonly NodeInfo[] {
    const name = cycle.pod.pod.status?.nominatedNodeName;
    const node = name ? this.state.node(name) : undefined;
    if (!node) return [];
    return this.search(profile, cycle, new Diagnosis(this.state.nodeCount), results, [node]);
  }

  private measuredSearch(
    profile: Framework,
    cycle: Cycle,
    diagnosis: Diagnosis,
    results: NodeResults | undefined,
    nodes: readonly NodeInfo[],
  ): readonly NodeInfo[] {
    const { metrics } = profile;
    if (!metrics) return this.search(profile, cycle, diagnosis, results, nodes);
    const begunMs = metrics.begin();
    try {
      const feasible = this.search(profile, cycle, diagnosis, results, nodes);
      metrics.point('Filter', undefined, begunMs);
      countFilters(metrics, profile, cycle, feasible.length, diagnosis);
      return feasible;
    } catch (error) {
      metrics.point('Filter', errorStatus('', error), begunMs);
      throw error;
    }
  }

  /** Fitting nodes, from where the last search stopped; at most as many as are enough. The array is reused. */
  private search(
    profile: Framework,
    cycle: Cycle,
    diagnosis: Diagnosis,
    results: NodeResults | undefined,
    nodes: readonly NodeInfo[],
  ): readonly NodeInfo[] {
    const { state, nominator, feasible, nextStart } = this;
    const { generation } = state.table;
    const rest = profile.filtersBeside(results, cycle);
    const hasScores = profile.scorers.length > 0;
    const enough = hasScores
      ? feasibleNodesToFind(nodes.length, profile.percentageOfNodesToScore ?? this.percentage)
      : 1;
    const anyNominated = nominator.nodes > 0;
    feasible.length = 0;
    for (let i = 0; i < nodes.length && feasible.length < enough; i++) {
      const node = nodes[(nextStart + i) % nodes.length] as NodeInfo;
      if (anyNominated && nominator.has(node.name)) {
        const answer = profile.runFiltersWithNominated(cycle, node, state, nominator);
        if (answer) {
          if (answer.code === 'Error') throw answer.error;
          diagnosis.reject(node, answer);
          continue;
        }
        // Scores come from kept results, which must be there also for this node.
        results?.verdict(cycle, node, node.generation);
        feasible.push(node);
        continue;
      }
      let answer = results?.verdict(cycle, node, generation[node.row] as number);
      for (let j = 0; !answer && j < rest.length; j++) answer = rest[j]?.filter(cycle, node);
      if (!answer) {
        feasible.push(node);
      } else {
        if (answer.code === 'Error') throw answer.error;
        diagnosis.reject(node, answer);
      }
    }
    return feasible;
  }

  /** Leaves the weighted sums of all scores in `totals`, by position in `nodes`. */
  private computeTotals(
    profile: Framework,
    cycle: Cycle,
    results: NodeResults | undefined,
    nodes: readonly NodeInfo[],
  ): Status | undefined {
    const count = nodes.length;
    if (this.totals.length < count) {
      this.totals = new Float64Array(2 * count);
      this.scratch = new Float64Array(2 * count);
    }
    const { totals } = this;
    totals.fill(0, 0, count);
    const failure = profile.runPreScore(cycle, nodes);
    if (failure) return failure;
    const { metrics } = profile;
    const begunMs = metrics?.begin() ?? 0;
    const scores = this.scratch.subarray(0, count);
    for (const { plugin, weight } of profile.scorers) {
      if (cycle.skippedScores.has(plugin.name)) continue;
      const kept = results?.scores[results.scorers.indexOf(plugin)];
      if (kept) for (let i = 0; i < count; i++) scores[i] = kept[(nodes[i] as NodeInfo).row] as number;
      else for (let i = 0; i < count; i++) scores[i] = plugin.score(cycle, nodes[i] as NodeInfo);
      plugin.normalizeScores?.(cycle, scores, nodes);
      metrics?.evaluated('Score', plugin.name, count);
      for (let i = 0; i < count; i++) {
        const score = scores[i] as number;
        if (!(score >= 0 && score <= maxNodeScore)) {
          const invalid = invalidScore(plugin.name, score);
          metrics?.point('Score', invalid, begunMs);
          return invalid;
        }
        totals[i] = (totals[i] as number) + weight * score;
      }
    }
    metrics?.point('Score', undefined, begunMs);
    return undefined;
  }

  /** The node with the highest total; each of several equally likely. */
  private best(nodes: readonly NodeInfo[]): NodeInfo {
    const { totals } = this;
    let highest = Number.NEGATIVE_INFINITY;
    let ties = 0;
    for (let i = 0; i < nodes.length; i++) {
      const total = totals[i] as number;
      if (total > highest) {
        highest = total;
        ties = 1;
      } else if (total === highest) {
        ties++;
      }
    }
    let pick = Math.floor(this.random.next() * ties);
    for (let i = 0; i < nodes.length; i++) {
      if (totals[i] === highest && pick-- === 0) return nodes[i] as NodeInfo;
    }
    return nodes[0] as NodeInfo;
  }
}

/** Each filter was asked about the nodes that those before it let pass; kept answers count like new ones. */
function countFilters(
  metrics: ProfileMetrics,
  profile: Framework,
  cycle: Cycle,
  feasible: number,
  diagnosis: Diagnosis,
): void {
  const rejections = diagnosis.rejectionsByPlugin();
  let asked = feasible + diagnosis.rejectedCount;
  for (const { name } of profile.filters) {
    if (cycle.skippedFilters.has(name)) continue;
    metrics.evaluated('Filter', name, asked);
    asked -= rejections.get(name) ?? 0;
  }
}

function invalidScore(plugin: string, score: number): Status {
  const range = `it should in the range of [0, ${maxNodeScore}] after normalizing`;
  return errorStatus(plugin, new Error(`plugin "${plugin}" returns an invalid score ${score}, ${range}`));
}
