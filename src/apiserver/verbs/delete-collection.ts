/** DELETE of a collection: what the selectors match, each as by its own delete; answers the list of what was there. */

import { isNotFound } from '#api/errors.ts';
import type { KubeObject } from '#api/object.ts';
import type { ApiResponse } from '#api/request.ts';
import { assert } from '#base/errors.ts';
import type { RequestContext } from '../context.ts';
import { parseDeleteOptions } from '../request/delete-options.ts';
import { parseListOptions } from '../request/list-options.ts';
import { deleteObject } from './delete.ts';
import { listObjects } from './list.ts';

/** Deletes under way at a time: the store commits them in groups. */
const parallelDeletes = 32;

export async function deleteCollection(context: RequestContext): Promise<ApiResponse> {
  const codec = context.server.registry.codecOf('meta.k8s.io', 'v1', 'DeleteOptions');
  assert(codec, 'no schema for DeleteOptions');
  const options = parseDeleteOptions(context.request, codec);
  context.audit?.requestObject(options as KubeObject, () => JSON.stringify(options));
  const found = await listObjects(context, parseListOptions(context.request.query, false));
  const names = found.items.map(({ object }) => object.metadata);
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < names.length; at = next++) {
      const { name = '', namespace = '' } = names[at] ?? {};
      const target = { ...context, info: { ...context.info, namespace, name } };
      await deleteObject(target, name, options).catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallelDeletes, names.length) }, worker));
  return found;
}
