/**
 * ConvertedDelivery: changes on their way to the watchers of a resource whose objects have to be converted first.
 *
 * One queue keeps the order; what waits is converted together, in one call. A watcher joins by the queue too: the changes that it
 * missed come before all that are queued after it, and none twice. When a conversion fails, every watcher gets the error and ends:
 * events cannot be left out.
 */

import { newPlainError, StatusError } from '#api/errors.ts';
import type { KubeObject } from '#api/object.ts';
import { messageOf } from '#base/errors.ts';
import { type CachedObject, PlainObject } from './cached-object.ts';
import type { Change } from './change.ts';
import type { ConvertedForms } from './converted-forms.ts';
import { WatchFrame } from './watch-frame.ts';
import type { Watcher, WatcherIndex } from './watcher.ts';

type Item =
  | { readonly type: 'change'; readonly change: Change }
  | { readonly type: 'join'; readonly watcher: Watcher; readonly missed: readonly Change[] };

export class ConvertedDelivery {
  private readonly forms: ConvertedForms;
  private readonly watchers: WatcherIndex;
  private queue: Item[] = [];
  /** Being converted now. */
  private batch: readonly Item[] = [];

  constructor(forms: ConvertedForms, watchers: WatcherIndex) {
    this.forms = forms;
    this.watchers = watchers;
  }

  /** The first change that not all watchers have got yet. */
  get waiting(): number | undefined {
    for (const item of [...this.batch, ...this.queue]) if (item.type === 'change') return item.change.revision;
    return undefined;
  }

  dispatch(changes: readonly Change[]): void {
    if (this.watchers.size > 0) for (const change of changes) this.add({ type: 'change', change });
  }

  /** The watcher is in the index already, on hold. */
  join(watcher: Watcher, missed: readonly Change[]): void {
    this.add({ type: 'join', watcher, missed });
  }

  private add(item: Item): void {
    this.queue.push(item);
    if (this.batch.length === 0) void this.work();
  }

  private async work(): Promise<void> {
    while (this.queue.length > 0) {
      this.batch = this.queue;
      this.queue = [];
      try {
        const converting = this.forms.load(objectsOf(this.batch));
        if (converting) await converting;
        for (const item of this.batch) this.deliver(item);
      } catch (error) {
        this.queue = [];
        this.fail(error);
      }
      this.batch = [];
    }
  }

  private deliver(item: Item): void {
    if (item.type === 'change') {
      this.watchers.dispatch([item.change]);
      return;
    }
    const { watcher, missed } = item;
    watcher.onHold = false;
    this.watchers.offer(watcher, missed);
  }

  private fail(error: unknown): void {
    const { status } = error instanceof StatusError ? error : newPlainError(messageOf(error));
    const frame = new WatchFrame('ERROR', new PlainObject(status as unknown as KubeObject));
    for (const watcher of this.watchers.all()) {
      this.watchers.give(watcher, frame);
      watcher.end();
    }
  }
}

function* objectsOf(items: readonly Item[]): Generator<CachedObject, void, void> {
  for (const item of items) {
    for (const { current, previous } of item.type === 'change' ? [item.change] : item.missed) {
      if (current) yield current;
      if (previous) yield previous;
    }
  }
}
