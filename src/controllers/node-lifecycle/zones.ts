/** Disruption by zone: how many nodes of a zone are ready, and how fast the others may be evicted from. */

import type { Clock } from '#base/env.ts';
import type { Node } from '#kinds/generated/core-v1.ts';
import type { ControllerMetrics } from '../metrics.ts';
import { type EvictionState, evictionRate, isNodeReady, type ZoneState, zoneOf, zoneState } from './plan.ts';

/** As upstream's metrics name a zone of `zoneOf`. */
export function zoneLabel(zone: string): string {
  return zone === ':' ? '' : zone.replace(':', ':\u0000:');
}

const exclusionLabel = 'node.kubernetes.io/exclude-disruption';

interface Zone {
  readonly state: ZoneState;
  readonly size: number;
}

export interface EvictionTurn {
  readonly state: EvictionState;
  /** When held by the rate: when to ask again. */
  readonly retryAfterMs?: number;
}

export class Zones {
  private readonly clock: Clock;
  private readonly metrics: ControllerMetrics | undefined;
  private readonly lastTaintMs = new Map<string, number>();
  private zones: ReadonlyMap<string, Zone> = new Map();
  private suspended = false;

  constructor(clock: Clock, metrics?: ControllerMetrics) {
    this.clock = clock;
    this.metrics = metrics;
  }

  /** Counts again; true when eviction was suspended and is no longer: silence so far proves nothing. */
  count(nodes: readonly Node[]): boolean {
    const counts = new Map<string, { ready: number; notReady: number }>();
    for (const node of nodes) {
      if (node.metadata?.labels?.[exclusionLabel] !== undefined) continue;
      const zone = zoneOf(node);
      const count = counts.get(zone) ?? { ready: 0, notReady: 0 };
      if (isNodeReady(node)) count.ready++;
      else count.notReady++;
      counts.set(zone, count);
    }
    const zones = new Map<string, Zone>();
    for (const [zone, { ready, notReady }] of counts) {
      this.metrics?.zone(zoneLabel(zone), ready, notReady);
      zones.set(zone, { state: zoneState(ready, notReady), size: ready + notReady });
    }
    for (const gone of this.zones.keys()) if (!zones.has(gone)) this.metrics?.zone(zoneLabel(gone), 0, 0);
    this.zones = zones;
    const before = this.suspended;
    this.suspended = zones.size > 0 && [...zones.values()].every(({ state }) => state === 'FullDisruption');
    return before && !this.suspended;
  }

  /** Whether the node may get an eviction taint now; taking the turn uses up the zone's rate. */
  turn(node: Node): EvictionTurn {
    if (this.suspended) return { state: 'suspended' };
    const key = zoneOf(node);
    const zone = this.zones.get(key) ?? { state: 'Normal', size: 1 };
    const rate = evictionRate(zone.state, zone.size);
    if (rate === 0) return { state: 'held' };
    const nowMs = this.clock.monotonic();
    const last = this.lastTaintMs.get(key);
    const waitMs = last === undefined ? 0 : last + 1000 / rate - nowMs;
    if (waitMs > 0) return { state: 'held', retryAfterMs: waitMs };
    this.lastTaintMs.set(key, nowMs);
    return { state: 'allowed' };
  }

  /** Without taking a turn. */
  get isSuspended(): boolean {
    return this.suspended;
  }
}
