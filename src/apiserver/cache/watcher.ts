/**
 * Watchers of one resource, found by what they watch, so that a change costs only the watchers that may want it: a kubelet's
 * watch on its node's pods is not looked at for the pods of other nodes.
 */

import type { EncodedWatchEvent, EventReader } from '#api/request.ts';
import { Mailbox } from '#base/mailbox.ts';
import type { CachedObject } from './cached-object.ts';
import type { Change } from './change.ts';

/** Events that a watcher may fall behind before it is cut off; it lists again. */
const watcherBound = 10_000;

export interface WatchScope {
  /** '' for all. */
  readonly namespace: string;
  /** Exact name, when the field selector asks for one. */
  readonly name?: string | undefined;
  /** Value of the resource's trigger field (pods: spec.nodeName), when the field selector asks for one. */
  readonly trigger?: string | undefined;
  /** Selector; absent matches all. */
  readonly matches?: ((object: CachedObject) => boolean) | undefined;
}

/** Holds what its reader does not take at once. A change goes through thousands of them: what it touches of each is kept small. */
export class Watcher extends Mailbox<EncodedWatchEvent> {
  readonly scope: WatchScope;
  /** Changes up to this revision were sent or are part of the initial state. */
  after: number;
  /** True until what it missed was delivered, where that takes time. */
  onHold = false;
  private readonly matches: WatchScope['matches'];
  private reader: EventReader | undefined;

  constructor(scope: WatchScope, after: number) {
    super(watcherBound);
    this.scope = scope;
    this.after = after;
    this.matches = scope.matches;
  }

  listen(reader: EventReader): void {
    this.reader = reader;
  }

  /** True when its reader has taken the event; otherwise it waits, if there is room. */
  give(event: EncodedWatchEvent): boolean {
    if (this.reader?.event(event)) return true;
    this.push(event);
    return false;
  }

  /** As `give`; false too when the change does not concern it. */
  offer(change: Change): boolean {
    if (this.onHold || change.revision <= this.after) return false;
    const frame = change.frameFor(this.matches);
    return frame !== undefined && this.give(frame);
  }

  protected override signal(): void {
    super.signal();
    this.reader?.ready();
  }
}

/** True when a change to this key can be in the scope, its selector aside. */
export function inScope(scope: WatchScope, key: string): boolean {
  if (scope.namespace === '') {
    return scope.name === undefined || key === scope.name || key.endsWith(`/${scope.name}`);
  }
  if (scope.name !== undefined) return key === `${scope.namespace}/${scope.name}`;
  return key.startsWith(`${scope.namespace}/`);
}

export class WatcherIndex {
  private readonly buckets = new Map<string, Set<Watcher>>();
  /** The value of the trigger field; watchers that ask for one value of it are found by it. */
  private readonly triggerOf: ((object: CachedObject) => string) | undefined;
  private total = 0;
  /** Events that readers have taken at once. */
  given = 0;

  constructor(triggerOf: ((object: CachedObject) => string) | undefined) {
    this.triggerOf = triggerOf;
  }

  get size(): number {
    return this.total;
  }

  add(watcher: Watcher): void {
    const bucket = bucketOf(watcher.scope);
    let watchers = this.buckets.get(bucket);
    if (!watchers) {
      watchers = new Set();
      this.buckets.set(bucket, watchers);
    }
    watchers.add(watcher);
    this.total++;
  }

  remove(watcher: Watcher): void {
    const bucket = bucketOf(watcher.scope);
    const watchers = this.buckets.get(bucket);
    if (!watchers?.delete(watcher)) return;
    this.total--;
    if (watchers.size === 0) this.buckets.delete(bucket);
  }

  /** Watchers that a change of this object is offered to, those found by their trigger aside; '' for a name that is not known yet. */
  count(namespace: string, name: string): number {
    let count = this.buckets.get('all')?.size ?? 0;
    if (this.total === count) return count;
    if (namespace !== '') count += this.buckets.get(`namespace ${namespace}`)?.size ?? 0;
    if (name === '') return count;
    return count + (this.buckets.get(namespace === '' ? `name ${name}` : `name ${namespace}/${name}`)?.size ?? 0);
  }

  *all(): Generator<Watcher, void, void> {
    for (const watchers of this.buckets.values()) yield* watchers;
  }

  /** Each watcher is in one bucket, and gets all changes of that, one after the other. */
  dispatch(changes: readonly Change[]): void {
    if (this.total === 0) return;
    const wanted = new Map<Set<Watcher>, Change[]>();
    const into = (bucket: string, change: Change): void => {
      const watchers = this.buckets.get(bucket);
      if (!watchers) return;
      const known = wanted.get(watchers);
      if (known) known.push(change);
      else wanted.set(watchers, [change]);
    };
    for (const change of changes) {
      const { key } = change;
      const slash = key.indexOf('/');
      into('all', change);
      if (slash > 0) into(`namespace ${key.slice(0, slash)}`, change);
      into(`name ${key}`, change);
      if (slash > 0) into(`name ${key.slice(slash + 1)}`, change);
      if (this.triggerOf) this.dispatchByTrigger(change, this.triggerOf);
    }
    for (const [watchers, theirs] of wanted) for (const watcher of watchers) this.offer(watcher, theirs);
  }

  /** Changes in the scope of the watcher, oldest first. */
  offer(watcher: Watcher, changes: readonly Change[]): void {
    for (const change of changes) if (watcher.offer(change)) this.given++;
  }

  give(watcher: Watcher, event: EncodedWatchEvent): void {
    if (watcher.give(event)) this.given++;
  }

  private dispatchByTrigger(change: Change, triggerOf: (object: CachedObject) => string): void {
    const now = change.current && triggerOf(change.current);
    const before = change.previous && triggerOf(change.previous);
    if (now !== undefined) this.offerTriggered(now, change);
    if (before !== undefined && before !== now) this.offerTriggered(before, change);
  }

  private offerTriggered(value: string, change: Change): void {
    const watchers = this.buckets.get(`trigger ${value}`);
    if (!watchers) return;
    for (const watcher of watchers) if (inScope(watcher.scope, change.key)) this.offer(watcher, [change]);
  }
}

function bucketOf({ namespace, name, trigger }: WatchScope): string {
  if (name !== undefined) return namespace === '' ? `name ${name}` : `name ${namespace}/${name}`;
  if (trigger !== undefined) return `trigger ${trigger}`;
  return namespace === '' ? 'all' : `namespace ${namespace}`;
}
