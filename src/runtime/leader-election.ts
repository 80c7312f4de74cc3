/**
 * Leader election over a Lease: of several processes that could do a work, one does it (client-go tools/leaderelection).
 *
 * A leader renews its lease; the others take it over when it was not renewed for its duration, by their own monotonic clock, so that
 * clocks need not agree. A leader that cannot renew in time stops its work before another may begin.
 */

import { isConflict, isNotFound } from '#api/errors.ts';
import { formatMicroTime } from '#api/time.ts';
import { isAborted, linkedAbort, sleep } from '#base/abort.ts';
import type { Env } from '#base/env.ts';
import { messageOf } from '#base/errors.ts';
import type { Client } from '#client/client.ts';
import { Leases } from '#kinds/coordination/lease/definition.ts';
import type { Lease } from '#kinds/generated/coordination-v1.ts';
import { createEventRecorder, referenceTo } from './event-recorder.ts';
import type { LeaderElectionMetrics } from './leader-election-metrics.ts';

export interface LeaderElectionConfig {
  readonly env: Env;
  readonly client: Client;
  readonly namespace: string;
  /** Of the lease, and of the component in events: 'kube-scheduler'. */
  readonly name: string;
  /** Unique among the candidates. */
  readonly identity: string;
  readonly timing?: LeaderElectionTiming;
  /** Absent: nothing is measured. */
  readonly metrics?: LeaderElectionMetrics;
}

export interface LeaderElectionTiming {
  /** How long others wait after the last renewal that they saw. */
  readonly leaseDurationMs: number;
  /** How long a leader tries to renew before it stops; less than leaseDurationMs. */
  readonly renewDeadlineMs: number;
  readonly retryPeriodMs: number;
}

/** Upstream's (component-base config, LeaderElectionConfiguration). */
const defaultTiming: LeaderElectionTiming = { leaseDurationMs: 15_000, renewDeadlineMs: 10_000, retryPeriodMs: 2_000 };
/** So that candidates do not ask in step. */
const jitter = 1.2;

/**
 * Runs `lead` whenever this process is the leader, until the signal fires. `lead` must end soon after its own signal fires; only then is
 * the lease given back or another try made.
 */
export async function runAsLeader(
  config: LeaderElectionConfig,
  lead: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const candidate = new Candidate(config);
  config.metrics?.leads(config.name, false);
  while (!signal.aborted) {
    await candidate.acquire(signal);
    if (signal.aborted) return;
    const leading = linkedAbort(signal);
    config.metrics?.leads(config.name, true);
    const renewing = candidate.renewUntilLost(leading.signal).then(() => leading.abort());
    try {
      await lead(leading.signal);
    } finally {
      leading.abort();
      config.metrics?.leads(config.name, false);
      await renewing;
      leading.dispose();
      await candidate.release();
    }
  }
}

class Candidate {
  private readonly config: LeaderElectionConfig;
  private readonly timing: LeaderElectionTiming;
  private readonly events;
  private lease: Lease | undefined;
  /** When the lease was last seen to change. */
  private seenMs = 0;

  constructor(config: LeaderElectionConfig) {
    this.config = config;
    this.timing = config.timing ?? defaultTiming;
    this.events = createEventRecorder({ client: config.client, env: config.env, component: config.name });
  }

  async acquire(signal: AbortSignal): Promise<void> {
    const { clock, random } = this.config.env;
    while (!signal.aborted) {
      if (await this.tryAcquireOrRenew()) {
        this.tell('became leader');
        return;
      }
      await this.pause(clock, this.timing.retryPeriodMs * (1 + jitter * random.next()), signal);
    }
  }

