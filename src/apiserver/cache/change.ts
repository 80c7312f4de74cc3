/**
 * Change: one write to one object, as watchers see it. A selector may turn it into something else for one watcher: an object
 * that begins to match is ADDED for it, one that stops is DELETED. Each of the three frames is made at most once.
 */

import type { CachedObject } from './cached-object.ts';
import { WatchFrame } from './watch-frame.ts';

export class Change {
  readonly revision: number;
  /** The state after the write; undefined for a deletion. */
  readonly current: CachedObject | undefined;
  /** The state before it; undefined for a creation. */
  readonly previous: CachedObject | undefined;
  private addedFrame: WatchFrame | undefined;
  private modifiedFrame: WatchFrame | undefined;
  private deletedFrame: WatchFrame | undefined;

  constructor(revision: number, current: CachedObject | undefined, previous: CachedObject | undefined) {
    this.revision = revision;
    this.current = current;
    this.previous = previous;
  }

  get key(): string {
    return (this.current ?? this.previous)?.key ?? '';
  }

  /** The event for a watcher whose selector is `matches`; undefined when it concerns nothing that the watcher sees. */
  frameFor(matches: ((object: CachedObject) => boolean) | undefined): WatchFrame | undefined {
    const now = this.current !== undefined && (!matches || matches(this.current));
    const before = this.previous !== undefined && (!matches || matches(this.previous));
    if (now) return before ? this.modified() : this.added();
    return before ? this.deleted() : undefined;
  }

  private added(): WatchFrame {
    this.addedFrame ??= new WatchFrame('ADDED', this.current as CachedObject);
    return this.addedFrame;
  }

  private modified(): WatchFrame {
    this.modifiedFrame ??= new WatchFrame('MODIFIED', this.current as CachedObject);
    return this.modifiedFrame;
  }

  /** The last matching state, with the revision of the change. */
  private deleted(): WatchFrame {
    if (!this.deletedFrame) {
      const { previous } = this;
      this.deletedFrame = new WatchFrame('DELETED', (previous as CachedObject).atRevision(this.revision));
    }
    return this.deletedFrame;
  }
}
