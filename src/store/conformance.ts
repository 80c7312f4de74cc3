/**
 * The conformance suite of the Store port: what every engine must do (see store.ts for the numbered contract).
 *
 * Each case gets a fresh, empty store. States and events are compared as short texts, `key=value create..mod`, so that a
 * difference reads as what it is. A test file registers the cases with its runner: see revision-store.test.ts.
 */

import { isExpired, isStatusError } from '#api/errors.ts';
import { AssertionError } from '#base/errors.ts';
import {
  afterKey,
  type ListOptions,
  type Store,
  type StoreEntry,
  type StoreEvent,
  type WatchBatch,
  type WriteResult,
} from './store.ts';

export interface StoreWorld {
  readonly store: Store;
  /** Closes the store and opens it again on the same medium. */
  readonly reopen: () => Promise<Store>;
  /** Lets time pass. */
  readonly advance: (ms: number) => Promise<void>;
}

/**
 * A store whose revisions begin at `base`, shown as one that begins at 0: the suite counts revisions, and a shared engine (etcd) has had
 * others' writes before.
 */
export function relativeTo(store: Store, base: number): Store {
  const shown = (revision: number): number => Math.max(0, revision - base);
  const real = (revision: number | undefined): number | undefined =>
    revision === undefined ? undefined : revision + base;
  const shownEntry = (found: StoreEntry): StoreEntry => ({
    ...found,
    createRevision: shown(found.createRevision),
    modRevision: shown(found.modRevision),
  });
  const shownResult = (answer: WriteResult): WriteResult =>
    answer.succeeded
      ? { succeeded: true, revision: shown(answer.revision) }
      : { succeeded: false, current: answer.current && shownEntry(answer.current) };
  // 0 says that there is no key, whatever the base.
  const expected = (revision: number | undefined) => ({ expectedModRevision: revision === 0 ? 0 : real(revision) });
  const shownEvent = (event: StoreEvent): StoreEvent =>
    event.type === 'put'
      ? { type: 'put', entry: shownEntry(event.entry) }
      : { ...event, revision: shown(event.revision) };
  return {
    shared: store.shared,
    get: async (key, options) => {
      const found = await store.get(key, { revision: real(options?.revision) });
      return found && shownEntry(found);
    },
    list: async (options) => {
      const found = await store.list({ ...options, revision: real(options.revision) });
      return { ...found, entries: found.entries.map(shownEntry), revision: shown(found.revision) };
    },
    count: (prefix) => store.count(prefix),
    put: async (key, value, options) =>
      shownResult(await store.put(key, value, { ...options, ...expected(options?.expectedModRevision) })),
    delete: async (key, options) => shownResult(await store.delete(key, expected(options?.expectedModRevision))),
    watch: (options, signal) => {
      const watch = store.watch({ ...options, afterRevision: options.afterRevision + base }, signal);
      return {
        requestProgress: () => watch.requestProgress(),
        async *[Symbol.asyncIterator]() {
          for await (const { events, revision } of watch)
            yield { events: events.map(shownEvent), revision: shown(revision) };
        },
      };
    },
    revision: async () => shown(await store.revision()),
    compactedRevision: async () => shown(await store.compactedRevision()),
    compact: (revision) => store.compact(revision + base),
    size: () => store.size(),
    close: () => store.close(),
  };
}

export interface StoreCase {
  readonly name: string;
  /** Not for an engine that forgets. */
  readonly restarts?: boolean;
  readonly run: (world: StoreWorld) => Promise<void>;
}

