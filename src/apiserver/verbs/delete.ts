/** DELETE of one object. */

import { newConflict, newNotFound, optimisticLockMessage } from '#api/errors.ts';
import type { DeleteOptions } from '#api/generated/meta-v1.ts';
import type { KubeObject } from '#api/object.ts';
import type { ApiResponse, EncodedObject } from '#api/request.ts';
import { deepFreeze } from '#base/edit.ts';
import { assert } from '#base/errors.ts';
import { CachedObject } from '../cache/cached-object.ts';
import type { RequestContext } from '../context.ts';
import { parseDeleteOptions } from '../request/delete-options.ts';
import { planDeletion } from './deletion.ts';
import { whenFresh } from './read.ts';
import { admissionContext, type EncodedForStore, encodeForStore, putObject } from './write.ts';

/** Attempts against concurrent writers of the same object. */
const maxAttempts = 20;

export async function deleteOne(context: RequestContext): Promise<ApiResponse> {
  const codec = context.server.registry.codecOf('meta.k8s.io', 'v1', 'DeleteOptions');
  assert(codec, 'no schema for DeleteOptions');
  const options = parseDeleteOptions(context.request, codec);
  context.audit?.requestObject(options as KubeObject, () => JSON.stringify(options));
  warnOfDefaults(context, options);
  const { object, removed } = await deleteObject(context, context.info.name, options);
  const { definition } = context.resource;
  // Upstream answers 202 only to this old spelling of cascading deletion.
  const status = !removed && options.orphanDependents === false ? 202 : 200;
  if (!removed || definition.returnsDeletedObject) return { type: 'object', status, body: object };
  return {
    type: 'object',
    status,
    body: context.server.registry.encoded('', 'v1', successStatus(context, object.object)),
  };
}

/** Warns where deletion does by default what few expect. */
export function warnOfDefaults({ resource, warnings }: RequestContext, options: DeleteOptions): void {
  const { deletionAdvice } = resource.definition;
  if (deletionAdvice && options.propagationPolicy === undefined && options.orphanDependents === undefined)
    warnings.push(deletionAdvice);
}

export interface DeleteResult {
  /** The state that was removed, or the object as it is now being deleted. */
  readonly object: EncodedObject;
  readonly removed: boolean;
}

/** Deletes or marks for deletion. Throws NotFound, Conflict (preconditions), Forbidden (admission). */
export async function deleteObject(
  context: RequestContext,
  name: string,
  options: DeleteOptions,
): Promise<DeleteResult> {
  const { server, resource, info } = context;
  const key = resource.keyOf(info.namespace, name);
  const dryRun = (options.dryRun?.length ?? 0) > 0;
  for (let attempt = 1; attempt <= maxAttempts; attempt++) {
    const waiting = whenFresh(resource, server.store, '');
    if (waiting) await waiting;
    const current = resource.cache.get(key);
    if (!current) throw newNotFound(resource.name, name);
    const reading = resource.whenReadable([current]);
    if (reading) await reading;
    const plan = planDeletion(resource.definition, current.object, options, server.env.clock.now());
    // At every attempt: it is this object that goes, and the one before may have had another uid.
    await admit(context, name, current.object, options, dryRun);
    if (plan.type === 'pending') return { object: current, removed: false };
    if (plan.type === 'remove') {
      const last = plan.marked && (await encodeForStore(resource, plan.marked));
      if (dryRun) return { object: last ? shownAt(context, last, current.revision) : current, removed: true };
      const removed = await removeNow(context, current, last);
      if (removed) return { object: removed, removed: true };
      continue;
    }
    const encoded = await encodeForStore(resource, plan.draft);
    if (dryRun) return { object: shownAt(context, encoded, current.revision), removed: false };
    const written = await putObject(context, key, encoded, current.revision);
    if (written instanceof CachedObject) return { object: written, removed: false };
  }
  throw newConflict(resource.name, name, optimisticLockMessage);
}

/** What a dry run would have written, in the version that is still stored. */
function shownAt({ server, resource }: RequestContext, { view }: EncodedForStore, revision: number): EncodedObject {
  const { group, version } = resource.definition;
  const metadata = { ...view.metadata, resourceVersion: String(revision) };
  return server.registry.encoded(group, version, { ...view, metadata });
}

async function admit(
  context: RequestContext,
  name: string,
  old: KubeObject,
  options: DeleteOptions,
  dryRun: boolean,
): Promise<void> {
  const { admission } = context.server;
  const admitContext = admissionContext(context, 'DELETE', {
    object: undefined,
    oldObject: old,
    dryRun,
    // Of a collection, upstream's plugins are not told which of its objects goes by its name.
    name: context.info.verb === 'deletecollection' ? '' : name,
    options: { ...options, kind: 'DeleteOptions', apiVersion: 'meta.k8s.io/v1' },
  });
  const admitting = admission.admit(admitContext);
  if (admitting) await admitting;
  const validating = admission.validate(admitContext);
  if (validating) await validating;
}

/**
 * Takes the object out of the store if it still is the one that was looked at; undefined when somebody else wrote first. Answers the
 * last state: the stored one, or the one that the final update made.
 */
export async function removeNow(
  { server, resource }: RequestContext,
  current: CachedObject,
  last: EncodedForStore | undefined,
): Promise<EncodedObject | undefined> {
  const result = await server.store.delete(resource.prefix + current.key, { expectedModRevision: current.revision });
  if (!result.succeeded) return undefined;
  const { group, plural } = resource.definition;
  server.writeHooks.get(`${group}/${plural}`)?.afterDelete?.(current.object);
  // What is gone is shown as of its end.
  if (!last) return current.atRevision(result.revision);
  const removed = new CachedObject(current.key, last.value, result.revision, resource.form);
  const reading = resource.whenReadable([removed]);
  if (reading) await reading;
  return removed;
}

function successStatus({ resource }: RequestContext, object: KubeObject): KubeObject {
  const { group, resource: plural } = resource.name;
  const details = {
    name: object.metadata?.name,
    ...(group ? { group } : {}),
    kind: plural,
    uid: object.metadata?.uid,
  };
  return deepFreeze({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details });
}
