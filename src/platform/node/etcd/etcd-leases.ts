/**
 * Leases for entries with a time to live (events). Entries that are written at about the same time share one: etcd would otherwise
 * keep as many leases as there are events. A lease lasts longer than its entries asked for by as long as it is shared.
 */

import type { Clock } from '#base/env.ts';
import type { EtcdClient } from './etcd-client.ts';
import type { LeaseGrantResponse } from './etcd-wire.ts';

/** A lease takes new entries for this long at most, and for at most a sixtieth of the time to live (as upstream: 60 s). */
const maxSharedSeconds = 60;
/** Entries of one lease, all of them deleted in one write when it ends (upstream's --lease-max-object-count). */
const maxEntries = 1000;

interface Lease {
  readonly id: Promise<bigint>;
  readonly sharedUntilMs: number;
  entries: number;
}

export class Leases {
  private readonly client: EtcdClient;
  private readonly clock: Clock;
  private readonly byTtl = new Map<number, Lease>();

  constructor(client: EtcdClient, clock: Clock) {
    this.client = client;
    this.clock = clock;
  }

  leaseFor(ttlSeconds: number): Promise<bigint> {
    const nowMs = this.clock.monotonic();
    const known = this.byTtl.get(ttlSeconds);
    if (known && nowMs < known.sharedUntilMs && known.entries < maxEntries) {
      known.entries++;
      return known.id;
    }
    const sharedSeconds = Math.min(maxSharedSeconds, ttlSeconds / 60);
    const lease: Lease = {
      id: this.grant(Math.ceil(ttlSeconds + sharedSeconds)),
      sharedUntilMs: nowMs + sharedSeconds * 1000,
      entries: 1,
    };
    this.byTtl.set(ttlSeconds, lease);
    lease.id.catch(() => this.forget(ttlSeconds));
    return lease.id;
  }

  /** The lease is gone (etcd was restored, or somebody revoked it). */
  forget(ttlSeconds: number): void {
    this.byTtl.delete(ttlSeconds);
  }

  private async grant(ttl: number): Promise<bigint> {
    // A lease that nobody uses harms nobody: asking twice is safe.
    const { id } = await this.client.read<LeaseGrantResponse>(this.client.methods.leaseGrant, { ttl });
    return id;
  }
}
