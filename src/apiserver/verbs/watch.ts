/**
 * WATCH: the state if asked for, then every change, until the time is up, the client leaves, or it falls too far behind.
 *
 * A watch that cannot start where it was asked to (the version is too old) answers 200 and an ERROR event, as upstream does.
 */

import { isExpired, newResourceExpired, type StatusError } from '#api/errors.ts';
import { exactMatch } from '#api/field-selector.ts';
import type { KubeObject } from '#api/object.ts';
import type {
  ApiResponse,
  EncodedWatchEvent,
  EventQueue,
  EventReader,
  InitialEvents,
  WatchEvents,
} from '#api/request.ts';
import type { Clock, Timer } from '#base/env.ts';
import { type CachedObject, PlainObject } from '../cache/cached-object.ts';
import type { Change } from '../cache/change.ts';
import type { WatchCache } from '../cache/watch-cache.ts';
import { InitialFrame, WatchFrame } from '../cache/watch-frame.ts';
import { inScope, type Watcher, type WatchScope } from '../cache/watcher.ts';
import type { RequestContext } from '../context.ts';
import type { Registry } from '../registry/registry.ts';
import { type Resource, triggerFieldOf } from '../registry/resource.ts';
import { parseListOptions, parseResourceVersion } from '../request/list-options.ts';
import { isTrue } from '../request/request-info.ts';
import { checkStreams } from '../wire/acceptable.ts';
import { keyRange, matcherOf, whenFresh } from './read.ts';

/** Watches without timeoutSeconds last this long or up to twice as long (upstream's --min-request-timeout). */
const minRequestTimeoutMs = 1800_000;
/** Bookmarks come about this often (upstream's cacher). */
const bookmarkIntervalMs = 60_000;
/** The last bookmark comes this long before the watch ends by its time. */
const lastBookmarkLeadMs = 2000;
/** Initial events handed over at a time. */
const initialBatch = 500;

const initialEventsEnd = { 'k8s.io/initial-events-end': 'true' };

export async function watch(context: RequestContext): Promise<ApiResponse> {
  const { server, request, info, resource } = context;
  const options = parseListOptions(request.query, isTrue(request.query.get('watch')));
  const matches = matcherOf(resource, options);
  checkStreams(request, resource.offer);
  const { resourceVersion, sendInitialEvents } = options;
  const namespace = resource.namespaced ? info.namespace : '';
  // GET /api/v1/watch/.../{name} and fieldSelector=metadata.name=x are the same watch.
  const name = info.name || exactMatch(options.fieldSelector, 'metadata.name');
  const triggerField = triggerFieldOf(resource.definition);
  const trigger = triggerField === undefined ? undefined : exactMatch(options.fieldSelector, triggerField);
  const scope = { namespace, name, trigger, matches };

  const { cache } = resource;
  const fromVersion = resourceVersion !== '' && resourceVersion !== '0' && !sendInitialEvents;
  await whenFresh(resource, server.store, fromVersion ? '0' : resourceVersion);

  const withState = sendInitialEvents ?? !fromVersion;
  const after = fromVersion ? parseResourceVersion(resourceVersion) : cache.revision;
  const { from, to } = keyRange(namespace);
  const isOld = after < cache.watchFloor;
  const watcher = cache.watch(scope, isOld ? cache.revision : after);
  const head: EncodedWatchEvent[] = [];
  try {
    const candidates = withState ? cache.slice(from, to).filter((item) => inScope(scope, item.key)) : [];
    const missed = isOld ? await changesSince(resource, scope, after, watcher.after, request.signal) : [];
    const reading = resource.whenReadable([...candidates, ...missed.flatMap(statesOf)]);
    if (reading) await reading;
    for (const item of candidates) if (!matches || matches(item)) head.push(new InitialFrame(item));
    for (const change of missed) {
      const frame = change.frameFor(matches);
      if (frame) head.push(frame);
    }
  } catch (error) {
    cache.unwatch(watcher);
    if (!isExpired(error)) throw error;
    context.watchInitialized();
    context.watchEnded();
    return watchResponse(failed(server.registry, error as StatusError));
  }
  if (sendInitialEvents && options.allowWatchBookmarks) head.push(bookmark(resource, after, initialEventsEnd));
  const config: WatchStreamConfig = {
    resource,
    watcher,
    clock: server.env.clock,
    signal: request.signal,
    initialized: context.watchInitialized,
    ended: context.watchEnded,
    bookmarks: options.allowWatchBookmarks,
    durationMs: options.timeoutSeconds
      ? options.timeoutSeconds * 1000
      : minRequestTimeoutMs * (1 + server.env.random.next()),
    jitter: server.env.random.next(),
  };
  return watchResponse(new WatchStream(config, head));
}

/** Throws Expired when the store has given them up, or they are too many. */
async function changesSince(
  { cache }: Resource,
  scope: WatchScope,
  after: number,
  until: number,
  signal: AbortSignal,
): Promise<Change[]> {
  const floor = cache.watchFloor;
  const tooOld = newResourceExpired(`too old resource version: ${after} (${floor})`);
  const changes = await cache.history(after, until, signal).catch((error: unknown) => {
    throw isExpired(error) ? tooOld : error;
  });
  if (!changes) throw tooOld;
  return changes.filter(({ key }) => inScope(scope, key));
}

