/**
 * Framework: the plugins of one profile in the order of each extension point, and how their answers combine (kube-scheduler
 * framework/runtime).
 */

import { assert } from '#base/errors.ts';
import type { Nominator } from '../queue/nominator.ts';
import type { ClusterState } from '../state/cluster-state.ts';
import type { NodeInfo } from '../state/node-info.ts';
import type { Cycle } from './cycle.ts';
import type { Diagnosis } from './diagnosis.ts';
import type { MeasuredPoint, ProfileMetrics } from './metrics.ts';
import { type FilterPlugin, NodeResults, NodeResultsCache, type ScorePlugin } from './node-results.ts';
import type { Plugin, PostFilterResult } from './plugin.ts';
import type { PodInfo } from './pod-info.ts';
import { errorStatus, isRejected, messageOfStatus, type Status, status } from './status.ts';

/** Extension points that configuration can list plugins for. */
export const extensionPoints = [
  'preEnqueue',
  'queueSort',
  'preFilter',
  'filter',
  'postFilter',
  'preScore',
  'score',
  'reserve',
  'permit',
  'preBind',
  'bind',
  'postBind',
] as const;

export type ExtensionPoint = (typeof extensionPoints)[number];

export interface EnabledPlugin {
  readonly plugin: Plugin;
  /** Of its scores; 1 unless told. */
  readonly weight: number;
}

export interface FrameworkConfig {
  readonly profileName: string;
  /** 0 and absent: upstream's adaptive rule. */
  readonly percentageOfNodesToScore?: number | undefined;
  readonly plugins: Readonly<Record<ExtensionPoint, readonly EnabledPlugin[]>>;
  /** Absent: nothing is measured. */
  readonly metrics?: ProfileMetrics | undefined;
}

export type WeightedScorer = { readonly plugin: ScorePlugin; readonly weight: number };

/** Which nodes a PreFilter leaves; undefined for all. */
export interface PreFilterOutcome {
  readonly rejection?: Status | undefined;
  readonly nodeNames?: ReadonlySet<string> | undefined;
  /** Plugins that named nodes: what the nodes left out did not satisfy. */
  readonly namingPlugins: readonly string[];
}

const nothingToDo = status('Skip', '');

export class Framework {
  readonly profileName: string;
  readonly percentageOfNodesToScore: number | undefined;
  readonly preEnqueuePlugins: readonly Plugin[];
  readonly filters: readonly FilterPlugin[];
  readonly scorers: readonly WeightedScorer[];
  readonly hasPostFilters: boolean;
  /** All plugins, each once. */
  readonly all: readonly Plugin[];
  readonly kept = new NodeResultsCache();
  readonly metrics: ProfileMetrics | undefined;
  private readonly points: Readonly<Record<ExtensionPoint, readonly Plugin[]>>;
  private readonly localFilters: readonly FilterPlugin[];
  private readonly localScorers: readonly ScorePlugin[];
  private readonly signing: readonly Plugin[];
  private readonly extending: readonly Plugin[];

  constructor(config: FrameworkConfig) {
    this.profileName = config.profileName;
    this.percentageOfNodesToScore = config.percentageOfNodesToScore;
    this.metrics = config.metrics;
    const points = {} as Record<ExtensionPoint, readonly Plugin[]>;
    for (const point of extensionPoints) points[point] = config.plugins[point].map(({ plugin }) => plugin);
    this.points = points;
    this.preEnqueuePlugins = points.preEnqueue;
    this.filters = points.filter.filter((plugin): plugin is FilterPlugin => plugin.filter !== undefined);
    this.scorers = config.plugins.score
      .filter((enabled): enabled is WeightedScorer => enabled.plugin.score !== undefined && enabled.weight > 0)
      .map(({ plugin, weight }) => ({ plugin, weight }));
    this.hasPostFilters = points.postFilter.length > 0;
    this.all = [...new Set(Object.values(points).flat())];
    this.extending = points.preFilter.filter((plugin) => plugin.podAdded || plugin.podRemoved);
    // Only a prefix of the filters can be kept: the first plugin that rejects a node is the one that is reported.
    const firstOther = this.filters.findIndex((plugin) => !plugin.sign);
    this.localFilters = firstOther < 0 ? this.filters : this.filters.slice(0, firstOther);
    this.localScorers = this.scorers.map(({ plugin }) => plugin).filter((plugin) => plugin.sign !== undefined);
    this.signing = [...new Set([...this.localFilters, ...this.localScorers])];
  }

