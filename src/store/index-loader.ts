/**
 * The key index of a store that starts, from the heads on its medium in revision order. It comes to what `put` and `delete` of each come to
 * at a fraction of the time: keys are put in order once, each key is one string however many revisions it has, and what is
 * superseded takes no object: compaction wants its number, and hardly anybody anything else (version-index.ts).
 */

import { SortedMap } from '#base/sorted-map.ts';
import type { Expiry, RecordHead } from './journal.ts';
import { type LiveVersion, SupersededQueue, type Version, VersionIndex } from './version-index.ts';

interface LoadedVersion {
  readonly key: string;
  createRevision: number;
  modRevision: number;
  readonly endRevision: 0;
  readonly entry: undefined;
}

export class IndexLoader {
  private readonly live = new Map<string, LoadedVersion>();
  private readonly superseded = new SupersededQueue();
  private readonly expiries: { readonly key: string; readonly revision: number; readonly expiry: Expiry }[] = [];
  private revision = 0;

  add({ revision, key, createRevision, expiry }: RecordHead, deleted: boolean): void {
    this.revision = revision;
    const version = this.live.get(key);
    if (version) this.superseded.push(version.modRevision, revision, version.key);
    if (deleted) {
      this.live.delete(key);
      this.superseded.push(revision, revision, undefined);
    } else if (version) {
      version.createRevision = createRevision;
      version.modRevision = revision;
    } else {
      this.live.set(key, { key, createRevision, modRevision: revision, endRevision: 0, entry: undefined });
    }
    if (expiry) this.expiries.push({ key, revision, expiry });
  }

  /** Versions in force that end by themselves. */
  *expiring(): Generator<{ readonly version: Version; readonly expiry: Expiry }, void, void> {
    for (const { key, revision, expiry } of this.expiries) {
      const version = this.live.get(key);
      if (version?.modRevision === revision) yield { version, expiry };
    }
  }

  /** Once, when everything was added. */
  index(): VersionIndex {
    const versions: LiveVersion[] = [...this.live.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
    const keys = versions.map(({ key }) => key);
    return new VersionIndex({
      live: SortedMap.of(keys, versions),
      superseded: this.superseded,
      loadedRevision: this.revision,
    });
  }
}