export const storeConformance: readonly StoreCase[] = [
  {
    name: 'revisions start at 1 and grow by one with every write of any key',
    run: async ({ store }) => {
      equal(await store.revision(), 0);
      equal(result(await put(store, 'a', '1')), 'revision 1');
      equal(result(await put(store, 'b', '1')), 'revision 2');
      equal(result(await put(store, 'a', '2')), 'revision 3');
      equal(result(await store.delete('b')), 'revision 4');
      equal(await store.revision(), 4);
      equal(entry(await store.get('a')), 'a=2 1..3');
      equal(entry(await store.get('b')), 'none');
    },
  },
  {
    name: 'put with an expectation writes only when it holds',
    run: async ({ store }) => {
      equal(result(await put(store, 'a', '1', 7)), 'current none');
      equal(result(await put(store, 'a', '1', 0)), 'revision 1');
      equal(result(await put(store, 'a', '2', 0)), 'current a=1 1..1');
      equal(result(await put(store, 'a', '2', 1)), 'revision 2');
      equal(result(await put(store, 'a', '3', 1)), 'current a=2 1..2');
      equal(await store.revision(), 2);
    },
  },
  {
    name: 'delete with an expectation, and delete of nothing',
    run: async ({ store }) => {
      equal(result(await store.delete('a')), 'current none');
      await put(store, 'a', '1');
      await put(store, 'a', '2');
      equal(result(await store.delete('a', { expectedModRevision: 1 })), 'current a=2 1..2');
      equal(result(await store.delete('a', { expectedModRevision: 2 })), 'revision 3');
      equal(result(await store.delete('a', { expectedModRevision: 2 })), 'current none');
      equal(result(await put(store, 'a', '3', 0)), 'revision 4');
      equal(entry(await store.get('a')), 'a=3 4..4');
    },
  },
  {
    name: 'of concurrent writes with the same expectation exactly one succeeds',
    run: async ({ store }) => {
      const creates = await Promise.all(['1', '2', '3', '4'].map((value) => put(store, 'a', value, 0)));
      equal(creates.filter((answer) => answer.succeeded).length, 1);
      for (const answer of creates) if (!answer.succeeded) equal(entry(answer.current), entry(await store.get('a')));
      const updates = await Promise.all(['5', '6', '7'].map((value) => put(store, 'a', value, 1)));
      equal(updates.filter((answer) => answer.succeeded).length, 1);
      equal(await store.revision(), 2);
    },
  },
  {
    name: 'concurrent writes without expectation all happen, one after the other',
    run: async ({ store }) => {
      const results = await Promise.all(Array.from({ length: 200 }, (_, i) => put(store, `k${i % 7}`, String(i))));
      const revisions = results.map((answer) => (answer.succeeded ? answer.revision : 0)).sort((a, b) => a - b);
      equal(revisions.join(), Array.from({ length: 200 }, (_, i) => i + 1).join());
      equal(await store.count('k'), 7);
    },
  },
  {
    name: 'a chain of writes issued at once sees each other',
    run: async ({ store }) => {
      const answers = await Promise.all([
        put(store, 'a', '1', 0),
        put(store, 'a', '2', 1),
        store.delete('a', { expectedModRevision: 2 }),
        put(store, 'a', '3', 0),
        put(store, 'a', '4', 0),
      ]);
      equal(answers.map(result).join('; '), 'revision 1; revision 2; revision 3; revision 4; current a=3 4..4');
    },
  },
  {
    name: 'values are bytes, empty and large ones too',
    run: async ({ store }) => {
      const large = new Uint8Array(1_500_000).map((_, i) => i * 31);
      await store.put('empty', new Uint8Array(0));
      await store.put('large', large);
      equal((await store.get('empty'))?.value.length, 0);
      const read = (await store.get('large'))?.value;
      equal(read?.length, large.length);
      equal(
        read?.every((byte, i) => byte === large[i]),
        true,
      );
    },
  },
  {
    name: 'list returns a prefix in key order, with limit, start and end',
    run: async ({ store }) => {
      for (const key of ['/b/2', '/a/1', '/b/1', '/b', '/b/10', '/c/1', '/bb/1']) await put(store, key, 'v');
      await store.delete('/a/1');
      const table: readonly (readonly [ListOptions, string])[] = [
        [{ prefix: '/b/' }, '/b/1 /b/10 /b/2; count 3'],
        [{ prefix: '' }, '/b /b/1 /b/10 /b/2 /bb/1 /c/1; count 6'],
        [{ prefix: '/b/', limit: 2 }, '/b/1 /b/10; count 3 and more'],
        [{ prefix: '/b/', limit: 3 }, '/b/1 /b/10 /b/2; count 3'],
        [{ prefix: '/b/', start: afterKey('/b/10'), limit: 2 }, '/b/2; count 1'],
        [{ prefix: '/b/', start: '/b/10', end: '/b/2' }, '/b/10; count 1'],
        [{ prefix: '/b/', start: '/a' }, '/b/1 /b/10 /b/2; count 3'],
        [{ prefix: '/b/', end: '/z' }, '/b/1 /b/10 /b/2; count 3'],
        [{ prefix: '/x/' }, '; count 0'],
      ];
      for (const [options, expected] of table) {
        const { entries, more, count, revision } = await store.list(options);
        equal(`${entries.map(({ key }) => key).join(' ')}; count ${count}${more ? ' and more' : ''}`, expected);
        equal(revision, 8);
      }
      equal(await store.count('/b/'), 3);
    },
  },
  {
    name: 'get and list at an earlier revision show what was then',
    run: async ({ store }) => {
      await put(store, 'a', '1');
      await put(store, 'b', '1');
      await put(store, 'a', '2');
      await store.delete('b');
      await put(store, 'c', '1');
      await put(store, 'b', '2');
      const states: string[] = [];
      for (let revision = 0; revision <= 6; revision++) states.push(await stateAt(store, revision));
      equal(
        states.join('\n'),
        [
          '',
          'a=1 1..1',
          'a=1 1..1, b=1 2..2',
          'a=2 1..3, b=1 2..2',
          'a=2 1..3',
          'a=2 1..3, c=1 5..5',
          'a=2 1..3, b=2 6..6, c=1 5..5',
        ].join('\n'),
      );
      equal(entry(await store.get('b', { revision: 3 })), 'b=1 2..2');
      equal(entry(await store.get('b', { revision: 4 })), 'none');
      const page = await store.list({ prefix: '', revision: 3, limit: 1 });
      equal(`${page.entries.map(entry).join()} ${page.more} ${page.count} ${page.revision}`, 'a=2 1..3 true 2 3');
    },
  },
  {
    name: 'a revision of the future is refused with 504 and its cause',
    run: async ({ store }) => {
      await put(store, 'a', '1');
      equal(await codeOf(store.get('a', { revision: 2 })), 504);
      equal(await codeOf(store.list({ prefix: '', revision: 2 })), 504);
      equal(await codeOf(store.compact(2)), 504);
    },
  },
  {
    name: 'watch delivers changes as they come, in order',
    run: async ({ store }) => {
      await using watch = follow(store, '/a/', 0);
      await put(store, '/a/x', '1');
      await put(store, '/b/x', '1');
      await put(store, '/a/x', '2');
      await store.delete('/a/x');
      await put(store, '/a/x', '3');
      equal((await watch.upTo(5)).join('; '), 'put /a/x=1 1..1; put /a/x=2 1..3; delete /a/x 4; put /a/x=3 5..5');
    },
  },
  {
    name: 'watch from an earlier revision delivers what happened since, then what happens',
    run: async ({ store }) => {
      for (let i = 1; i <= 6; i++) await put(store, '/a/x', String(i));
      await store.delete('/a/x');
      await using watch = follow(store, '/a/', 4);
      await put(store, '/a/y', '1');
      equal((await watch.upTo(8)).join('; '), 'put /a/x=5 1..5; put /a/x=6 1..6; delete /a/x 7; put /a/y=1 8..8');
    },
  },
  {
    name: 'watch of any prefix: everything, a folder, part of a name',
    run: async ({ store }) => {
      await using everything = follow(store, '', 0);
      await using folder = follow(store, '/a/', 0);
      await using part = follow(store, '/a/x', 0);
      for (const key of ['/a/x1', '/a/y', '/b', '/a/x2']) await put(store, key, '1');
      equal((await everything.upTo(4)).length, 4);
      equal((await folder.upTo(4)).length, 3);
      equal((await part.upTo(4)).join('; '), 'put /a/x1=1 1..1; put /a/x2=1 4..4');
    },
  },
  {
    name: 'watch from a revision of the future waits for it',
    run: async ({ store }) => {
      await using watch = follow(store, '', 2);
      for (let i = 1; i <= 4; i++) await put(store, 'a', String(i));
      equal((await watch.upTo(4)).join('; '), 'put a=3 1..3; put a=4 1..4');
    },
  },
  {
    name: 'a watch nobody reads loses nothing of thousands of changes',
    run: async ({ store }) => {
      await using watch = follow(store, '/a/', 0, { held: true });
      const total = 20_000;
      for (let written = 0; written < total; written += 1000) {
        await Promise.all(Array.from({ length: 1000 }, (_, i) => put(store, `/a/${i % 13}`, String(written + i))));
      }
      watch.release();
      const events = await watch.upTo(total);
      equal(events.length, total);
      const revisions = events.map((text) => Number(/^put \S+ \d+\.\.(\d+)/.exec(text)?.[1]));
      equal(
        revisions.findIndex((revision, i) => revision !== i + 1),
        -1,
      );
    },
  },
  {
    name: 'watch with a prefix that nothing touches makes progress when asked',
    run: async ({ store }) => {
      await using watch = follow(store, '/quiet/', 0);
      await put(store, '/a', '1');
      await put(store, '/a', '2');
      equal((await watch.upTo(2)).length, 0);
      await put(store, '/a', '3');
      equal((await watch.upTo(3)).length, 0);
    },
  },
  {
    name: 'a watch ends when its signal fires and when the store closes',
    run: async ({ store }) => {
      const abort = new AbortController();
      const first = drain(store.watch({ prefix: '', afterRevision: 0 }, abort.signal));
      const second = drain(store.watch({ prefix: '', afterRevision: 0 }, new AbortController().signal));
      const aborted = drain(store.watch({ prefix: '', afterRevision: 0 }, AbortSignal.abort()));
      abort.abort();
      await first;
      await aborted;
      await store.close();
      await second;
      equal(await codeOf(put(store, 'a', '1')), 503);
    },
  },
  {
    name: 'compaction keeps the state of its revision and later, and refuses what is before',
    run: async ({ store }) => {
      await put(store, 'a', '1');
      await put(store, 'b', '1');
      await put(store, 'a', '2');
      await store.delete('b');
      await put(store, 'a', '3');
      await store.compact(3);
      equal(await store.compactedRevision(), 3);
      equal(await stateAt(store, 3), 'a=2 1..3, b=1 2..2');
      equal(await stateAt(store, 4), 'a=2 1..3');
      equal(await expired(store.list({ prefix: '', revision: 2 })), true);
      equal(await expired(store.get('a', { revision: 2 })), true);
      equal(await expired(drain(store.watch({ prefix: '', afterRevision: 2 }, new AbortController().signal))), true);
      await using watch = follow(store, '', 3);
      equal((await watch.upTo(5)).join('; '), 'delete b 4; put a=3 1..5');
      await store.compact(5);
      equal(await stateAt(store, 5), 'a=3 1..5');
      equal(entry(await store.get('a')), 'a=3 1..5');
      await store.compact(2);
      equal(await store.compactedRevision(), 5);
    },
  },
  {
    name: 'an entry with a time to live is deleted after it, unless put again',
    run: async ({ store, advance }) => {
      await store.put('short', bytes('1'), { ttlSeconds: 60 });
      await store.put('renewed', bytes('1'), { ttlSeconds: 60 });
      await store.put('kept', bytes('1'), { ttlSeconds: 60 });
      await advance(40_000);
      await store.put('renewed', bytes('2'), { ttlSeconds: 60 });
      await store.put('kept', bytes('2'));
      equal(await keys(store), 'kept renewed short');
      await using watch = follow(store, '', 5);
      await advance(22_000);
      await watch.upTo(6);
      equal(await keys(store), 'kept renewed');
      await advance(60_000);
      await watch.upTo(7);
      equal(await keys(store), 'kept');
      equal((await watch.upTo(7)).join('; '), 'delete short 6; delete renewed 7');
    },
  },
  {
    name: 'after a restart: the same state, history, counter, compaction and times to live',
    restarts: true,
    run: async ({ store, reopen, advance }) => {
      await put(store, 'a', '1');
      await put(store, 'a', '2');
      await store.put('b', bytes('1'), { ttlSeconds: 60 });
      await put(store, 'a', '3');
      await put(store, 'c', '1');
      await store.compact(2);
      await store.delete('c');
      await advance(30_000);
      let again = await reopen();
      equal(await again.revision(), 6);
      equal(await again.compactedRevision(), 2);
      equal(await stateAt(again, 5), 'a=3 1..4, b=1 3..3, c=1 5..5');
      equal(await stateAt(again, 6), 'a=3 1..4, b=1 3..3');
      equal(await stateAt(again, 2), 'a=2 1..2');
      equal(await expired(again.list({ prefix: '', revision: 1 })), true);
      {
        await using watch = follow(again, '', 3);
        equal((await watch.upTo(6)).join('; '), 'put a=3 1..4; put c=1 5..5; delete c 6');
      }
      await advance(32_000);
      {
        await using watch = follow(again, '', 6);
        equal((await watch.upTo(7)).join('; '), 'delete b 7');
      }
      // The newest record is a deletion, and is compacted: its revision must not be given again.
      await again.compact(7);
      again = await reopen();
      equal(result(await put(again, 'd', '1')), 'revision 8');
      equal(result(await put(again, 'a', '4')), 'revision 9');
    },
  },
];

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function put(store: Store, key: string, value: string, expectedModRevision?: number): Promise<WriteResult> {
  return store.put(key, bytes(value), { expectedModRevision });
}