  /** The signature under which results for the pod are kept; undefined when a plugin forbids it. */
  signatureOf(pod: PodInfo): string | undefined {
    let signature = '';
    for (const plugin of this.signing) {
      const part = plugin.sign?.(pod);
      if (part === undefined) return undefined;
      signature += `${part}\n`;
    }
    return signature;
  }

  /** Kept results for pods like the cycle's. After PreFilter: its Skips belong to the signature. */
  resultsFor(cycle: Cycle, rows: number): NodeResults | undefined {
    const signature = this.signatureOf(cycle.pod);
    if (signature === undefined) return undefined;
    return this.kept.of(signature, rows, () => {
      const filters = this.localFilters.filter(({ name }) => !cycle.skippedFilters.has(name));
      return new NodeResults(filters, this.localScorers, rows);
    });
  }

  /** Filters that kept results do not cover and that PreFilter did not skip. */
  filtersBeside(results: NodeResults | undefined, cycle: Cycle): FilterPlugin[] {
    const rest = results ? this.filters.slice(this.localFilters.length) : this.filters;
    return rest.filter(({ name }) => !cycle.skippedFilters.has(name));
  }

  runPreFilter(cycle: Cycle): PreFilterOutcome {
    const { metrics } = this;
    if (!metrics) return this.preFilter(cycle);
    const begunMs = metrics.begin();
    const outcome = this.preFilter(cycle);
    metrics.point('PreFilter', outcome.rejection, begunMs);
    return outcome;
  }

  private preFilter(cycle: Cycle): PreFilterOutcome {
    let nodeNames: ReadonlySet<string> | undefined;
    let rejection: Status | undefined;
    const namingPlugins: string[] = [];
    for (const plugin of this.points.preFilter) {
      const answer = this.ask(plugin, 'PreFilter', cycle, () => plugin.preFilter?.(cycle));
      if (answer && 'code' in answer && answer.code === 'Skip') {
        cycle.skippedFilters.add(plugin.name);
        continue;
      }
      this.metrics?.evaluated('PreFilter', plugin.name);
      if (!answer) continue;
      if ('nodeNames' in answer) {
        namingPlugins.push(plugin.name);
        nodeNames = nodeNames ? new Set(nodeNames).intersection(answer.nodeNames) : answer.nodeNames;
        if (nodeNames.size > 0) continue;
        const names = namingPlugins.toSorted();
        const message =
          names.length === 1
            ? `node(s) didn't satisfy plugin ${names[0]}`
            : `node(s) didn't satisfy plugin(s) [${names.join(' ')}] simultaneously`;
        return { rejection: status('UnschedulableAndUnresolvable', '', message), namingPlugins };
      }
      if (answer.code === 'Unschedulable') {
        // Others may still find that nothing helps at all.
        rejection ??= answer;
        continue;
      }
      return { rejection: answer, namingPlugins: [] };
    }
    return { rejection, nodeNames, namingPlugins };
  }

  /** All filters of the cycle on the node as it is now, nothing kept. */
  runFilters(cycle: Cycle, node: NodeInfo): Status | undefined {
    cycle.filters ??= this.filtersBeside(undefined, cycle);
    for (const plugin of cycle.filters) {
      const answer = plugin.filter(cycle, node);
      if (answer) return answer;
    }
    return undefined;
  }

  /**
   * Like runFilters, but the node must fit both with the pods nominated to it that are at least as important, and without
   * them: they will probably come, but affinity must not count on it.
   */
  runFiltersWithNominated(cycle: Cycle, node: NodeInfo, state: ClusterState, nominator: Nominator): Status | undefined {
    if (nominator.has(node.name)) {
      const { pod } = cycle;
      const expected = [...nominator.podsOn(node.name)].filter(
        (other) => other.priority >= pod.priority && other.uid !== pod.uid,
      );
      if (expected.length > 0) {
        const answer = state.whatIf(node, (trial) => {
          for (const other of expected) {
            trial.add(other);
            this.tellPodAdded(cycle, other, node);
          }
          const verdict = this.runFilters(cycle, node);
          for (const other of expected) this.tellPodRemoved(cycle, other, node);
          return verdict;
        });
        if (answer) return answer;
      }
    }
    return this.runFilters(cycle, node);
  }

  tellPodAdded(cycle: Cycle, pod: PodInfo, node: NodeInfo): void {
    for (const plugin of this.extending) {
      if (!cycle.skippedFilters.has(plugin.name)) plugin.podAdded?.(cycle, pod, node);
    }
  }

