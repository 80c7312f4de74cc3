/**
 * EncryptedStore: a store whose values are encrypted on their way in and decrypted on their way out, whichever engine is below.
 *
 * For each resource a list of transformers: the first writes, all read. A value that was read with another key than the one that writes
 * now is stale: it is written again by the next update, even one that changes nothing.
 *
 * Invariant 1: what is written by this server comes back in events as the writer's own array: the watch cache knows its decoded view.
 * Invariant 2: an event that cannot be decrypted does not stop the others: it is handed on as 'unreadable'.
 */

import { newInternalError } from '#api/errors.ts';
import { messageOf } from '#base/errors.ts';
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
  WatchBatch,
  WatchOptions,
  WriteResult,
} from '#store/store.ts';
import { StoreLayer } from '#store/store-layer.ts';
import { registryPrefix } from '../cache/store-feed.ts';
import type { TransformationMetrics } from './metrics.ts';
import { type Decrypted, identity, startsWith, type ValueTransformer } from './transformer.ts';

/** The transformers of a resource's values, the one that writes first; undefined when nothing is said of it. */
export type TransformersOf = (group: string, plural: string) => readonly ValueTransformer[] | undefined;

/** Of one resource. */
interface Chain {
  readonly transformers: readonly ValueTransformer[];
  /** For metrics: 'secrets', 'deployments.apps'; undefined for what no rule speaks of, which is not counted. */
  readonly counted: string | undefined;
}

const plain: Chain = { transformers: [identity], counted: undefined };
const encoder = new TextEncoder();

export class EncryptedStore extends StoreLayer {
  private transformersOf: TransformersOf;
  private byPrefix = new Map<string, Chain>();
  private readonly metrics: TransformationMetrics | undefined;
  /** Decrypted bytes of stored ones, for those that this server wrote. */
  private readonly written = new WeakMap<Uint8Array, Uint8Array>();
  /** Of decrypted bytes, the mark of the key they were stored with; absent for plain ones. */
  private readonly marks = new WeakMap<Uint8Array, string>();

  constructor(store: Store, transformersOf: TransformersOf, metrics?: TransformationMetrics) {
    super(store);
    this.metrics = metrics;
    this.transformersOf = transformersOf;
  }

  /** From now on; what is being written still is written as before. */
  configure(transformersOf: TransformersOf): void {
    this.transformersOf = transformersOf;
    this.byPrefix = new Map();
  }

  override isStale(key: string, value: Uint8Array): boolean {
    return (this.marks.get(value) ?? '') !== this.writerOf(key).mark();
  }

  override async get(key: string, options?: GetOptions): Promise<StoreEntry | undefined> {
    const entry = await super.get(key, options);
    return entry && this.decrypted(entry);
  }

  override async list(options: ListOptions): Promise<ListResult> {
    const result = await super.list(options);
    const entries: StoreEntry[] = [];
    for (const entry of result.entries) {
      const opened = this.decrypted(entry);
      entries.push(opened instanceof Promise ? await opened : opened);
    }
    return { ...result, entries };
  }

  override async put(key: string, value: Uint8Array, options?: PutOptions): Promise<WriteResult> {
    const { counted } = this.chainOf(key);
    const writer = this.writerOf(key);
    if (writer === identity) {
      if (counted !== undefined) this.metrics?.transformed(counted, 'to_storage', '', this.metrics.start());
      return this.opened(await super.put(key, value, options));
    }
    let sealed: Uint8Array;
    const mark = writer.mark();
    const startedMs = this.metrics?.start() ?? 0;
    try {
      sealed = await writer.encrypt(value, key);
    } catch (error) {
      this.metrics?.failed(counted ?? '', 'to_storage', writer.family);
      throw newInternalError(messageOf(error), error);
    }
    this.metrics?.transformed(counted ?? '', 'to_storage', writer.family, startedMs);
    const stored = joined(writer.prefix, sealed);
    this.written.set(stored, value);
    this.marks.set(value, mark);
    return this.opened(await super.put(key, stored, options));
  }

  override async delete(key: string, options?: DeleteOptions): Promise<WriteResult> {
    return this.opened(await super.delete(key, options));
  }

  override watch(options: WatchOptions, signal: AbortSignal): StoreWatch {
    const watch = super.watch(options, signal);
    const decryptBatch = (batch: WatchBatch) => this.decryptedBatch(batch);
    return {
      requestProgress: () => watch.requestProgress(),
      async *[Symbol.asyncIterator]() {
        for await (const batch of watch) yield batch.events.length === 0 ? batch : await decryptBatch(batch);
      },
    };
  }

