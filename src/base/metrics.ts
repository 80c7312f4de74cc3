/**
 * Metrics: counters, gauges and histograms with labels, and their text exposition (Prometheus format 0.0.4).
 *
 * A metric is declared once, with its label names; a series is found by its label values joined into one key, and a hot
 * path keeps the series it found. Label values must come from bounded sets: the declarer's promise.
 */

export class MetricsRegistry {
  private readonly metrics: Metric[] = [];
  private readonly refreshes: (() => Promise<void>)[] = [];

  counter(name: string, help: string, labels: readonly string[] = []): Counter {
    return this.add(new Counter(name, help, labels));
  }

  gauge(name: string, help: string, labels: readonly string[] = []): Gauge {
    return this.add(new Gauge(name, help, labels));
  }

  /** `buckets` are upper bounds in ascending order; +Inf is implied. */
  histogram(name: string, help: string, labels: readonly string[], buckets: readonly number[]): Histogram {
    return this.add(new Histogram(name, help, labels, buckets));
  }

  /** A gauge or counter whose series are read when they are asked for. */
  collected(
    name: string,
    help: string,
    labels: readonly string[],
    collect: () => Iterable<Sample>,
    type: 'gauge' | 'counter' = 'gauge',
  ): void {
    this.add(new Collected(name, help, labels, collect, type));
  }

  /** A histogram whose series are kept by somebody else. */
  collectedHistogram(
    name: string,
    help: string,
    labels: readonly string[],
    buckets: readonly number[],
    collect: () => Iterable<HistogramSample>,
  ): void {
    this.add(new CollectedHistogram(name, help, labels, buckets, collect));
  }

  /** For values that have to be asked for: `refresh` runs before the metrics are shown. */
  beforeExposing(refresh: () => Promise<void>): void {
    this.refreshes.push(refresh);
  }

  /** `expose` after all refreshes; what cannot be refreshed is shown as it was. */
  async exposeRefreshed(): Promise<string> {
    await Promise.allSettled(this.refreshes.map((refresh) => refresh()));
    return this.expose();
  }

  /** What can be shown, with and without series; labels sorted. */
  declared(): readonly Declaration[] {
    return this.metrics.map((metric) => metric.declaration());
  }

  /** Counts and histograms begin anew; gauges, and what others keep, are what they are. */
  reset(): void {
    for (const metric of this.metrics) metric.reset();
  }

  expose(): string {
    return this.metrics.map((metric) => metric.expose()).join('');
  }

  private add<M extends Metric>(metric: M): M {
    this.metrics.push(metric);
    return metric;
  }
}

export const metricsContentType = 'text/plain; version=0.0.4; charset=utf-8';

export interface Declaration {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
  /** Upper bounds, of histograms. */
  readonly buckets?: readonly number[];
}

export interface Sample {
  readonly labels: readonly string[];
  readonly value: number;
}

abstract class Metric {
  protected readonly name: string;
  protected readonly labels: readonly string[];
  private readonly help: string;
  private readonly type: 'counter' | 'gauge' | 'histogram';

  protected constructor(name: string, help: string, labels: readonly string[], type: Metric['type']) {
    this.name = name;
    this.help = help;
    this.labels = labels;
    this.type = type;
  }

  declaration(): Declaration {
    return { name: this.name, type: this.type, labels: [...this.labels].sort() };
  }

  expose(): string {
    const lines = this.lines();
    return lines === '' ? '' : `# HELP ${this.name} ${this.help}\n# TYPE ${this.name} ${this.type}\n${lines}`;
  }

  protected abstract lines(): string;

  /** Forgets what was counted. Series that somebody keeps go on being counted in. */
  reset(): void {}

  /** `{verb="get",le="0.1"}`, or nothing without labels. */
  protected series(values: readonly string[], more = ''): string {
    const pairs = this.labels.map((label, index) => `${label}="${escaped(values[index] ?? '')}"`);
    if (more !== '') pairs.push(more);
    return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
  }
}

/** One series of a counter or gauge: what a hot path keeps, so that counting is no lookup. */
export class ValueSeries {
  readonly labels: readonly string[];
  value = 0;
  /** Not shown while it is 0. */
  hidden = false;

  constructor(labels: readonly string[]) {
    this.labels = labels;
  }
}

abstract class ValueMetric extends Metric {
  private readonly values = new Map<string, ValueSeries>();

  seriesOf(...labels: readonly string[]): ValueSeries {
    const key = labels.join(separator);
    let series = this.values.get(key);
    if (!series) {
      series = new ValueSeries(labels);
      this.values.set(key, series);
    }
    return series;
  }

  /** Forgets a series; who keeps it counts where nobody looks. */
  remove(...labels: readonly string[]): void {
    this.values.delete(labels.join(separator));
  }

  add(amount: number, ...labels: readonly string[]): void {
    this.seriesOf(...labels).value += amount;
  }

  protected all(): Iterable<ValueSeries> {
    return this.values.values();
  }

  protected override lines(): string {
    let text = '';
    for (const { labels, value, hidden } of this.values.values())
      if (!hidden || value !== 0) text += `${this.name}${this.series(labels)} ${value}\n`;
    return text;
  }
}

