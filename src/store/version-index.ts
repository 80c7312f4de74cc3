/**
 * The key index of an embedded store: which revision of which key was in force when. As in etcd, the index is in memory and
 * the medium is addressed by revision only; values are here just for recent versions (change-window.ts keeps and drops them).
 *
 * `live` holds the newest version of every key that exists; `past` holds, for keys that changed since the last compaction, the
 * earlier versions. So the state of any uncompacted revision is a merge of the two, and `past` is as small as the window of
 * history. Of a history that was loaded it is made when somebody asks for a state that old, which hardly anybody does.
 *
 * Only durable changes come here, in revision order.
 */

import { prefixEnd, SortedMap } from '#base/sorted-map.ts';
import type { StoreEntry } from './store.ts';

/** One written state of a key. `entry` and `endRevision` change; the rest stays. */
export interface Version {
  readonly key: string;
  readonly modRevision: number;
  /** It was in force until this revision (exclusive); 0: it is in force. */
  endRevision: number;
  /** Absent while the value is only on the medium. */
  entry: StoreEntry | undefined;
}

/** Of a key that exists, the newest. */
export interface LiveVersion extends Version {
  readonly createRevision: number;
}

export interface KeyRange {
  readonly start: string;
  readonly end: string | undefined;
}

/** What an index begins with. */
export interface IndexContent {
  readonly live: SortedMap<LiveVersion>;
  readonly superseded: SupersededQueue;
  /** Of the newest record among them. */
  readonly loadedRevision: number;
}

export class VersionIndex {
  private readonly live: SortedMap<LiveVersion>;
  private past = new SortedMap<Version[]>();
  private readonly superseded: SupersededQueue;
  /** `past` has what was in force at this revision or later. It is 0 once somebody asked for an earlier state. */
  private pastSince: number;

  constructor({ live, superseded, loadedRevision }: IndexContent = emptyIndex()) {
    this.live = live;
    this.superseded = superseded;
    this.pastSince = loadedRevision;
  }

  get(key: string): LiveVersion | undefined {
    return this.live.get(key);
  }

  getAt(key: string, revision: number): Version | undefined {
    const newest = this.live.get(key);
    if (newest && newest.modRevision <= revision) return newest;
    return inForce(this.pastAt(revision).get(key), revision);
  }

  put(version: LiveVersion): void {
    const replaced = this.live.get(version.key);
    this.live.set(version.key, version);
    if (replaced) this.retire(replaced, version.modRevision);
  }

  /** The deletion takes a revision of its own, which is superseded by itself. */
  delete(key: string, revision: number): void {
    const deleted = this.live.get(key);
    if (deleted) {
      this.live.delete(key);
      this.retire(deleted, revision);
    }
    this.superseded.push(revision, revision, undefined);
  }

  count({ start, end }: KeyRange): number {
    const from = this.live.rank(start);
    return Math.max(0, (end === undefined ? this.live.size : this.live.rank(end)) - from);
  }

  /** Newest versions in key order, at most `limit`. */
  list({ start, end }: KeyRange, limit = Number.POSITIVE_INFINITY): Version[] {
    const found: Version[] = [];
    for (const version of this.live.range(start, end)) {
      if (found.length >= limit) break;
      found.push(version);
    }
    return found;
  }

  /** Versions in force at an earlier revision, in key order. */
  listAt({ start, end }: KeyRange, revision: number): Version[] {
    const found: Version[] = [];
    const earlier = this.pastAt(revision).range(start, end);
    let next = earlier.next();
    const takeEarlierBefore = (key: string | undefined) => {
      while (!next.done) {
        const version = inForce(next.value, revision);
        if (version) {
          if (key !== undefined && version.key >= key) return;
          found.push(version);
        }
        next = earlier.next();
      }
    };
    for (const version of this.live.range(start, end)) {
      if (version.modRevision > revision) continue;
      takeEarlierBefore(version.key);
      found.push(version);
    }
    takeEarlierBefore(undefined);
    return found;
  }