  private async decryptedBatch({ events, revision }: WatchBatch): Promise<WatchBatch> {
    const opened: StoreEvent[] = [];
    for (const event of events) {
      if (event.type !== 'put') {
        opened.push(event);
        continue;
      }
      try {
        const entry = this.decrypted(event.entry);
        opened.push({ type: 'put', entry: entry instanceof Promise ? await entry : entry });
      } catch {
        opened.push({ type: 'unreadable', key: event.entry.key, revision: event.entry.modRevision });
      }
    }
    return { events: opened, revision };
  }

  private async opened(result: WriteResult): Promise<WriteResult> {
    if (result.succeeded || !result.current) return result;
    return { succeeded: false, current: await this.decrypted(result.current) };
  }

  private decrypted(entry: StoreEntry): StoreEntry | Promise<StoreEntry> {
    const { key, value } = entry;
    const own = this.written.get(value);
    if (own) return { ...entry, value: own };
    try {
      const opened = this.open(key, value);
      if (!(opened instanceof Promise)) return this.shown(entry, opened);
      return opened.then(
        (found) => this.shown(entry, found),
        (error: unknown) => {
          throw cannotRead(key, error);
        },
      );
    } catch (error) {
      throw cannotRead(key, error);
    }
  }

  private shown(entry: StoreEntry, { value, mark }: Decrypted): StoreEntry {
    if (value === entry.value) return entry;
    this.marks.set(value, mark);
    return { ...entry, value };
  }

  private open(key: string, stored: Uint8Array): Decrypted | Promise<Decrypted> {
    const { transformers, counted } = this.chainOf(key);
    let reason = 'no matching prefix found';
    for (const transformer of transformers) {
      if (startsWith(stored, transformer.prefix)) return this.openWith(transformer, key, stored, counted);
      if (startsWith(stored, transformer.family)) reason = transformer.noKey;
    }
    this.metrics?.failed(counted ?? '', 'from_storage', 'unknown');
    throw new Error(reason);
  }

  private openWith(
    transformer: ValueTransformer,
    key: string,
    stored: Uint8Array,
    counted: string | undefined,
  ): Decrypted | Promise<Decrypted> {
    const { prefix, family } = transformer;
    const { metrics } = this;
    // As upstream names it, though only here.
    const shown = family === '' ? 'identity' : family;
    if (!metrics || counted === undefined) return transformer.decrypt(stored.subarray(prefix.length), key);
    const startedMs = metrics.start();
    const failed = (error: unknown): never => {
      metrics.failed(counted, 'from_storage', shown);
      throw error;
    };
    const done = (opened: Decrypted): Decrypted => {
      metrics.transformed(counted, 'from_storage', shown, startedMs);
      return opened;
    };
    try {
      const opened = transformer.decrypt(stored.subarray(prefix.length), key);
      return opened instanceof Promise ? opened.then(done, failed) : done(opened);
    } catch (error) {
      return failed(error);
    }
  }

  private writerOf(key: string): ValueTransformer {
    return this.chainOf(key).transformers[0] ?? identity;
  }

  private chainOf(key: string): Chain {
    if (!key.startsWith(registryPrefix)) return plain;
    const group = key.indexOf('/', registryPrefix.length);
    const end = key.indexOf('/', group + 1);
    const prefix = key.slice(0, end);
    let found = this.byPrefix.get(prefix);
    if (!found) {
      const name = key.slice(registryPrefix.length, group);
      const plural = key.slice(group + 1, end);
      const isCore = name === 'core';
      const transformers = this.transformersOf(isCore ? '' : name, plural);
      found = transformers ? { transformers, counted: isCore ? plural : `${plural}.${name}` } : plain;
      this.byPrefix.set(prefix, found);
    }
    return found;
  }
}

function cannotRead(key: string, error: unknown): unknown {
  return newInternalError(`unable to transform key ${JSON.stringify(key)}: ${messageOf(error)}`, error);
}

function joined(prefix: string, sealed: Uint8Array): Uint8Array {
  const stored = new Uint8Array(prefix.length + sealed.length);
  encoder.encodeInto(prefix, stored);
  stored.set(sealed, prefix.length);
  return stored;
}
