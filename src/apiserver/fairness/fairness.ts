/**
 * Priority and fairness: which requests execute now, which wait, which are refused (KEP-1040). Requests are classified by the FlowSchemas, share
 * the seats of their PriorityLevelConfiguration, and are told apart there by flow.
 *
 * The configuration is read through LiveObjects; a changed version is noticed by the next request, which costs it two number comparisons
 * otherwise. The two mandatory schemas and levels are there even when nobody stored them. Levels lend and borrow seats every ten seconds, while
 * there are requests.
 *
 * 1. A request has its seats from `admit` to `finish`; whoever admits finishes, once.
 * 2. Waiting ends by a seat, by the client's leaving, or by the wait limit.
 */

import type { ApiRequest, UserInfo } from '#api/request.ts';
import type { Env, Timer } from '#base/env.ts';
import type { MetricsRegistry } from '#base/metrics.ts';
import type { FlowSchema, PriorityLevelConfiguration } from '#kinds/generated/flowcontrol-v1.ts';
import type { CollectionName, LiveObjects } from '../live-objects.ts';
import type { RequestInfo } from '../request/request-info.ts';
import { Classifier, inMatchingOrder } from './classifier.ts';
import { adjustLimits, seatBounds } from './concurrency.ts';
import { type Admission, type AdmittedRequest, FlowSchemaState } from './flow-schema-state.ts';
import { InFlight } from './in-flight.ts';
import { mandatoryLevels, mandatorySchemas } from './mandatory.ts';
import { FairnessMetrics } from './metrics.ts';
import { PriorityLevel } from './priority-level.ts';
import { QueuedRequest } from './queue-set.ts';
import { estimateWork, type ResourceStatistics } from './work-estimate.ts';

export const flowSchemas: CollectionName = 'flowcontrol.apiserver.k8s.io/flowschemas';
export const priorityLevels: CollectionName = 'flowcontrol.apiserver.k8s.io/prioritylevelconfigurations';

export interface FairnessConfig {
  readonly objects: Pick<LiveObjects, 'load' | 'list' | 'version'>;
  /** What the server executes at a time, in seats: upstream's --max-requests-inflight and --max-mutating-requests-inflight together. */
  readonly maxRequestsInFlight: number;
  readonly maxMutatingRequestsInFlight: number;
}

/** Seats are lent anew this often. */
const adjustmentMs = 10_000;
/** A request may wait for a quarter of its time, which is a minute unless it says otherwise (--request-timeout), and a minute at most. */
const requestTimeoutMs = 60_000;
const waitFraction = 1 / 4;
const longestWaitMs = 60_000;

export class Fairness {
  private readonly config: FairnessConfig;
  private readonly env: Env;
  private readonly metrics: FairnessMetrics;
  private readonly inFlight: InFlight;
  private readonly levels = new Map<string, PriorityLevel>();
  private classifier: Classifier<FlowSchemaState>;
  private fairFraction = 0;
  private seen = { schemas: -1, levels: -1 };
  private adjustment: Timer | undefined;

  constructor(config: FairnessConfig, env: Env, registry: MetricsRegistry) {
    this.config = config;
    this.env = env;
    this.metrics = new FairnessMetrics(registry, {
      levels: () => this.levels.values(),
      nowMs: () => env.clock.monotonic(),
      fairFraction: () => this.fairFraction,
    });
    this.inFlight = new InFlight(registry, env.clock);
    this.classifier = this.configure([], []);
  }

  /** Resolves when the stored configuration is read. */
  async start(): Promise<void> {
    await this.config.objects.load(flowSchemas, priorityLevels);
  }

