/**
 * Events that happen while pods are in flight: they might have helped a pod that is about to be rejected for the state before
 * them. Each pod sees those since its own take-off; events that no pod can ask for any more are dropped.
 */

import type { ClusterEvent } from '../framework/cluster-event.ts';
import type { EventObject } from '../framework/plugin.ts';

export interface RecordedEvent {
  readonly event: ClusterEvent;
  readonly before: EventObject;
  readonly after: EventObject;
}

export class InFlightEvents {
  /** Uid to the number of events recorded before take-off; in that order. */
  private readonly since = new Map<string, number>();
  private events: RecordedEvent[] = [];
  /** Events dropped from the front. */
  private dropped = 0;

  get any(): boolean {
    return this.since.size > 0;
  }

  begin(uid: string): void {
    this.since.set(uid, this.dropped + this.events.length);
  }

  record(event: RecordedEvent): void {
    if (this.since.size > 0) this.events.push(event);
  }

  eventsFor(uid: string): readonly RecordedEvent[] {
    const since = this.since.get(uid);
    return since === undefined ? [] : this.events.slice(since - this.dropped);
  }

  /** Idempotent. */
  end(uid: string): void {
    if (!this.since.delete(uid)) return;
    const oldest = this.since.values().next().value ?? this.dropped + this.events.length;
    if (oldest === this.dropped) return;
    this.events = this.events.slice(oldest - this.dropped);
    this.dropped = oldest;
  }
}
