/**
 * The key index of an embedded store: which revision of which key was in force when. As in etcd, the index is in memory and
 * the medium is addressed by revision only; values are here just for recent versions (change-window.ts keeps and drops them).
 *
 * `live` holds the newest version of every key that exists; `past` holds, for keys that changed since the last compaction, the
 * earlier versions and deletions. So the state of any uncompacted revision is a merge of the two, and `past` is as small as
 * the window of history.
 *
 * Only durable changes come here, in revision order.
 */

import { prefixEnd, SortedMap } from '#base/sorted-map.ts';
import type { StoreEntry } from './store.ts';

/** One written state of a key. `entry` comes and goes; the rest stays. */
export interface Version {
  readonly key: string;
  readonly createRevision: number;
  readonly modRevision: number;
  /** Absent while the value is only on the medium. */
  entry: StoreEntry | undefined;
}

/** A version that is no longer in force: it was from its modRevision until `endRevision` (exclusive). */
interface PastVersion {
  readonly version: Version;
  readonly endRevision: number;
}

export interface KeyRange {
  readonly start: string;
  readonly end: string | undefined;
}

export class VersionIndex {
  private readonly live = new SortedMap<Version>();
  private readonly past = new SortedMap<PastVersion[]>();
  private readonly superseded = new SupersededQueue();

  get(key: string): Version | undefined {
    return this.live.get(key);
  }

  getAt(key: string, revision: number): Version | undefined {
    const newest = this.live.get(key);
    if (newest && newest.modRevision <= revision) return newest;
    return inForce(this.past.get(key), revision);
  }

  put(version: Version): void {
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
    const earlier = this.past.range(start, end);
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
    const dropped: number[] = [];
    for (;;) {
      const first = this.superseded.peek();
      if (!first || first.by > revision) return dropped;
      this.superseded.shift();
      dropped.push(first.revision);
      if (first.key !== undefined) this.forgetFirst(first.key);
    }
  }

  /** Revisions that the next compactions can drop. */
  get supersededCount(): number {
    return this.superseded.size;
  }

  private retire(version: Version, endRevision: number): void {
    this.superseded.push(version.modRevision, endRevision, version.key);
    const versions = this.past.get(version.key);
    if (versions) versions.push({ version, endRevision });
    else this.past.set(version.key, [{ version, endRevision }]);
  }

  private forgetFirst(key: string): void {
    const versions = this.past.get(key);
    if (!versions) return;
    versions.shift();
    if (versions.length === 0) this.past.delete(key);
  }
}

export function rangeOf(prefix: string, start?: string, end?: string): KeyRange {
  const last = prefixEnd(prefix);
  return {
    start: start !== undefined && start > prefix ? start : prefix,
    end: end !== undefined && (last === undefined || end < last) ? end : last,
  };
}

/** Versions are in revision order: the one that began at `revision` or before and ended after it. */
function inForce(versions: readonly PastVersion[] | undefined, revision: number): Version | undefined {
  if (!versions) return undefined;
  let low = 0;
  let high = versions.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((versions[middle] as PastVersion).endRevision <= revision) low = middle + 1;
    else high = middle;
  }
  const found = versions[low];
  return found && found.version.modRevision <= revision ? found.version : undefined;
}

interface Superseded {
  readonly revision: number;
  /** The revision that put it out of force. */
  readonly by: number;
  /** Absent for a deletion's own record: it is no version. */
  readonly key: string | undefined;
}

/** First in, first out, in order of `by`. */
class SupersededQueue {
  private items: Superseded[] = [];
  private head = 0;

  get size(): number {
    return this.items.length - this.head;
  }

  push(revision: number, by: number, key: string | undefined): void {
    this.items.push({ revision, by, key });
  }

  peek(): Superseded | undefined {
    return this.items[this.head];
  }

  shift(): void {
    this.head++;
    if (this.head > 1024 && this.head * 2 > this.items.length) {
      this.items = this.items.slice(this.head);
      this.head = 0;
    }
  }
}
