/**
 * LIST: from the cache where the state asked for is the cache's; from the store's history for older snapshots (the later pages of
 * a list that began before the newest change, resourceVersionMatch=Exact).
 */

import { isExpired, newBadRequest, newResourceExpired, newTooLargeResourceVersion, StatusError } from '#api/errors.ts';
import type { ApiResponse } from '#api/request.ts';
import { afterKey } from '#store/store.ts';
import { CachedObject } from '../cache/cached-object.ts';
import type { RequestContext } from '../context.ts';
import { type ListOptions, parseListOptions, parseResourceVersion } from '../request/list-options.ts';
import { decodeContinue, encodeContinue } from './continue-token.ts';
import { keyRange, type Matcher, matcherOf, whenFresh } from './read.ts';

type ListResponse = Extract<ApiResponse, { readonly type: 'list' }>;

export async function list(context: RequestContext): Promise<ListResponse> {
  return listObjects(context, parseListOptions(context.request.query, false));
}

export async function listObjects(context: RequestContext, options: ListOptions): Promise<ListResponse> {
  const { server, info, resource } = context;
  const matches = matcherOf(resource, options);
  const { from, to } = keyRange(resource.namespaced ? info.namespace : '');
  const { continueToken, resourceVersion } = options;
  if (continueToken !== '') {
    const token = decodeContinue(continueToken);
    if (resourceVersion !== '' && resourceVersion !== '0') {
      throw newBadRequest('specifying resource version is not allowed when using continue');
    }
    const start = from + token.start;
    await whenFresh(resource, server.store, '');
    if (token.revision > resource.cache.revision)
      throw newTooLargeResourceVersion(token.revision, resource.cache.revision, 1);
    if (token.revision < 0) return fromCache(context, options, matches, start, to);
    return atRevision(context, options, matches, token.revision, start, to);
  }
  if (options.resourceVersionMatch === 'Exact') {
    const revision = parseResourceVersion(resourceVersion);
    const newest = await server.store.revision();
    if (revision > newest) throw newTooLargeResourceVersion(String(BigInt(resourceVersion)), newest, 1);
    await whenFresh(resource, server.store, '');
    return atRevision(context, options, matches, revision, from, to);
  }
  await whenFresh(resource, server.store, resourceVersion);
  return fromCache(context, options, matches, from, to);
}

/** The state as of the revision: the cache's when nothing changed since, otherwise the store's. */
async function atRevision(
  context: RequestContext,
  options: ListOptions,
  matches: Matcher | undefined,
  revision: number,
  start: string,
  to: string,
): Promise<ListResponse> {
  const { server, resource } = context;
  const { cache, prefix, form } = resource;
  // A snapshot lasts as long as the store's history, whether or not the cache could still show it: clients rely on the end.
  if (revision < (await server.store.compactedRevision())) throw expired(context, options, start);
  if (cache.lastChange <= revision) return fromCache(context, options, matches, start, to, revision);
  const items: CachedObject[] = [];
  const limit = options.limit || Number.POSITIVE_INFINITY;
  const end = to === '' ? undefined : prefix + to;
  let cursor = prefix + start;
  try {
    for (;;) {
      const pageLimit = limit === Number.POSITIVE_INFINITY ? undefined : matches ? pageSize : limit - items.length;
      const page = await server.store.list({ prefix, start: cursor, end, revision, limit: pageLimit });
      const objects = page.entries.map(
        ({ key, value, modRevision }) => new CachedObject(key.slice(prefix.length), value, modRevision, form),
      );
      const reading = matches && resource.whenReadable(objects);
      if (reading) await reading;
      for (const [position, object] of objects.entries()) {
        if (items.length === limit) {
          return await response(context, items, revision, {
            start: object.key,
            remaining: matches ? undefined : page.count - position,
          });
        }
        if (!matches || matches(object)) items.push(object);
      }
      const last = page.entries[page.entries.length - 1];
      if (!page.more || !last) return response(context, items, revision, undefined);
      cursor = afterKey(last.key);
      if (items.length === limit) {
        return response(context, items, revision, {
          start: cursor.slice(prefix.length),
          remaining: matches ? undefined : page.count - page.entries.length,
        });
      }
    }
  } catch (error) {
    if (isExpired(error)) throw expired(context, options, start);
    throw error;
  }
}

/** Objects read from the store at a time while a selector is looking for matches. */
const pageSize = 500;

async function fromCache(
  context: RequestContext,
  options: ListOptions,
  matches: Matcher | undefined,
  start: string,
  to: string,
  revision = context.resource.cache.revision,
): Promise<ListResponse> {
  const { resource } = context;
  const { cache } = resource;
  const { limit } = options;
  // A snapshot where the whole is needed; also while a selector waits for its conversion.
  const all = limit <= 0 || (matches && resource.form.converted) ? cache.slice(start, to) : undefined;
  const reading = matches && all && resource.whenReadable(all);
  if (reading) await reading;
  if (all && limit <= 0) {
    return response(context, matches ? all.filter(matches) : all, revision, undefined);
  }
  const items: CachedObject[] = [];
  for (const item of all ?? cache.range(start, to)) {
    if (matches && !matches(item)) continue;
    if (items.length === limit) {
      const next = afterKey((items[items.length - 1] as CachedObject).key);
      return response(context, items, revision, {
        start: next,
        remaining: matches ? undefined : cache.count(next, to),
      });
    }
    items.push(item);
  }
  return response(context, items, revision, undefined);
}

async function response(
  context: RequestContext,
  items: readonly CachedObject[],
  revision: number,
  rest: { readonly start: string; readonly remaining: number | undefined } | undefined,
): Promise<ListResponse> {
  const { resource } = context;
  const reading = resource.whenReadable(items);
  if (reading) await reading;
  return {
    type: 'list',
    status: 200,
    apiVersion: resource.apiVersion,
    kind: resource.definition.listKind,
    metadata: {
      resourceVersion: String(revision),
      ...(rest ? { continue: continueAt(context, revision, rest.start) } : resource.codec.listMetadata),
      ...(rest?.remaining !== undefined ? { remainingItemCount: rest.remaining } : {}),
    },
    items,
    itemsOmitKind: !resource.isCustom,
  };
}

/** 410: for a page with the token by which a client may go on without the snapshot. */
function expired(context: RequestContext, { continueToken }: ListOptions, start: string): StatusError {
  if (continueToken === '') return newResourceExpired('The resourceVersion for the provided list is too old.');
  const { status } = newResourceExpired(
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
  );
  return new StatusError({ ...status, metadata: { continue: continueAt(context, -1, start) } });
}

/** The token names its place below what the list is about: it says nothing about another namespace, and leads nowhere else. */
function continueAt({ resource, info }: RequestContext, revision: number, start: string): string {
  const { from } = keyRange(resource.namespaced ? info.namespace : '');
  return encodeContinue({ revision, start: start.slice(from.length) });
}
