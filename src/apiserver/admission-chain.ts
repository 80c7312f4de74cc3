/**
 * AdmissionChain: runs the plugins in their order; a write without plugins for its operation costs nothing.
 *
 * Plugins that need not be waited for take less time than a look at the clock: those that run one after another are measured together, and each is
 * observed with its share. Their counts and their sum are exact.
 */

import type { FieldError } from '#api/field-error.ts';
import type { Clock } from '#base/env.ts';
import type { HistogramSeries } from '#base/metrics.ts';
import type { AdmissionMetrics, AdmissionPhase, Verdicts } from './admission-metrics.ts';
import type { AdmissionContext, AdmissionOperation, AdmissionPlugin } from './admission-plugin.ts';

interface Station {
  readonly plugin: AdmissionPlugin;
  readonly seconds: Verdicts;
}

/** The plugins of one phase of one operation. */
interface Line {
  readonly phase: AdmissionPhase;
  readonly stations: readonly Station[];
  /** A run of all stations that waited for none: each one's share of it. */
  readonly share: HistogramSeries;
  readonly seconds: Verdicts;
}

type Lines = Readonly<Record<AdmissionOperation, Line>>;

export class AdmissionChain {
  private readonly clock: Pick<Clock, 'monotonic'>;
  private readonly mutating: Lines;
  private readonly validating: Lines;
  /** Upstream's counterparts are in its storage and not counted as plugins. */
  private readonly inspecting: Readonly<Record<AdmissionOperation, readonly AdmissionPlugin[]>>;

  constructor(plugins: readonly AdmissionPlugin[], clock: Pick<Clock, 'monotonic'>, metrics: AdmissionMetrics) {
    this.clock = clock;
    const lineOf = (phase: AdmissionPhase, operation: AdmissionOperation): Line => {
      const stations = plugins
        .filter((plugin) => plugin[phase] && (plugin.handles?.(operation) ?? true))
        .map((plugin) => ({ plugin, seconds: metrics.controller(plugin.name, phase, operation) }));
      const share = metrics.together(stations.map(({ seconds }) => seconds));
      return { phase, stations, share, seconds: metrics.step(phase, operation) };
    };
    const byOperation = (phase: AdmissionPhase): Lines => ({
      CREATE: lineOf(phase, 'CREATE'),
      UPDATE: lineOf(phase, 'UPDATE'),
      DELETE: lineOf(phase, 'DELETE'),
      CONNECT: lineOf(phase, 'CONNECT'),
    });
    this.mutating = byOperation('admit');
    this.validating = byOperation('validate');
    const inspecting = (operation: AdmissionOperation) =>
      plugins.filter(({ inspect, handles }) => inspect && (handles?.(operation) ?? true));
    this.inspecting = {
      CREATE: inspecting('CREATE'),
      UPDATE: inspecting('UPDATE'),
      DELETE: inspecting('DELETE'),
      CONNECT: inspecting('CONNECT'),
    };
  }

  /** Undefined when no plugin had to be waited for. */
  admit(context: AdmissionContext): Promise<void> | undefined {
    const first = this.run(this.mutating[context.operation], context);
    return first ? first.then(() => this.admitAgain(context)) : this.admitAgain(context);
  }

  private admitAgain(context: AdmissionContext): Promise<void> | undefined {
    const { reinvocation } = context;
    if (!reinvocation?.requested) return undefined;
    reinvocation.again = true;
    return this.run(this.mutating[context.operation], context);
  }

  /** Undefined when nothing is to be inspected. */
  inspect(context: AdmissionContext): Promise<readonly FieldError[]> | undefined {
    let pending: Promise<readonly FieldError[]> | undefined;
    for (const { inspect } of this.inspecting[context.operation]) {
      const found = inspect?.(context);
      const before = pending;
      pending = before && found ? Promise.all([before, found]).then((errors) => errors.flat()) : (before ?? found);
    }
    return pending;
  }

  validate(context: AdmissionContext): Promise<void> | undefined {
    return this.run(this.validating[context.operation], context);
  }

  private run(line: Line, context: AdmissionContext): Promise<void> | undefined {
    if (line.stations.length === 0) return undefined;
    const startedMs = this.clock.monotonic();
    return this.runFrom(line, context, 0, startedMs, startedMs);
  }

  private runFrom(
    line: Line,
    context: AdmissionContext,
    first: number,
    startedMs: number,
    sinceMs: number,
  ): Promise<void> | undefined {
    const { phase, stations } = line;
    for (let at = first; at < stations.length; at++) {
      const station = stations[at] as Station;
      let pending: void | Promise<void>;
      try {
        pending = station.plugin[phase]?.(context);
      } catch (error) {
        const nowMs = this.passed(stations, first, at, sinceMs);
        this.rejected(line, station, startedMs, nowMs);
        throw error;
      }
      if (pending) {
        const waitedFromMs = this.passed(stations, first, at, sinceMs);
        return pending.then(
          () => this.runFrom(line, context, at + 1, startedMs, this.passed(stations, at, at + 1, waitedFromMs)),
          (error: unknown) => {
            this.rejected(line, station, startedMs, waitedFromMs);
            throw error;
          },
        );
      }
    }
    const endedMs = first === 0 ? this.clock.monotonic() : this.passed(stations, first, stations.length, sinceMs);
    if (first === 0) line.share.observe((endedMs - startedMs) / 1000 / stations.length);
    line.seconds.passed.observe((endedMs - startedMs) / 1000);
    return undefined;
  }

  /** Observes those from `first` up to `end`, which ran since; answers the time. */
  private passed(stations: readonly Station[], first: number, end: number, sinceMs: number): number {
    if (first === end) return sinceMs;
    const nowMs = this.clock.monotonic();
    const share = (nowMs - sinceMs) / 1000 / (end - first);
    for (let at = first; at < end; at++) (stations[at] as Station).seconds.passed.observe(share);
    return nowMs;
  }

  private rejected(line: Line, { seconds }: Station, startedMs: number, sinceMs: number): void {
    const nowMs = this.clock.monotonic();
    seconds.rejected.observe((nowMs - sinceMs) / 1000);
    line.seconds.rejected.observe((nowMs - startedMs) / 1000);
  }
}
