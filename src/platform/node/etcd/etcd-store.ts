/**
 * EtcdStore: the Store port over etcd's v3 API, for clusters whose API servers share their state.
 *
 * A key is etcd's key below a root, its revisions are etcd's own: they begin where etcd is, and others' writes leave gaps. A write is a
 * transaction that compares the key's modRevision. Reads are linearizable.
 *
 * Invariant 1: writes of one key by this server reach etcd in the order of their calls.
 * Invariant 2: keys that begin with a zero byte below the root are the engine's own and never shown.
 */

import { isStatusError, newServiceUnavailable, newTooLargeResourceVersion } from '#api/errors.ts';
import type { Env } from '#base/env.ts';
import type {
  DeleteOptions,
  GetOptions,
  ListOptions,
  ListResult,
  PutOptions,
  Store,
  StoreEntry,
  StoreEvent,
  StoreWatch,
  WatchOptions,
  WriteResult,
} from '#store/store.ts';
import { GrpcError } from '../grpc/grpc-error.ts';
import { EtcdClient, type EtcdTls } from './etcd-client.ts';
import { compactTo, EtcdCompaction } from './etcd-compaction.ts';
import { asStatus, isEtcdFailure } from './etcd-errors.ts';
import { Leases } from './etcd-leases.ts';
import { EtcdWatch } from './etcd-watch.ts';
import {
  type KeyValue,
  prefixEnd,
  type RangeResponse,
  type StatusResponse,
  type TxnResponse,
  type WatchResponse,
} from './etcd-wire.ts';
import { OwnWrites } from './own-writes.ts';
import { vouchesForProgress } from './version.ts';

export interface EtcdStoreOptions {
  readonly env: Env;
  /** 'host:port' of each member. */
  readonly endpoints: readonly string[];
  readonly tls?: EtcdTls | undefined;
  /** Put before every key, so that clusters and other programs may share one etcd; never empty. '/kubets' unless told. */
  readonly root?: string | undefined;
  /** History is kept this long, and at most twice as long. Five minutes unless told, as upstream. */
  readonly compactionIntervalMs?: number | undefined;
  readonly timeoutMs?: number | undefined;
}

/** Entries of the first page of a list; later pages aim at `pageBytes`. */
const firstPage = 500;
const pageBytes = 8 * 2 ** 20;
const maxPage = 10_000;

/** Resolves when a member has answered; rejects with StatusError when none does in time. */
export async function openEtcdStore(options: EtcdStoreOptions): Promise<Store> {
  const client = new EtcdClient(options);
  try {
    const { version } = await client.read<StatusResponse>(client.methods.status, {});
    return new EtcdStore(client, options, vouchesForProgress(version));
  } catch (error) {
    client.close();
    throw error;
  }
}

class EtcdStore implements Store {
  readonly shared = true;
  private readonly env: Env;
  private readonly client: EtcdClient;
  private readonly root: string;
  private readonly trustsProgress: boolean;
  private readonly leases: Leases;
  private readonly compaction: EtcdCompaction;
  private readonly own = new OwnWrites();
  private readonly closing = new AbortController();
  /** The last write of each key that has one under way. */
  private readonly tails = new Map<string, Promise<unknown>>();
  private compacted = 0;
  private asking: Promise<number> | undefined;
  private askingNext: Promise<number> | undefined;

  constructor(client: EtcdClient, options: EtcdStoreOptions, trustsProgress: boolean) {
    this.client = client;
    this.env = options.env;
    this.root = options.root ?? '/kubets';
    this.trustsProgress = trustsProgress;
    this.leases = new Leases(client, options.env.clock);
    this.compaction = new EtcdCompaction(client, options.env, options.compactionIntervalMs ?? 5 * 60_000);
  }

  async get(key: string, { revision }: GetOptions = {}): Promise<StoreEntry | undefined> {
    const answer = await this.range(
      { key: this.keyOf(key), ...(revision === undefined ? {} : at(revision)) },
      revision,
    );
    return this.entryOf(answer.kvs[0]);
  }