function statesOf({ current, previous }: Change): CachedObject[] {
  return [current, previous].filter((state) => state !== undefined);
}

function watchResponse(events: WatchEvents): ApiResponse {
  return { type: 'watch', status: 200, events };
}

async function* failed(
  registry: Registry,
  error: StatusError,
): AsyncGenerator<readonly EncodedWatchEvent[], void, void> {
  yield [new WatchFrame('ERROR', registry.encoded('', 'v1', error.status as unknown as KubeObject))];
}

function bookmark(resource: Resource, revision: number, annotations?: Record<string, string>): WatchFrame {
  const object: KubeObject = {
    kind: resource.definition.kind,
    apiVersion: resource.apiVersion,
    metadata: { resourceVersion: String(revision), ...(annotations ? { annotations } : {}) },
  };
  const { codec } = resource;
  return new WatchFrame('BOOKMARK', new PlainObject(object, (value) => codec.encodeJson(value), codec.encodeProtobuf));
}

interface WatchStreamConfig {
  readonly resource: Resource;
  readonly watcher: Watcher;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly initialized: () => void;
  readonly ended: () => void;
  readonly bookmarks: boolean;
  readonly durationMs: number;
  readonly jitter: number;
}

/**
 * The events of one watch in batches: all that is queued goes out together. An object of its own rather than a generator: what it
 * holds is given back whether or not anybody begins to read. There are thousands of them that do nothing: each has one timer, and keeps
 * nothing of its beginning.
 */
class WatchStream implements WatchEvents, EventQueue, AsyncIterableIterator<readonly EncodedWatchEvent[]> {
  private readonly config: WatchStreamConfig;
  private readonly watcher: Watcher;
  private readonly cache: WatchCache;
  private readonly onAbort = () => this.close();
  private head: readonly EncodedWatchEvent[];
  private timer: Timer;
  /** Milliseconds of this watch: now, as its timer knows it, and when it has to do something. */
  private elapsed = 0;
  private nextBookmark = Number.POSITIVE_INFINITY;
  private lastBookmark = Number.POSITIVE_INFINITY;

  constructor(config: WatchStreamConfig, head: readonly EncodedWatchEvent[]) {
    this.config = config;
    this.watcher = config.watcher;
    this.cache = config.resource.cache;
    this.head = head;
    const { signal, durationMs } = config;
    if (config.bookmarks) {
      this.nextBookmark = bookmarkIntervalMs * (0.75 + config.jitter / 4);
      if (durationMs > 2 * lastBookmarkLeadMs) this.lastBookmark = durationMs - lastBookmarkLeadMs;
    }
    this.timer = this.nextTimer();
    if (head.length === 0) config.initialized();
    signal.addEventListener('abort', this.onAbort, { once: true });
    if (signal.aborted) this.close();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  takeInitial(): InitialEvents | undefined {
    const { head } = this;
    if (head.length === 0) return undefined;
    this.head = [];
    this.cache.countTaken(head.length);
    return { events: head, sent: this.config.initialized };
  }

  listen(reader: EventReader): this {
    this.watcher.listen(reader);
    return this;
  }

  take(): readonly EncodedWatchEvent[] | undefined {
    return this.taken(this.takeHead() ?? this.watcher.takeNow());
  }

  async next(): Promise<IteratorResult<readonly EncodedWatchEvent[], undefined>> {
    const value = this.taken(this.takeHead() ?? (await this.watcher.take()));
    return value ? { done: false, value } : { done: true, value };
  }

  private takeHead(): readonly EncodedWatchEvent[] | undefined {
    const { head } = this;
    if (head.length === 0) return undefined;
    this.head = head.slice(initialBatch);
    if (this.head.length === 0) this.config.initialized();
    return head.slice(0, initialBatch);
  }

  private taken(events: readonly EncodedWatchEvent[] | undefined): readonly EncodedWatchEvent[] | undefined {
    if (events) this.cache.countTaken(events.length);
    else this.close();
    return events;
  }

  async return(): Promise<IteratorResult<readonly EncodedWatchEvent[], undefined>> {
    this.close();
    return { done: true, value: undefined };
  }

  close(): void {
    const { resource, watcher, signal } = this.config;
    this.head = [];
    this.config.initialized();
    this.config.ended();
    this.timer.cancel();
    signal.removeEventListener('abort', this.onAbort);
    resource.cache.unwatch(watcher);
  }

  private nextTimer(): Timer {
    const due = Math.min(this.nextBookmark, this.lastBookmark, this.config.durationMs);
    return this.config.clock.after(due - this.elapsed, () => this.onDue(due));
  }

  private onDue(due: number): void {
    this.elapsed = due;
    if (due === this.config.durationMs) {
      this.watcher.end();
      return;
    }
    if (due === this.nextBookmark) this.nextBookmark += bookmarkIntervalMs;
    if (due === this.lastBookmark) this.lastBookmark = Number.POSITIVE_INFINITY;
    this.offerBookmark();
    this.timer = this.nextTimer();
  }

  private offerBookmark(): void {
    const { cache, watcher } = this;
    cache.give(watcher, bookmark(this.config.resource, Math.max(cache.deliver(), watcher.after)));
  }
}
