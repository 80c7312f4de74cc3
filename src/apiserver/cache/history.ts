/**
 * Changes that the watch cache no longer has, from the store's history: for watches that resume after a long pause. The states before
 * them are read as well, since a selector needs both.
 */

import { aborted } from '#base/abort.ts';
import { eventKey, eventRevision, type Store, type StoreEntry, type StoreEvent } from '#store/store.ts';
import type { CachedObject } from './cached-object.ts';
import { Change } from './change.ts';

export interface HistorySource {
  readonly prefix: string;
  readonly store: Store;
  readonly makeObject: (entry: StoreEntry) => CachedObject;
}

/** More changes than this, or bytes of them, are not worth reading: the client lists. */
const historyBound = 10_000;
const historyBytes = 64 * 2 ** 20;

/**
 * Changes with after < revision <= until. Undefined when they are too many or what they were cannot be read. Rejects with Expired when
 * the store has given them up.
 */
export async function changesFromHistory(
  source: HistorySource,
  after: number,
  until: number,
  signal: AbortSignal,
): Promise<Change[] | undefined> {
  const events = await eventsBetween(source, after, until, signal);
  if (!events) return undefined;
  const states = new Map<string, CachedObject | undefined>();
  const changes: Change[] = [];
  for (const event of events) {
    if (event.type === 'unreadable') return undefined;
    const key = eventKey(event);
    if (!states.has(key)) {
      const before = await source.store.get(key, { revision: after });
      states.set(key, before && source.makeObject(before));
    }
    const previous = states.get(key);
    const current = event.type === 'put' ? source.makeObject(event.entry) : undefined;
    states.set(key, current);
    if (current || previous) changes.push(new Change(eventRevision(event), current, previous));
  }
  return changes;
}

async function eventsBetween(
  { prefix, store }: HistorySource,
  after: number,
  until: number,
  signal: AbortSignal,
): Promise<StoreEvent[] | undefined> {
  const ending = new AbortController();
  void aborted(signal).then(() => ending.abort());
  const watch = store.watch({ prefix, afterRevision: after }, ending.signal);
  watch.requestProgress();
  const events: StoreEvent[] = [];
  let bytes = 0;
  try {
    for await (const batch of watch) {
      for (const event of batch.events) {
        if (eventRevision(event) > until) break;
        events.push(event);
        if (event.type === 'put') bytes += event.entry.value.length;
      }
      if (events.length > historyBound || bytes > historyBytes) return undefined;
      if (batch.revision >= until) return events;
    }
    return undefined;
  } finally {
    ending.abort();
  }
}