  async list({ prefix, start, end, limit, revision }: ListOptions): Promise<ListResult> {
    const range = this.rangeOf(prefix, start, end);
    if (range.key.compare(range.rangeEnd) >= 0) {
      return { entries: [], revision: revision ?? (await this.revision()), more: false, count: 0 };
    }
    const entries: StoreEntry[] = [];
    let { key } = range;
    let asOf = revision;
    let count: number | undefined;
    let page = firstPage;
    for (;;) {
      const wanted = Math.min(page, limit === undefined ? page : limit - entries.length);
      const request = { ...range, key, limit: wanted, ...(asOf === undefined ? {} : at(asOf)) };
      let answer: RangeResponse;
      try {
        answer = await this.range(request, asOf);
      } catch (error) {
        // The page does not fit into one message.
        if (wanted === 1 || !isStatusError(error) || error.code !== 413) throw error;
        page = Math.ceil(wanted / 4);
        continue;
      }
      // What the list is of does not change from page to page.
      asOf ??= Number(answer.header?.revision ?? 0n);
      count ??= Number(answer.count);
      let bytes = 0;
      for (const kv of answer.kvs) {
        const entry = this.entryOf(kv);
        if (entry) entries.push(entry);
        bytes += kv.value.length;
      }
      const last = answer.kvs[answer.kvs.length - 1];
      if (!answer.more || !last || entries.length === limit)
        return { entries, revision: asOf, more: answer.more, count };
      key = Buffer.concat([last.key, Buffer.from([0])]);
      page = Math.max(1, Math.min(maxPage, Math.floor((pageBytes * answer.kvs.length) / Math.max(1, bytes))));
    }
  }

  async count(prefix: string): Promise<number> {
    const answer = await this.range({ ...this.rangeOf(prefix), countOnly: true }, undefined);
    return Number(answer.count);
  }

  async put(key: string, value: Uint8Array, options: PutOptions = {}): Promise<WriteResult> {
    const { expectedModRevision, ttlSeconds } = options;
    const id = this.keyOf(key);
    this.own.wrote(key, value);
    const attempt = async (): Promise<WriteResult> => {
      const lease = ttlSeconds === undefined ? {} : { lease: await this.leases.leaseFor(ttlSeconds) };
      return this.transact({
        compare: expectedModRevision === undefined ? [] : [modIs(id, expectedModRevision)],
        success: [{ requestPut: { key: id, value, ...lease } }],
        failure: [{ requestRange: { key: id } }],
      });
    };
    return this.inOrder(key, async () => {
      try {
        return await attempt();
      } catch (error) {
        if (ttlSeconds === undefined || !isEtcdFailure(error, 'noLease')) throw error;
        // Somebody has revoked it, or it ended while this server could not reach etcd.
        this.leases.forget(ttlSeconds);
        return attempt();
      }
    });
  }

  async delete(key: string, { expectedModRevision }: DeleteOptions = {}): Promise<WriteResult> {
    const id = this.keyOf(key);
    const request = {
      compare: [
        { result: 'GREATER', target: 'VERSION', key: id, version: 0 },
        ...(expectedModRevision === undefined ? [] : [modIs(id, expectedModRevision)]),
      ],
      success: [{ requestDeleteRange: { key: id } }],
      failure: [{ requestRange: { key: id } }],
    };
    return this.inOrder(key, () => this.transact(request));
  }

  watch(options: WatchOptions, signal: AbortSignal): StoreWatch {
    this.checkOpen();
    const { client, env } = this;
    const { prefix } = options;
    const root = Buffer.from(this.root);
    const context = {
      env,
      client,
      eventOf: (type: 'PUT' | 'DELETE', kv: KeyValue) => this.eventOf(prefix, type, kv),
    };
    const stop = AbortSignal.any([signal, this.closing.signal]);
    if (this.trustsProgress) return new EtcdWatch({ ...context, range: this.rangeOf(prefix) }, options, stop);
    const mark = async () => {
      await client.write(client.methods.put, { key: this.keyOf(markerKey), value: new Uint8Array() });
    };
    return new EtcdWatch({ ...context, range: { key: root, rangeEnd: prefixEnd(root) }, mark }, options, stop);
  }

  /** Who asks while the question is under way shares the next one: the answer to the first may be older than the asking. */
  revision(): Promise<number> {
    const { asking } = this;
    if (!asking) return this.ask();
    this.askingNext ??= asking
      .catch(() => {})
      .then(() => {
        this.askingNext = undefined;
        // Whoever was faster has asked after all those who wait here came.
        return this.asking ?? this.ask();
      });
    return this.askingNext;
  }

  /** Asked of etcd only when history below what is known may be gone: etcd tells nobody but a watch that comes too late. */
  async compactedRevision(): Promise<number> {
    try {
      await this.range({ key: this.keyOf(markerKey), countOnly: true, ...at(Math.max(1, this.compacted)) }, undefined);
      return this.compacted;
    } catch (error) {
      if (!isEtcdFailure(error, 'compacted')) throw error;
    }
    const { stream } = this.client.openWatch();
    try {
      stream.send({ createRequest: { key: this.keyOf(markerKey), startRevision: 1 } });
      for await (const message of stream.messages) {
        const { compactRevision } = message as WatchResponse;
        if (compactRevision === 0n) continue;
        this.compacted = Math.max(this.compacted, Number(compactRevision));
        break;
      }
    } catch (error) {
      throw error instanceof GrpcError ? asStatus(error) : error;
    } finally {
      stream.cancel();
    }
    return this.compacted;
  }

