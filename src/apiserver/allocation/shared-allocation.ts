/**
 * SharedAllocation: service allocation where several servers write to one store.
 *
 * What is taken follows from the services, which each server sees a moment late: two servers could give out one number in that moment.
 * So a number is claimed in the store before the service is written: a key that only one server can create, and that goes when the write
 * is over.
 *
 * Why no number has two owners: who creates the key of a number waits until its cache is as new as that creation, and then looks whether
 * a service has the number. A service written under an earlier claim of the number was written before that claim's key went, hence before
 * the new key came: it is in the cache. A write whose fate is not known leaves its key to its time to live, which is longer than any write.
 */

import { newInternalError } from '#api/errors.ts';
import type { KubeObject } from '#api/object.ts';
import { type Draft, mutableCopy } from '#base/edit.ts';
import type { Store } from '#store/store.ts';
import type { WatchCache } from '../cache/watch-cache.ts';
import type { Finish, WriteHooks } from '../write-hooks.ts';
import type { ServiceAllocation } from './service-allocation.ts';
import { addressesOf, nodePortsOf, type ServiceSpecView, specOf } from './service-view.ts';

/** Outside of /registry/: no object. */
const claimsPrefix = '/claims/services/';
const claimTtlSeconds = 120;
/** Numbers that turn out to be another's before the write is given up. */
const maxAttempts = 32;

export interface SharedAllocationConfig {
  readonly store: Store;
  readonly services: () => WatchCache;
}

interface Claim {
  readonly key: string;
  readonly revision: number;
}

export class SharedAllocation implements WriteHooks {
  private readonly local: ServiceAllocation;
  private readonly config: SharedAllocationConfig;

  constructor(local: ServiceAllocation, config: SharedAllocationConfig) {
    this.local = local;
    this.config = config;
  }

  /** A number that another server has just freed is free. */
  async ready(): Promise<void> {
    await this.local.ready();
    await this.config.services().waitFor(await this.config.store.revision());
  }

  async beforeWrite(
    draft: Draft<KubeObject>,
    old: KubeObject | undefined,
    dryRun: boolean,
  ): Promise<Finish | undefined> {
    if (dryRun) return this.local.beforeWrite(draft, old, true);
    const asked = mutableCopy(specOf(draft as KubeObject));
    /** Ends the hold on numbers that were another's. */
    const holds: (() => void)[] = [];
    try {
      for (let attempt = 1; ; attempt++) {
        const finish = this.local.beforeWrite(draft, old, false);
        const numbers = newNumbers(specOf(draft as KubeObject), specOf(old));
        if (numbers.length === 0) return finish;
        const claims: Claim[] = [];
        let lost: string | undefined;
        try {
          lost = await this.claimAll(numbers, claims);
        } catch (error) {
          finish?.('refused');
          this.release(claims);
          throw error;
        }
        if (lost === undefined) {
          return (fate) => {
            finish?.(fate);
            if (fate !== 'unknown') this.release(claims);
          };
        }
        finish?.('refused');
        this.release(claims);
        // Held here, the number is not drawn again; if it was asked for by name, the next attempt refuses it in upstream's words.
        holds.push(this.local.hold(lost));
        if (attempt === maxAttempts) {
          const name = draft.metadata?.name ?? '';
          throw newInternalError(
            `failed to allocate a number for Service "${name}": other servers were first ${attempt} times`,
          );
        }
        (draft as { spec?: Draft<ServiceSpecView> | undefined }).spec = mutableCopy(asked);
      }
    } finally {
      for (const end of holds) end();
    }
  }

  /** The first number that is another server's; undefined when all are ours. */
  private async claimAll(numbers: readonly string[], claims: Claim[]): Promise<string | undefined> {
    const { store, services } = this.config;
    for (const number of numbers) {
      const key = claimsPrefix + number;
      const written = await store.put(key, new Uint8Array(), { expectedModRevision: 0, ttlSeconds: claimTtlSeconds });
      if (!written.succeeded) return number;
      claims.push({ key, revision: written.revision });
    }
    const newest = claims.at(-1)?.revision ?? 0;
    await services().waitFor(newest);
    return numbers.find((number) => this.local.isUsed(number));
  }

  private release(claims: readonly Claim[]): void {
    for (const { key, revision } of claims) {
      // What cannot be deleted now ends with its time to live.
      this.config.store.delete(key, { expectedModRevision: revision }).catch(() => {});
    }
  }
}

function newNumbers(spec: ServiceSpecView | undefined, before: ServiceSpecView | undefined): readonly string[] {
  const had = new Set(numbersOf(before));
  return [...new Set(numbersOf(spec))].filter((number) => !had.has(number));
}

/** Addresses as they are, node ports as their decimal digits: no address looks like one. */
function numbersOf(spec: ServiceSpecView | undefined): readonly string[] {
  return [...addressesOf(spec), ...nodePortsOf(spec).map(String)];
}
