/**
 * Writes of the server itself inside an action: compare-and-set on the stored object, without the admission and validation of a
 * client's update (the action has its own).
 */

import { newConflict, newNotFound, optimisticLockMessage } from '#api/errors.ts';
import type { KubeObject } from '#api/object.ts';
import { type Draft, mutableCopy } from '#base/edit.ts';
import { CachedObject } from '../cache/cached-object.ts';
import type { RequestContext } from '../context.ts';
import { whenFresh } from './read.ts';
import { encodeForStore, type MutableObject, putObject } from './write.ts';

/** Attempts against concurrent writers of the same object. */
const maxAttempts = 20;

/** `recipe` gets the current state and a draft of it; what it throws ends the write. Throws NotFound when there is no such object. */
export async function mutateObject(
  context: RequestContext,
  name: string,
  recipe: (draft: Draft<KubeObject>, current: KubeObject) => void,
  dryRun: boolean,
): Promise<KubeObject> {
  const { server, resource, info } = context;
  const key = resource.keyOf(info.namespace, name);
  for (let attempt = 1; attempt <= maxAttempts; attempt++) {
    const waiting = whenFresh(resource, server.store, '');
    if (waiting) await waiting;
    const current = resource.cache.get(key);
    if (!current) throw newNotFound(resource.name, name);
    const reading = resource.whenReadable([current]);
    if (reading) await reading;
    const draft = mutableCopy(current.object) as MutableObject;
    recipe(draft, current.object);
    if (dryRun) return current.object;
    const written = await putObject(context, key, await encodeForStore(resource, draft), current.revision);
    if (written instanceof CachedObject) return written.object;
  }
  throw newConflict(resource.name, name, optimisticLockMessage);
}