  async compact(revision: number): Promise<void> {
    this.checkOpen();
    try {
      await compactTo(this.client, revision);
    } catch (error) {
      throw this.future(error, revision);
    }
  }

  async size(): Promise<number> {
    const { dbSizeInUse } = await this.client.read<StatusResponse>(this.client.methods.status, {});
    return Number(dbSizeInUse);
  }

  async close(): Promise<void> {
    if (this.closing.signal.aborted) return;
    this.compaction.close();
    this.closing.abort();
    await Promise.allSettled(this.tails.values());
    this.client.close();
  }

  private ask(): Promise<number> {
    const asking = this.askRevision().finally(() => {
      this.asking = undefined;
    });
    this.asking = asking;
    return asking;
  }

  private async askRevision(): Promise<number> {
    this.checkOpen();
    const answer = await this.client.read(this.client.methods.range, { key: this.keyOf(markerKey), countOnly: true });
    return this.client.saw(answer);
  }

  private async range(request: object, revision: number | undefined): Promise<RangeResponse> {
    this.checkOpen();
    try {
      return await this.client.read<RangeResponse>(this.client.methods.range, request);
    } catch (error) {
      throw this.future(error, revision);
    }
  }

  private future(error: unknown, revision: number | undefined): unknown {
    if (revision === undefined || !isEtcdFailure(error, 'future')) return error;
    return newTooLargeResourceVersion(revision, this.client.seenRevision, 1);
  }

  private async inOrder(key: string, run: () => Promise<WriteResult>): Promise<WriteResult> {
    this.checkOpen();
    const before = this.tails.get(key);
    const result = before ? before.then(run) : run();
    const tail = result.catch(() => {});
    this.tails.set(key, tail);
    try {
      return await result;
    } finally {
      if (this.tails.get(key) === tail) this.tails.delete(key);
    }
  }

  private async transact(request: object): Promise<WriteResult> {
    const answer = await this.client.write<TxnResponse>(this.client.methods.txn, request);
    if (answer.succeeded) return { succeeded: true, revision: Number(answer.header?.revision ?? 0n) };
    return { succeeded: false, current: this.entryOf(answer.responses[0]?.responseRange?.kvs[0]) };
  }

  private eventOf(prefix: string, type: 'PUT' | 'DELETE', kv: KeyValue): StoreEvent | undefined {
    const key = this.nameOf(kv.key);
    if (key.startsWith('\0') || !key.startsWith(prefix)) return undefined;
    if (type === 'DELETE') return { type: 'delete', key, revision: Number(kv.modRevision) };
    return {
      type: 'put',
      entry: {
        key,
        value: this.own.sharedWith(key, kv.value),
        createRevision: Number(kv.createRevision),
        modRevision: Number(kv.modRevision),
      },
    };
  }

  private entryOf(kv: KeyValue | undefined): StoreEntry | undefined {
    if (!kv) return undefined;
    return {
      key: this.nameOf(kv.key),
      value: kv.value,
      createRevision: Number(kv.createRevision),
      modRevision: Number(kv.modRevision),
    };
  }

  private rangeOf(prefix: string, start = '', end?: string): { readonly key: Buffer; readonly rangeEnd: Buffer } {
    const low = start > prefix ? start : prefix;
    const key = this.keyOf(low === '' ? '\x01' : low);
    const rangeEnd = prefixEnd(this.keyOf(prefix));
    const cut = end === undefined ? rangeEnd : this.keyOf(end);
    return { key, rangeEnd: cut.compare(rangeEnd) < 0 ? cut : rangeEnd };
  }

  private keyOf(key: string): Buffer {
    return Buffer.from(this.root + key);
  }

  private nameOf(key: Uint8Array): string {
    return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('utf8').slice(this.root.length);
  }

  private checkOpen(): void {
    if (this.closing.signal.aborted) throw newServiceUnavailable('the store is closed');
  }
}

/** Never shown; written to see how far a watch is. */
const markerKey = '\0progress';

/** etcd takes 0 for the newest revision, and has nothing before 1. */
function at(revision: number): { readonly revision: number } {
  return { revision: Math.max(1, revision) };
}

function modIs(key: Buffer, modRevision: number): object {
  return { result: 'EQUAL', target: 'MOD', key, modRevision };
}
