/** A store on top of another one: hands everything on, so that a layer says only what it does differently. */

import type {
  DeleteOptions,
  GetOptions,
  ListOptions,
  ListResult,
  PutOptions,
  Store,
  StoreEntry,
  StoreWatch,
  WatchOptions,
  WriteResult,
} from './store.ts';

export abstract class StoreLayer implements Store {
  readonly shared: boolean;
  protected readonly below: Store;

  constructor(below: Store) {
    this.below = below;
    this.shared = below.shared;
  }

  get(key: string, options?: GetOptions): Promise<StoreEntry | undefined> {
    return this.below.get(key, options);
  }

  list(options: ListOptions): Promise<ListResult> {
    return this.below.list(options);
  }

  count(prefix: string): Promise<number> {
    return this.below.count(prefix);
  }

  put(key: string, value: Uint8Array, options?: PutOptions): Promise<WriteResult> {
    return this.below.put(key, value, options);
  }

  delete(key: string, options?: DeleteOptions): Promise<WriteResult> {
    return this.below.delete(key, options);
  }

  watch(options: WatchOptions, signal: AbortSignal): StoreWatch {
    return this.below.watch(options, signal);
  }

  revision(): number | Promise<number> {
    return this.below.revision();
  }

  compactedRevision(): Promise<number> {
    return this.below.compactedRevision();
  }

  compact(revision: number): Promise<void> {
    return this.below.compact(revision);
  }

  isStale(key: string, value: Uint8Array): boolean {
    return this.below.isStale?.(key, value) ?? false;
  }

  size(): Promise<number> {
    return this.below.size();
  }

  close(): Promise<void> {
    return this.below.close();
  }
}