export class Counter extends ValueMetric {
  constructor(name: string, help: string, labels: readonly string[]) {
    super(name, help, labels, 'counter');
  }

  override reset(): void {
    for (const series of this.all()) {
      series.value = 0;
      // As if nobody had counted in it yet; a counter without labels is always shown.
      series.hidden = series.labels.length > 0;
    }
  }
}

export class Gauge extends ValueMetric {
  constructor(name: string, help: string, labels: readonly string[]) {
    super(name, help, labels, 'gauge');
  }

  set(value: number, ...labels: readonly string[]): void {
    this.seriesOf(...labels).value = value;
  }
}

export interface HistogramSample {
  readonly labels: readonly string[];
  /** Per bucket, not cumulated; the last is beyond every bound. */
  readonly counts: Float64Array;
  readonly sum: number;
}

/** One series of a histogram: what a hot path keeps, so that observing is no lookup. */
export class HistogramSeries {
  readonly labels: readonly string[];
  readonly counts: Float64Array;
  sum = 0;
  private readonly buckets: readonly number[];
  private readonly included: HistogramSeries[] = [];

  constructor(buckets: readonly number[], labels: readonly string[]) {
    this.buckets = buckets;
    this.labels = labels;
    this.counts = new Float64Array(buckets.length + 1);
  }

  /** `weight` observations of the same value. */
  observe(value: number, weight = 1): void {
    const { buckets, counts } = this;
    let bucket = 0;
    while (bucket < buckets.length && value > (buckets[bucket] as number)) bucket++;
    counts[bucket] = (counts[bucket] as number) + weight;
    this.sum += value * weight;
  }

  /** What `other` observes is counted here, too: a hot path that would observe the same value in many series does it in that one. */
  include(other: HistogramSeries): void {
    this.included.push(other);
  }

  /** With what is included. */
  sample(): HistogramSample {
    if (this.included.length === 0) return this;
    const all = [this, ...this.included];
    const countOf = (index: number) => all.reduce((total, { counts }) => total + (counts[index] as number), 0);
    const sum = all.reduce((total, series) => total + series.sum, 0);
    return { labels: this.labels, counts: this.counts.map((_, index) => countOf(index)), sum };
  }
}

abstract class HistogramMetric extends Metric {
  protected readonly buckets: readonly number[];

  constructor(name: string, help: string, labels: readonly string[], buckets: readonly number[]) {
    super(name, help, labels, 'histogram');
    this.buckets = buckets;
  }

  override declaration(): Declaration {
    return { ...super.declaration(), buckets: this.buckets };
  }

  protected abstract samples(): Iterable<HistogramSample>;

  protected override lines(): string {
    let text = '';
    for (const { labels, counts, sum } of this.samples()) {
      let total = 0;
      counts.forEach((count, index) => {
        total += count;
        const bound = index < this.buckets.length ? String(this.buckets[index]) : '+Inf';
        text += `${this.name}_bucket${this.series(labels, `le="${bound}"`)} ${total}\n`;
      });
      text += `${this.name}_sum${this.series(labels)} ${sum}\n${this.name}_count${this.series(labels)} ${total}\n`;
    }
    return text;
  }
}

export class Histogram extends HistogramMetric {
  private readonly values = new Map<string, HistogramSeries>();

  observe(value: number, ...labels: readonly string[]): void {
    this.seriesOf(...labels).observe(value);
  }

  seriesOf(...labels: readonly string[]): HistogramSeries {
    const key = labels.join(separator);
    let series = this.values.get(key);
    if (!series) {
      series = new HistogramSeries(this.buckets, labels);
      this.values.set(key, series);
    }
    return series;
  }

  override reset(): void {
    for (const series of this.values.values()) {
      series.counts.fill(0);
      series.sum = 0;
    }
  }

  /** Series that nobody observed yet are not shown. */
  protected override samples(): Iterable<HistogramSample> {
    const samples = [...this.values.values()].map((series) => series.sample());
    return samples.filter(({ counts }) => counts.some((count) => count > 0));
  }
}

class CollectedHistogram extends HistogramMetric {
  private readonly collect: () => Iterable<HistogramSample>;

  constructor(
    name: string,
    help: string,
    labels: readonly string[],
    buckets: readonly number[],
    collect: () => Iterable<HistogramSample>,
  ) {
    super(name, help, labels, buckets);
    this.collect = collect;
  }

  protected override samples(): Iterable<HistogramSample> {
    return this.collect();
  }
}

class Collected extends Metric {
  private readonly collect: () => Iterable<Sample>;

  constructor(
    name: string,
    help: string,
    labels: readonly string[],
    collect: () => Iterable<Sample>,
    type: 'gauge' | 'counter',
  ) {
    super(name, help, labels, type);
    this.collect = collect;
  }

  protected override lines(): string {
    let text = '';
    for (const { labels, value } of this.collect()) text += `${this.name}${this.series(labels)} ${value}\n`;
    return text;
  }
}

/** Joins label values to a key; no label value has it. */
const separator = '\u0000';

function escaped(value: string): string {
  return value.replace(/[\\"\n]/g, (character) => (character === '\n' ? '\\n' : `\\${character}`));
}
