/**
 * DELETE of a collection: what the selectors match, each as by its own delete; answers the list of what was there. The first that cannot be deleted
 * ends it, and so does a client that left or whose time is up; nothing is deleted after the answer.
 */

import { isNotFound } from '#api/errors.ts';
import type { KubeObject } from '#api/object.ts';
import type { ApiResponse } from '#api/request.ts';
import { throwIfAborted } from '#base/abort.ts';
import { assert } from '#base/errors.ts';
import type { RequestContext } from '../context.ts';
import { parseDeleteOptions } from '../request/delete-options.ts';
import { parseListOptions } from '../request/list-options.ts';
import { deleteObject, warnOfDefaults } from './delete.ts';
import { listObjects } from './list.ts';
import { matcherOf } from './read.ts';

/** Deletes under way at a time: the store commits them in groups. */
const parallelDeletes = 32;

export async function deleteCollection(context: RequestContext): Promise<ApiResponse> {
  const codec = context.server.registry.codecOf('meta.k8s.io', 'v1', 'DeleteOptions');
  assert(codec, 'no schema for DeleteOptions');
  const selection = parseListOptions(context.request.query, false);
  // What is wrong with the selection is told first.
  matcherOf(context.resource, selection);
  const options = parseDeleteOptions(context.request, codec);
  context.audit?.requestObject(options as KubeObject, () => JSON.stringify(options));
  warnOfDefaults(context, options);
  const found = await listObjects(context, selection);
  const names = found.items.map(({ object }) => object.metadata);
  const { signal } = context.request;
  let next = 0;
  let failure: { readonly error: unknown } | undefined;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < names.length && !failure && !signal.aborted; at = next++) {
      const { name = '', namespace = '' } = names[at] ?? {};
      const target = { ...context, info: { ...context.info, namespace, name } };
      await deleteObject(target, name, options).catch((error: unknown) => {
        if (!isNotFound(error)) failure ??= { error };
      });
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallelDeletes, names.length) }, worker));
  if (failure) throw failure.error;
  throwIfAborted(signal);
  return found;
}