  tellPodRemoved(cycle: Cycle, pod: PodInfo, node: NodeInfo): void {
    for (const plugin of this.extending) {
      if (!cycle.skippedFilters.has(plugin.name)) plugin.podRemoved?.(cycle, pod, node);
    }
  }

  runPostFilter(cycle: Cycle, diagnosis: Diagnosis): PostFilterResult {
    const { metrics } = this;
    if (!metrics) return this.postFilter(cycle, diagnosis);
    const begunMs = metrics.begin();
    const result = this.postFilter(cycle, diagnosis);
    metrics.point('PostFilter', result.status, begunMs);
    return result;
  }

  private postFilter(cycle: Cycle, diagnosis: Diagnosis): PostFilterResult {
    let nominatedNodeName: string | undefined;
    const reasons: string[] = [];
    let rejector = '';
    for (const plugin of this.points.postFilter) {
      if (!plugin.postFilter) continue;
      const result = this.askPostFilter(plugin, cycle, diagnosis);
      if (!result.status || result.status.code === 'UnschedulableAndUnresolvable') return result;
      if (!isRejected(result.status)) return { status: result.status };
      nominatedNodeName = result.nominatedNodeName ?? nominatedNodeName;
      reasons.push(...result.status.reasons);
      if (rejector === '') rejector = plugin.name;
    }
    return { nominatedNodeName, status: status('Unschedulable', rejector, ...reasons) };
  }

  runPreScore(cycle: Cycle, nodes: readonly NodeInfo[]): Status | undefined {
    const begunMs = this.metrics?.begin() ?? 0;
    let failure: Status | undefined;
    for (const plugin of this.points.preScore) {
      const answer = this.ask(plugin, 'PreScore', cycle, () => plugin.preScore?.(cycle, nodes));
      if (answer?.code === 'Skip') {
        cycle.skippedScores.add(plugin.name);
        continue;
      }
      this.metrics?.evaluated('PreScore', plugin.name);
      failure = answer;
      if (failure) break;
    }
    this.metrics?.point('PreScore', failure, begunMs);
    return failure;
  }

  runReserve(cycle: Cycle, node: NodeInfo): Status | undefined {
    const begunMs = this.metrics?.begin() ?? 0;
    let failure: Status | undefined;
    for (const plugin of this.points.reserve) {
      failure = this.ask(plugin, 'Reserve', cycle, () => plugin.reserve?.(cycle, node));
      if (failure) break;
    }
    this.metrics?.point('Reserve', failure, begunMs);
    return failure;
  }

  runUnreserve(cycle: Cycle, node: NodeInfo): void {
    const begunMs = this.metrics?.begin() ?? 0;
    for (const plugin of this.points.reserve.toReversed()) plugin.unreserve?.(cycle, node);
    this.metrics?.point('Unreserve', undefined, begunMs);
  }

  /** Waits by plugin in milliseconds, or a rejection. */
  runPermit(
    cycle: Cycle,
    node: NodeInfo,
  ): { readonly rejection?: Status; readonly waits: ReadonlyMap<string, number> } {
    const begunMs = this.metrics?.begin() ?? 0;
    const waits = new Map<string, number>();
    let last: Status | undefined;
    for (const plugin of this.points.permit) {
      const answer = plugin.permit?.(cycle, node);
      if (!answer) continue;
      last = answer.status;
      if (last.code !== 'Wait') break;
      waits.set(plugin.name, answer.timeoutMs ?? 0);
    }
    this.metrics?.point('Permit', last, begunMs);
    return last && last.code !== 'Wait' ? { rejection: last, waits } : { waits };
  }

  /** True when some PreBind plugin has work to do. */
  hasPreBindWork(cycle: Cycle, node: NodeInfo): boolean {
    const begunMs = this.metrics?.begin() ?? 0;
    const hasWork = this.points.preBind.some(
      (plugin) => plugin.preBind && plugin.preBindPreFlight?.(cycle, node)?.code !== 'Skip',
    );
    this.metrics?.point('PreBindPreFlight', hasWork ? undefined : nothingToDo, begunMs);
    return hasWork;
  }

  runPreBind(cycle: Cycle, node: NodeInfo, signal: AbortSignal): Promise<Status | undefined> {
    return this.measured('PreBind', this.preBind(cycle, node, signal));
  }

