/** Metrics of extension points and plugins, under upstream's names (pkg/scheduler/metrics). */

import type { Clock } from '#base/env.ts';
import type { HistogramSeries, MetricsRegistry, ValueSeries } from '#base/metrics.ts';
import type { Status, StatusCode } from './status.ts';

/** Upstream's names. */
export type MeasuredPoint =
  | 'PreEnqueue'
  | 'PreFilter'
  | 'Filter'
  | 'PostFilter'
  | 'PreScore'
  | 'Score'
  | 'Reserve'
  | 'Unreserve'
  | 'Permit'
  | 'PreBindPreFlight'
  | 'PreBind'
  | 'Bind'
  | 'PostBind';

/** Points whose plugins are counted each time they look at something. */
export type EvaluatedPoint = 'PreFilter' | 'Filter' | 'PreScore' | 'Score';

/** From 0.1 ms, doubling. */
const pointBuckets = Array.from({ length: 12 }, (_, exponent) => 0.0001 * 2 ** exponent);
/** From 0.01 ms, in small steps: plugins are quick. Multiplied step by step as upstream does, whose bounds are the products. */
export const pluginBuckets: number[] = [];
for (let bound = 0.00001; pluginBuckets.length < 20; bound *= 1.5) pluginBuckets.push(bound);

/** One attempt in so many measures its single plugins. */
const sampleEvery = 10;

type Code = StatusCode | 'Success';

export class FrameworkMetrics {
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly points;
  readonly plugins;
  readonly evaluations;

  constructor(registry: MetricsRegistry, clock: Pick<Clock, 'monotonic'>) {
    this.clock = clock;
    this.points = registry.histogram(
      'scheduler_framework_extension_point_duration_seconds',
      'Seconds that all plugins of an extension point took.',
      ['extension_point', 'profile', 'status'],
      pointBuckets,
    );
    this.plugins = registry.histogram(
      'scheduler_plugin_execution_duration_seconds',
      'Seconds that a plugin took at an extension point, of one attempt in ten.',
      ['extension_point', 'plugin', 'status'],
      pluginBuckets,
    );
    this.evaluations = registry.counter(
      'scheduler_plugin_evaluation_total',
      'How often a plugin was asked about a pod, or about a node for a pod.',
      ['extension_point', 'plugin', 'profile'],
    );
  }

  of(profile: string): ProfileMetrics {
    return new ProfileMetrics(this, profile);
  }
}

/** Of one profile; keeps the series that attempts need. */
export class ProfileMetrics {
  private readonly shared: FrameworkMetrics;
  private readonly profile: string;
  private readonly points = new Map<MeasuredPoint, Map<Code, HistogramSeries>>();
  private readonly evaluations = new Map<EvaluatedPoint, Map<string, ValueSeries>>();
  private attempts = 0;

  constructor(shared: FrameworkMetrics, profile: string) {
    this.shared = shared;
    this.profile = profile;
  }

  begin(): number {
    return this.shared.clock.monotonic();
  }

  /** Whether the attempt that begins measures its single plugins. */
  sample(): boolean {
    return this.attempts++ % sampleEvery === 0;
  }

  point(point: MeasuredPoint, answer: Status | undefined, begunMs: number): void {
    const code = answer?.code ?? 'Success';
    let byCode = this.points.get(point);
    if (!byCode) {
      byCode = new Map();
      this.points.set(point, byCode);
    }
    let series = byCode.get(code);
    if (!series) {
      series = this.shared.points.seriesOf(point, this.profile, code);
      byCode.set(code, series);
    }
    series.observe((this.begin() - begunMs) / 1000);
  }

  plugin(point: MeasuredPoint, plugin: string, answer: Status | undefined, begunMs: number): void {
    this.shared.plugins.observe((this.begin() - begunMs) / 1000, point, plugin, answer?.code ?? 'Success');
  }

  evaluated(point: EvaluatedPoint, plugin: string, times = 1): void {
    let byPlugin = this.evaluations.get(point);
    if (!byPlugin) {
      byPlugin = new Map();
      this.evaluations.set(point, byPlugin);
    }
    let series = byPlugin.get(plugin);
    if (!series) {
      series = this.shared.evaluations.seriesOf(point, plugin, this.profile);
      byPlugin.set(plugin, series);
    }
    series.value += times;
  }
}
