/**
 * Metrics: counters, gauges and histograms with labels, and their text exposition (Prometheus format 0.0.4).
 *
 * A metric is declared once, with its label names; a series is found by its label values joined into one key, so that
 * counting on a hot path is one map lookup. Label values must come from bounded sets: the declarer's promise.
 */

export class MetricsRegistry {
  private readonly metrics: Metric[] = [];

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

  /** A gauge whose series are read when they are asked for. */
  collected(name: string, help: string, labels: readonly string[], collect: () => Iterable<Sample>): void {
    this.add(new Collected(name, help, labels, collect));
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

  expose(): string {
    const lines = this.lines();
    return lines === '' ? '' : `# HELP ${this.name} ${this.help}\n# TYPE ${this.name} ${this.type}\n${lines}`;
  }

  protected abstract lines(): string;

  /** `{verb="get",le="0.1"}`, or nothing without labels. */
  protected series(values: readonly string[], more = ''): string {
    const pairs = this.labels.map((label, index) => `${label}="${escaped(values[index] ?? '')}"`);
    if (more !== '') pairs.push(more);
    return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
  }
}

export class Counter extends Metric {
  private readonly values = new Map<string, number>();

  constructor(name: string, help: string, labels: readonly string[]) {
    super(name, help, labels, 'counter');
  }

  add(amount: number, ...labels: readonly string[]): void {
    const key = labels.join(separator);
    this.values.set(key, (this.values.get(key) ?? 0) + amount);
  }

  protected override lines(): string {
    let text = '';
    for (const [key, value] of this.values) text += `${this.name}${this.series(key.split(separator))} ${value}\n`;
    return text;
  }
}

export class Gauge extends Metric {
  private readonly values = new Map<string, number>();

  constructor(name: string, help: string, labels: readonly string[]) {
    super(name, help, labels, 'gauge');
  }

  set(value: number, ...labels: readonly string[]): void {
    this.values.set(labels.join(separator), value);
  }

  add(amount: number, ...labels: readonly string[]): void {
    const key = labels.join(separator);
    this.values.set(key, (this.values.get(key) ?? 0) + amount);
  }

  protected override lines(): string {
    let text = '';
    for (const [key, value] of this.values) text += `${this.name}${this.series(key.split(separator))} ${value}\n`;
    return text;
  }
}

interface HistogramSeries {
  /** Observations per bucket, not cumulated; the last is beyond every bound. */
  readonly counts: Float64Array;
  sum: number;
}

export class Histogram extends Metric {
  private readonly buckets: readonly number[];
  private readonly values = new Map<string, HistogramSeries>();

  constructor(name: string, help: string, labels: readonly string[], buckets: readonly number[]) {
    super(name, help, labels, 'histogram');
    this.buckets = buckets;
  }

  observe(value: number, ...labels: readonly string[]): void {
    const key = labels.join(separator);
    let series = this.values.get(key);
    if (!series) {
      series = { counts: new Float64Array(this.buckets.length + 1), sum: 0 };
      this.values.set(key, series);
    }
    let bucket = 0;
    while (bucket < this.buckets.length && value > (this.buckets[bucket] as number)) bucket++;
    series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
    series.sum += value;
  }

  protected override lines(): string {
    let text = '';
    for (const [key, { counts, sum }] of this.values) {
      const labels = key.split(separator);
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

class Collected extends Metric {
  private readonly collect: () => Iterable<Sample>;

  constructor(name: string, help: string, labels: readonly string[], collect: () => Iterable<Sample>) {
    super(name, help, labels, 'gauge');
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