function entry(found: StoreEntry | undefined): string {
  if (!found) return 'none';
  return `${found.key}=${new TextDecoder().decode(found.value)} ${found.createRevision}..${found.modRevision}`;
}

function result(answer: WriteResult): string {
  if (!answer.succeeded) return `current ${entry(answer.current)}`;
  return `revision ${answer.revision}`;
}

function eventText(event: StoreEvent): string {
  return event.type === 'put' ? `put ${entry(event.entry)}` : `delete ${event.key} ${event.revision}`;
}

async function stateAt(store: Store, revision: number): Promise<string> {
  return (await store.list({ prefix: '', revision })).entries.map(entry).join(', ');
}

async function keys(store: Store): Promise<string> {
  return (await store.list({ prefix: '' })).entries.map(({ key }) => key).join(' ');
}

interface Follower extends AsyncDisposable {
  /** All events so far, once the watch has reached the revision. */
  upTo(revision: number): Promise<readonly string[]>;
  /** A held follower starts reading. */
  release(): void;
}

/** Reads a watch to the end in the background. */
function follow(store: Store, prefix: string, afterRevision: number, options: { held?: boolean } = {}): Follower {
  const abort = new AbortController();
  const stream = store.watch({ prefix, afterRevision }, abort.signal);
  const events: string[] = [];
  let reached = afterRevision;
  let wake = () => {};
  const released = Promise.withResolvers<void>();
  if (!options.held) released.resolve();
  const take = (batch: WatchBatch) => {
    for (const event of batch.events) {
      const revision = event.type === 'put' ? event.entry.modRevision : event.revision;
      if (revision <= reached || revision > batch.revision) {
        throw new AssertionError(
          `${eventText(event)} after revision ${reached} in a batch of revision ${batch.revision}`,
        );
      }
      reached = revision;
      events.push(eventText(event));
    }
    reached = Math.max(reached, batch.revision);
    wake();
  };
  const reading = released.promise.then(async () => {
    for await (const batch of stream) take(batch);
  });
  reading.catch(() => wake());
  return {
    upTo: async (revision) => {
      if (reached < revision) stream.requestProgress();
      while (reached < revision) {
        const woken = new Promise<void>((resolve) => {
          wake = resolve;
        });
        await Promise.race([woken, reading]);
      }
      return events;
    },
    release: () => released.resolve(),
    [Symbol.asyncDispose]: async () => {
      abort.abort();
      released.resolve();
      await reading;
    },
  };
}

async function drain(watch: AsyncIterable<WatchBatch>): Promise<void> {
  for await (const batch of watch) void batch;
}

async function codeOf(call: Promise<unknown>): Promise<number> {
  try {
    await call;
  } catch (error) {
    if (isStatusError(error)) return error.code;
    throw error;
  }
  return 200;
}

async function expired(call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return false;
  } catch (error) {
    if (isExpired(error)) return true;
    throw error;
  }
}

function equal(actual: unknown, expected: unknown): void {
  if (actual !== expected) throw new AssertionError(`got\n${String(actual)}\nexpected\n${String(expected)}`);
}