  /** Forgets what was superseded at `revision` or before; answers the revisions of those records. */
  compact(revision: number): number[] {
    const { revisions, keys } = this.superseded.shift(revision);
    for (const [i, key] of keys.entries()) if (key !== undefined) this.forget(key, revisions[i] as number);
    return revisions;
  }

  /** Revisions that the next compactions can drop. */
  get supersededCount(): number {
    return this.superseded.size;
  }

  private retire(version: Version, endRevision: number): void {
    version.endRevision = endRevision;
    this.superseded.push(version.modRevision, endRevision, version.key);
    addPast(this.past, version);
  }

  private pastAt(revision: number): SortedMap<Version[]> {
    if (revision >= this.pastSince) return this.past;
    const since = this.past;
    this.past = this.superseded.versionsUntil(this.pastSince);
    for (const versions of since.range()) for (const version of versions) addPast(this.past, version);
    this.pastSince = 0;
    return this.past;
  }

  private forget(key: string, modRevision: number): void {
    const versions = this.past.get(key);
    if (versions?.[0]?.modRevision !== modRevision) return;
    versions.shift();
    if (versions.length === 0) this.past.delete(key);
  }
}

function addPast(past: SortedMap<Version[]>, version: Version): void {
  const versions = past.get(version.key);
  if (versions) versions.push(version);
  else past.set(version.key, [version]);
}

export function rangeOf(prefix: string, start?: string, end?: string): KeyRange {
  const last = prefixEnd(prefix);
  return {
    start: start !== undefined && start > prefix ? start : prefix,
    end: end !== undefined && (last === undefined || end < last) ? end : last,
  };
}

/** Versions are in revision order: the one that began at `revision` or before and ended after it. */
function inForce(versions: readonly Version[] | undefined, revision: number): Version | undefined {
  if (!versions) return undefined;
  let low = 0;
  let high = versions.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((versions[middle] as Version).endRevision <= revision) low = middle + 1;
    else high = middle;
  }
  const found = versions[low];
  return found && found.modRevision <= revision ? found : undefined;
}

function emptyIndex(): IndexContent {
  return { live: new SortedMap(), superseded: new SupersededQueue(), loadedRevision: 0 };
}

/**
 * What the next compactions drop: first in, first out, in order of what superseded it. Three lists and no object for each, for there
 * may be hundreds of thousands.
 */
export class SupersededQueue {
  private revisions: number[] = [];
  private by: number[] = [];
  /** Absent for a deletion's own record: it is no version. */
  private keys: (string | undefined)[] = [];

  get size(): number {
    return this.revisions.length;
  }

  /** `by` is the revision that put it out of force. */
  push(revision: number, by: number, key: string | undefined): void {
    this.revisions.push(revision);
    this.by.push(by);
    this.keys.push(key);
  }

  /** Takes out what was superseded at `revision` or before. */
  shift(revision: number): { readonly revisions: number[]; readonly keys: readonly (string | undefined)[] } {
    const count = lowerBound(this.by, revision + 1);
    this.by = this.by.slice(count);
    return { revisions: this.revisions.splice(0, count), keys: this.keys.splice(0, count) };
  }

  /** Those superseded at `revision` or before, by key, as the medium has them. */
  versionsUntil(revision: number): SortedMap<Version[]> {
    const past = new SortedMap<Version[]>();
    const count = lowerBound(this.by, revision + 1);
    for (let i = 0; i < count; i++) {
      const key = this.keys[i];
      if (key === undefined) continue;
      const [modRevision, endRevision] = [this.revisions[i] as number, this.by[i] as number];
      addPast(past, { key, modRevision, endRevision, entry: undefined });
    }
    return past;
  }
}

/** Index of the first number that is not smaller. */
function lowerBound(numbers: readonly number[], bound: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((numbers[middle] as number) < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
