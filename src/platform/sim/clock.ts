/**
 * SimClock: time that passes only when told to, in one order for ever.
 *
 * Timers fire by deadline, and in the order they were set where deadlines are equal; between two of them every promise that
 * can run has run. Nothing else in a simulated process is asynchronous, so the same program gives the same history.
 */

import type { Clock, Timer } from '#base/env.ts';
import { Heap } from '#base/heap.ts';

/** What simulated wall clocks start at unless told. */
export const simEpochMs = Date.UTC(2026, 0, 1);

interface Alarm {
  readonly deadlineMs: number;
  readonly order: number;
  /** Absent when cancelled. */
  run: (() => void) | undefined;
}

export class SimClock implements Clock {
  private readonly alarms = new Heap<Alarm>(
    (a, b) => a.deadlineMs < b.deadlineMs || (a.deadlineMs === b.deadlineMs && a.order < b.order),
  );
  private turns: Promise<unknown> = Promise.resolve();
  private elapsedMs = 0;
  private wallMs: number;
  private order = 0;

  constructor(startMs = simEpochMs) {
    this.wallMs = startMs;
  }

  now(): number {
    return this.wallMs + this.elapsedMs;
  }

  monotonic(): number {
    return this.elapsedMs;
  }

  after(delayMs: number, run: () => void): Timer {
    const alarm: Alarm = { deadlineMs: this.elapsedMs + Math.max(0, delayMs), order: this.order++, run };
    this.alarms.push(alarm);
    return {
      cancel: () => {
        alarm.run = undefined;
      },
    };
  }

  /** No timer is set: time alone changes nothing any more. */
  get idle(): boolean {
    for (let next = this.alarms.peek(); next && !next.run; next = this.alarms.peek()) this.alarms.pop();
    return this.alarms.size === 0;
  }

  /** The wall clock jumps, as when an administrator or NTP sets it; durations go on undisturbed. */
  jump(byMs: number): void {
    this.wallMs += byMs;
  }

  /** Lets `durationMs` pass: fires what is due, in order, and runs every promise to where it waits for time. */
  async advance(durationMs: number): Promise<void> {
    await this.advanceUntil(() => false, durationMs);
  }

  /** Lets time pass until `condition` holds; false when it does not within `limitMs`. Callers take turns. */
  advanceUntil(condition: () => boolean, limitMs: number): Promise<boolean> {
    const turn = this.turns.then(() => this.drive(condition, limitMs));
    this.turns = turn.catch(() => {});
    return turn;
  }

  /** Lets time pass until the promise is settled; rejects when that takes longer than `limitMs`. */
  async drivenTo<T>(promise: Promise<T>, limitMs: number): Promise<T> {
    let settled = false;
    const done = () => {
      settled = true;
    };
    promise.then(done, done);
    if (!(await this.advanceUntil(() => settled, limitMs))) {
      throw new Error(`nothing came within ${limitMs} ms of simulated time`);
    }
    return promise;
  }

  private async drive(condition: () => boolean, limitMs: number): Promise<boolean> {
    const untilMs = this.elapsedMs + limitMs;
    await settle();
    while (!condition()) {
      if (!(await this.step(untilMs))) {
        this.elapsedMs = Math.max(this.elapsedMs, untilMs);
        return condition();
      }
    }
    return true;
  }

  /** Fires the next alarm that is due by `untilMs`; false when there is none. */
  private async step(untilMs: number): Promise<boolean> {
    for (let next = this.alarms.peek(); next && next.deadlineMs <= untilMs; next = this.alarms.peek()) {
      this.alarms.pop();
      if (!next.run) continue;
      this.elapsedMs = Math.max(this.elapsedMs, next.deadlineMs);
      next.run();
      await settle();
      return true;
    }
    return false;
  }
}

/** Resolves when no promise callback is left to run: immediates come after all of them. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
