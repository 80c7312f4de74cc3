/**
 * A ratio over time as a histogram: how many nanoseconds it had which value (component-base prometheusextension timing_histogram.go, under
 * apiserver's timing_ratio_histogram.go).
 */

import { HistogramSeries } from '#base/metrics.ts';

export const requestBuckets = [0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.25, 0.5, 0.75, 1];
export const seatBuckets = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1];
export const demandBuckets = [0.2, 0.4, 0.6, 0.8, 1, 1.2, 1.4, 1.7, 2, 2.8, 4, 6];

export class Utilization {
  readonly series: HistogramSeries;
  private numerator = 0;
  private denominator = 1;
  private sinceMs: number;

  constructor(buckets: readonly number[], labels: readonly string[], nowMs: number) {
    this.series = new HistogramSeries(buckets, labels);
    this.sinceMs = nowMs;
  }

  set(numerator: number, nowMs: number): void {
    // Most requests are over before the clock has moved.
    if (numerator === this.numerator) return;
    this.advance(nowMs);
    this.numerator = numerator;
  }

  setDenominator(denominator: number, nowMs: number): void {
    this.advance(nowMs);
    this.denominator = Math.max(1, denominator);
  }

  /** As of now, for whoever shows it. */
  sample(nowMs: number): HistogramSeries {
    this.advance(nowMs);
    return this.series;
  }

  private advance(nowMs: number): void {
    const passed = nowMs - this.sinceMs;
    if (passed <= 0) return;
    this.sinceMs = nowMs;
    this.series.observe(this.numerator / this.denominator, Math.round(passed * 1e6));
  }
}