  /** Resolves when the lease could not be renewed in time, or the signal fired. */
  async renewUntilLost(signal: AbortSignal): Promise<void> {
    const { clock } = this.config.env;
    let renewedMs = clock.monotonic();
    while (!signal.aborted) {
      await this.pause(clock, this.timing.retryPeriodMs, signal);
      if (signal.aborted) return;
      if (await this.tryAcquireOrRenew()) renewedMs = clock.monotonic();
      else if (clock.monotonic() - renewedMs > this.timing.renewDeadlineMs || !this.isHeld()) {
        this.tell('stopped leading');
        return;
      }
    }
  }

  /** Others need not wait for the lease to run out. */
  async release(): Promise<void> {
    if (!this.isHeld() || !this.lease) return;
    const now = formatMicroTime(this.config.env.clock.now());
    const { holderIdentity: _, ...rest } = this.lease.spec ?? {};
    const spec = { ...rest, leaseDurationSeconds: 1, renewTime: now, acquireTime: now };
    await this.config.client.update(Leases, { ...this.lease, spec }).catch((error: unknown) => {
      this.config.env.log.warn('lease not given back', { lease: this.config.name, error: messageOf(error) });
    });
    this.lease = undefined;
    await this.events.flush();
  }

  private async pause(clock: Env['clock'], ms: number, signal: AbortSignal): Promise<void> {
    await sleep(clock, ms, signal).catch((error: unknown) => {
      if (!isAborted(error)) throw error;
    });
  }

  private isHeld(): boolean {
    return this.lease?.spec?.holderIdentity === this.config.identity;
  }

  private tell(what: string): void {
    const { env, name, identity } = this.config;
    env.log.info('leader election', { lease: name, identity, what });
    if (this.lease) {
      this.events.record(referenceTo(Leases, this.lease), 'Normal', 'LeaderElection', `${identity} ${what}`);
    }
  }

  private async tryAcquireOrRenew(): Promise<boolean> {
    try {
      return await this.attempt();
    } catch (error) {
      if (!isConflict(error)) {
        this.config.env.log.warn('lease not renewed', { lease: this.config.name, error: messageOf(error) });
      }
      return false;
    }
  }

  private async attempt(): Promise<boolean> {
    const { client, env, identity, namespace, name } = this.config;
    const renewTime = formatMicroTime(env.clock.now());
    const held = { holderIdentity: identity, leaseDurationSeconds: this.timing.leaseDurationMs / 1000, renewTime };
    // A leader writes what it knows: reading first would cost a request for every renewal.
    const current = this.isHeld() ? this.lease : await this.read();
    if (!current) {
      const spec = { ...held, acquireTime: renewTime, leaseTransitions: 0 };
      this.observe(await client.create(Leases, { metadata: { namespace, name }, spec }));
      return true;
    }
    const { spec = {} } = current;
    const isMine = spec.holderIdentity === identity;
    if (!isMine && spec.holderIdentity && env.clock.monotonic() - this.seenMs < this.timing.leaseDurationMs)
      return false;
    const next: Lease['spec'] = isMine
      ? { ...spec, ...held }
      : { ...spec, ...held, acquireTime: renewTime, leaseTransitions: (spec.leaseTransitions ?? 0) + 1 };
    try {
      this.observe(await client.update(Leases, { ...current, spec: next }));
    } catch (error) {
      // Somebody else wrote: whose it is now shows when it is read.
      if (isConflict(error) || isNotFound(error)) {
        this.lease = undefined;
        if (isMine) this.config.metrics?.readFirst(name);
      }
      throw error;
    }
    return true;
  }

  private async read(): Promise<Lease | undefined> {
    const { client, namespace, name } = this.config;
    try {
      const lease = await client.get(Leases, { namespace, name });
      this.observe(lease);
      return lease;
    } catch (error) {
      if (!isNotFound(error)) throw error;
      this.lease = undefined;
      return undefined;
    }
  }

  private observe(lease: Lease): void {
    const changed = lease.metadata?.resourceVersion !== this.lease?.metadata?.resourceVersion;
    if (changed) this.seenMs = this.config.env.clock.monotonic();
    this.lease = lease;
  }
}
