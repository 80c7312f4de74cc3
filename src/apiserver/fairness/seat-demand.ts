/**
 * How many seats a priority level could use, over time: what lending and borrowing go by (apiserver fairqueuing/integrator.go and
 * apf_controller.go, seatDemandStats).
 */

export interface SeatDemand {
  /** Over the last period, weighted by time. */
  readonly average: number;
  readonly deviation: number;
  readonly highWatermark: number;
  /** Rises at once with average plus deviation, falls slowly. */
  readonly smoothed: number;
}

export const noDemand: SeatDemand = { average: 0, deviation: 0, highWatermark: 0, smoothed: 0 };

/** What of the former value stays after a period of ten seconds in which demand fell. */
const smoothing = 0.977;

export class DemandMeter {
  private current = 0;
  private since: number;
  private elapsed = 0;
  private sum = 0;
  private squares = 0;
  private peak = 0;

  constructor(nowMs: number) {
    this.since = nowMs;
  }

  set(seats: number, nowMs: number): void {
    this.advance(nowMs);
    this.current = seats;
    if (seats > this.peak) this.peak = seats;
  }

  /** Ends a period. */
  close(former: SeatDemand, nowMs: number): SeatDemand {
    this.advance(nowMs);
    const { elapsed, sum, squares, peak } = this;
    this.elapsed = 0;
    this.sum = 0;
    this.squares = 0;
    this.peak = this.current;
    if (elapsed <= 0) return { ...former, highWatermark: peak };
    const average = sum / elapsed;
    const deviation = Math.sqrt(Math.max(0, squares / elapsed - average * average));
    const envelope = average + deviation;
    const smoothed = Math.max(envelope, smoothing * former.smoothed + (1 - smoothing) * envelope);
    return { average, deviation, highWatermark: peak, smoothed };
  }

  private advance(nowMs: number): void {
    const passed = nowMs - this.since;
    this.since = nowMs;
    this.elapsed += passed;
    this.sum += passed * this.current;
    this.squares += passed * this.current * this.current;
  }
}