  /** For the debugging pages, by name. */
  all(): readonly PriorityLevel[] {
    return [...this.levels.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /**
   * The request with its state: 'executing', or refused as 'rejected' or 'cancelled'. At once where there is a seat; whoever gets an executing one
   * calls `finish`.
   */
  admit(
    user: UserInfo,
    info: RequestInfo,
    { query, signal }: Pick<ApiRequest, 'query' | 'signal'>,
    statistics: ResourceStatistics | undefined,
  ): Admission | Promise<Admission> {
    const { clock } = this.env;
    const nowMs = clock.monotonic();
    this.refresh();
    const schema = this.classifier.classify(user, info);
    const { level, counts } = schema;
    const work = estimateWork(info, query, statistics, level.maxSeats);
    const distinguisher = schema.distinguisherOf(user, info);
    const item: AdmittedRequest = { schema, distinguisher, user, info, resume: undefined };
    const admission = new QueuedRequest(item, work, nowMs);
    counts.estimatedSeats.observe(admission.maxSeats);
    if (statistics && isWrite(info.verb)) counts.watchers.observe(statistics.countWatchers(info.namespace, info.name));
    const refused = level.queues.arrive(admission, schema.name, distinguisher, nowMs);
    this.armAdjustment();
    if (refused) {
      level.counts.rejected++;
      return this.refuse(admission, refused);
    }
    if (admission.queue)
      counts.queueLength.observe(admission.queue.waiting.length + (admission.state === 'executing' ? 1 : 0));
    if (admission.state === 'executing') {
      this.began(admission);
      return admission;
    }
    return this.wait(admission, query, signal);
  }

  /** The request is served: its seats go on, after lingering for what its watchers cost. */
  finish(admission: Admission): void {
    const { clock } = this.env;
    const nowMs = clock.monotonic();
    const { schema, info } = admission.item;
    const { counts, level } = schema;
    counts.executing--;
    this.inFlight.executing.add(info.verb, -1, nowMs);
    const series = info.verb === 'watch' ? counts.executionWatch : counts.executionRegular;
    series.observe((nowMs - admission.startedMs) / 1000);
    if (level.queues.finish(admission, nowMs)) {
      clock.after(admission.lingerMs, () => {
        counts.executingSeats -= admission.maxSeats;
        level.queues.release(admission, clock.monotonic());
        this.reap(level);
      });
      return;
    }
    counts.executingSeats -= admission.maxSeats;
    this.reap(level);
  }

  /** Refuses what waits. */
  close(): void {
    this.adjustment?.cancel();
    for (const { queues } of this.levels.values()) {
      for (const waiting of [...queues.waitingRequests()]) waiting.item.resume?.();
    }
  }

  private wait(admission: Admission, query: URLSearchParams, signal: AbortSignal): Promise<Admission> {
    const { clock } = this.env;
    const { item, maxSeats } = admission;
    const { counts, level } = item.schema;
    counts.waiting++;
    counts.waitingSeats += maxSeats;
    this.inFlight.waiting.add(item.info.verb, 1, admission.arrivedMs);
    return new Promise((resolve) => {
      const settle = (): void => {
        item.resume = undefined;
        timer.cancel();
        signal.removeEventListener('abort', settle);
        counts.waiting--;
        counts.waitingSeats -= maxSeats;
        this.inFlight.waiting.add(item.info.verb, -1, clock.monotonic());
        if (admission.state === 'executing') {
          this.began(admission);
        } else {
          level.queues.cancel(admission, clock.monotonic());
          level.counts.rejected++;
          level.counts.cancelled++;
          this.refuse(admission, 'time-out');
        }
        resolve(admission);
      };
      item.resume = settle;
      const timer = clock.after(waitLimitMs(item.info, query), settle);
      signal.addEventListener('abort', settle, { once: true });
      if (signal.aborted) settle();
    });
  }

  private began({ item, maxSeats, startedMs, arrivedMs }: Admission): void {
    const { counts, level } = item.schema;
    counts.dispatched++;
    level.counts.dispatched++;
    counts.executing++;
    counts.executingSeats += maxSeats;
    this.inFlight.executing.add(item.info.verb, 1, startedMs);
    if (!level.exempt) counts.waitExecuted.observe((startedMs - arrivedMs) / 1000);
  }

  private refuse(admission: Admission, reason: string): Admission {
    const { counts, level } = admission.item.schema;
    counts.rejected.set(reason, (counts.rejected.get(reason) ?? 0) + 1);
    counts.waitRefused.observe((this.env.clock.monotonic() - admission.arrivedMs) / 1000);
    level.dropped.record(this.env.clock.now());
    return admission;
  }

  private refresh(): void {
    const { objects } = this.config;
    const { seen } = this;
    const schemas = objects.version(flowSchemas);
    const levels = objects.version(priorityLevels);
    if (schemas === seen.schemas && levels === seen.levels) return;
    this.seen = { schemas, levels };
    this.reconfigure();
  }

  private reconfigure(): void {
    const { objects } = this.config;
    // The collections hold these kinds.
    const schemas = [...objects.list(flowSchemas)] as FlowSchema[];
    const levels = [...objects.list(priorityLevels)] as PriorityLevelConfiguration[];
    this.classifier = this.configure(schemas, levels);
  }

  private configure(
    schemas: readonly FlowSchema[],
    levels: readonly PriorityLevelConfiguration[],
  ): Classifier<FlowSchemaState> {
    const nowMs = this.env.clock.monotonic();
    this.configureLevels(levels, nowMs);
    const usable = [...schemas, ...missing(schemas, mandatorySchemas)].flatMap((schema) => {
      const level = this.levels.get(schema.spec?.priorityLevelConfiguration.name ?? '');
      return level && !level.quiescing ? [[schema, level] as const] : [];
    });
    const states = usable
      .sort(([a], [b]) => inMatchingOrder(a, b))
      .map(([schema, level]) => {
        const counts = this.metrics.countsOf(schema.metadata?.name ?? '', level.name);
        return [schema, new FlowSchemaState(schema, level, counts)] as const;
      });
    const last = states.findLast(([, { name }]) => name === 'catch-all');
    if (!last) throw new Error('no catch-all flow schema is usable');
    return new Classifier(states, last[1]);
  }

  private configureLevels(levels: readonly PriorityLevelConfiguration[], nowMs: number): void {
    const wanted = [...levels.filter(isUsable), ...missing(levels.filter(isUsable), mandatoryLevels)];
    for (const configuration of wanted) {
      const name = configuration.metadata?.name ?? '';
      const level = this.levels.get(name) ?? new PriorityLevel(name, nowMs);
      this.levels.set(name, level);
      level.configure(configuration, nowMs);
    }
    const names = new Set(wanted.map(({ metadata }) => metadata?.name));
    for (const level of this.levels.values()) {
      if (names.has(level.name)) continue;
      if (level.queues.idle) this.levels.delete(level.name);
      else level.quiescing = true;
    }
    const total = this.config.maxRequestsInFlight + this.config.maxMutatingRequestsInFlight;
    let sum = 0;
    for (const { shares } of this.levels.values()) sum += shares.nominalConcurrencyShares;
    for (const level of this.levels.values()) level.setBounds(seatBounds(level.shares, sum, total));
    this.adjust(nowMs);
  }

  /** A level that nobody wants goes with its last request. */
  private reap({ quiescing, queues }: PriorityLevel): void {
    if (quiescing && queues.idle) this.reconfigure();
  }

  private adjust(nowMs: number): void {
    const levels = [...this.levels.values()];
    for (const level of levels) level.demand = level.queues.closeDemand(level.demand, nowMs);
    const { limits, targets, fairFraction } = adjustLimits(levels);
    this.fairFraction = fairFraction;
    const total = this.config.maxRequestsInFlight + this.config.maxMutatingRequestsInFlight;
    levels.forEach((level, index) => {
      level.target = targets[index] as number;
      level.setLimit(limits[index] as number, nowMs, Math.round(total / 10));
    });
  }

  /** Runs while there are requests: an idle server does nothing. */
  private armAdjustment(): void {
    this.adjustment ??= this.env.clock.after(adjustmentMs, () => {
      this.adjustment = undefined;
      this.adjust(this.env.clock.monotonic());
      for (const { queues } of this.levels.values()) if (!queues.idle) this.armAdjustment();
    });
  }
}

const writes = new Set(['create', 'update', 'patch', 'delete']);

function isWrite(verb: string): boolean {
  return writes.has(verb);
}

/** Seconds and milliseconds are what clients send; anything else counts as the default. */
function waitLimitMs({ verb }: RequestInfo, query: URLSearchParams): number {
  const asked = verb === 'watch' ? null : query.get('timeout');
  const [, amount = '', unit = 's'] = asked?.match(/^(\d+(?:\.\d+)?)(ms|s|m)$/) ?? [];
  const unitMs = unit === 'ms' ? 1 : unit === 's' ? 1000 : 60_000;
  const timeoutMs = amount === '' ? requestTimeoutMs : Number(amount) * unitMs || requestTimeoutMs;
  return Math.min(timeoutMs * waitFraction, longestWaitMs);
}

function missing<T extends FlowSchema | PriorityLevelConfiguration>(
  present: readonly T[],
  mandatory: readonly T[],
): readonly T[] {
  const names = new Set(present.map(({ metadata }) => metadata?.name));
  return mandatory.filter(({ metadata }) => !names.has(metadata?.name));
}

/** The level named exempt, and no other, is exempt; what says otherwise came past validation, and is left out. */
function isUsable({ metadata, spec }: PriorityLevelConfiguration): boolean {
  if ((metadata?.name === 'exempt') !== (spec?.type === 'Exempt')) return false;
  return spec?.type === 'Exempt' || spec?.limited !== undefined;
}