  private async preBind(cycle: Cycle, node: NodeInfo, signal: AbortSignal): Promise<Status | undefined> {
    for (const plugin of this.points.preBind) {
      if (!plugin.preBind || plugin.preBindPreFlight?.(cycle, node)?.code === 'Skip') continue;
      const answer = await this.askLater(plugin, 'PreBind', cycle, plugin.preBind(cycle, node, signal));
      if (!answer || answer.code === 'Skip') continue;
      if (isRejected(answer)) return answer;
      return errorStatus(
        plugin.name,
        new Error(`running PreBind plugin "${plugin.name}": ${messageOfStatus(answer)}`, { cause: answer.error }),
      );
    }
    return undefined;
  }

  runBind(cycle: Cycle, node: NodeInfo, signal: AbortSignal): Promise<Status | undefined> {
    return this.measured('Bind', this.bind(cycle, node, signal));
  }

  private async bind(cycle: Cycle, node: NodeInfo, signal: AbortSignal): Promise<Status | undefined> {
    for (const plugin of this.points.bind) {
      if (!plugin.bind) continue;
      const answer = await this.askLater(plugin, 'Bind', cycle, plugin.bind(cycle, node, signal));
      if (answer?.code === 'Skip') continue;
      if (!answer || isRejected(answer)) return answer;
      return errorStatus(
        plugin.name,
        new Error(`running Bind plugin "${plugin.name}": ${messageOfStatus(answer)}`, { cause: answer.error }),
      );
    }
    return errorStatus('', new Error('no bind plugin took the pod'));
  }

  runPostBind(cycle: Cycle, node: NodeInfo): void {
    const begunMs = this.metrics?.begin() ?? 0;
    for (const plugin of this.points.postBind) plugin.postBind?.(cycle, node);
    this.metrics?.point('PostBind', undefined, begunMs);
  }

  /** The order of the queue. */
  less(): NonNullable<Plugin['less']> {
    const plugin = this.points.queueSort.find((each) => each.less !== undefined);
    assert(plugin?.less, `profile ${this.profileName} has no queue sort plugin`);
    return plugin.less.bind(plugin);
  }

  private ask<Answer extends object | undefined>(
    plugin: Plugin,
    point: MeasuredPoint,
    cycle: Cycle,
    run: () => Answer,
  ): Answer | Status {
    const { metrics } = this;
    if (!metrics || !cycle.measured) return guarded(plugin, run);
    const begunMs = metrics.begin();
    const answer = guarded(plugin, run);
    metrics.plugin(point, plugin.name, codeOf(answer), begunMs);
    return answer;
  }

  private askPostFilter(plugin: Plugin, cycle: Cycle, diagnosis: Diagnosis): PostFilterResult {
    const { metrics } = this;
    if (!metrics || !cycle.measured) return guardedPostFilter(plugin, cycle, diagnosis);
    const begunMs = metrics.begin();
    const result = guardedPostFilter(plugin, cycle, diagnosis);
    metrics.plugin('PostFilter', plugin.name, result.status, begunMs);
    return result;
  }

  private async askLater(
    plugin: Plugin,
    point: MeasuredPoint,
    cycle: Cycle,
    running: Promise<Status | undefined>,
  ): Promise<Status | undefined> {
    const begunMs = this.metrics?.begin() ?? 0;
    const answer = await running.catch((error: unknown) => errorStatus(plugin.name, error));
    if (cycle.measured) this.metrics?.plugin(point, plugin.name, answer, begunMs);
    return answer;
  }

  private async measured(point: MeasuredPoint, running: Promise<Status | undefined>): Promise<Status | undefined> {
    const { metrics } = this;
    if (!metrics) return running;
    const begunMs = metrics.begin();
    const answer = await running;
    metrics.point(point, answer, begunMs);
    return answer;
  }
}

function codeOf(answer: object | undefined): Status | undefined {
  return answer && 'code' in answer ? (answer as Status) : undefined;
}

/** A plugin's exception fails the pod's attempt, not the scheduler. */
function guarded<Answer>(plugin: Plugin, run: () => Answer): Answer | Status {
  try {
    return run();
  } catch (error) {
    return errorStatus(plugin.name, error);
  }
}

function guardedPostFilter(plugin: Plugin, cycle: Cycle, diagnosis: Diagnosis): PostFilterResult {
  try {
    return plugin.postFilter?.(cycle, diagnosis) ?? {};
  } catch (error) {
    return { status: errorStatus(plugin.name, error) };
  }
}
