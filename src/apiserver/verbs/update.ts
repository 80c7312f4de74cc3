/**
 * PUT and the write path that PUT and PATCH share: from the current state to the next by compare-and-set.
 *
 * A request that names a resourceVersion gets Conflict when it is not the newest; one that does not is worked out again on
 * the newer state, a bounded number of times.
 */

import { newConflict, newInvalid, newNotFound, optimisticLockMessage } from '#api/errors.ts';
import { invalid } from '#api/field-error.ts';
import type { KubeObject } from '#api/object.ts';
import type { ApiResponse, EncodedObject } from '#api/request.ts';
import { mutableCopy } from '#base/edit.ts';
import { equalTrees, unequalParts } from '#base/equal.ts';
import { CachedObject, PlainObject } from '../cache/cached-object.ts';
import type { RequestContext } from '../context.ts';
import { admissionOptions, parseWriteOptions, type WriteOptions } from '../request/write-options.ts';
import { fateOf, type WriteFate } from '../write-hooks.ts';
import { createObject } from './create.ts';
import { removeNow } from './delete.ts';
import { keepTimesOfNoChange, keepValidManagers, updateManagedFields } from './managed.ts';
import { dropDuplicateOwners } from './owner-references.ts';
import { whenFresh } from './read.ts';
import { storageErrorText } from './storage-key.ts';
import { takenBySubresource, viewOf } from './view.ts';
import {
  admissionContext,
  applyDefaults,
  checkName,
  checkSize,
  decodeObject,
  encodeForStore,
  ensureNamespace,
  hookContext,
  isStatus,
  type MutableObject,
  othersTurn,
  putObject,
  revisionOf,
  sameBytes,
  shownAs,
  validateChanged,
} from './write.ts';

/** How often a write without a resourceVersion is worked out on a newer state (upstream's patch: 5). */
const maxAttempts = 5;

export async function update(context: RequestContext): Promise<ApiResponse> {
  const options = parseWriteOptions(context.request, 'UpdateOptions');
  const { resource, info } = context;
  const view = viewOf(context);
  if (view) {
    const submitted = decodeObject(context, view.codec, view, options);
    ensureNamespace(context, submitted);
    checkName(submitted, info.name);
    const make = (current: KubeObject) => view.write(current, submitted);
    const { object } = await updateObject(context, options, { make });
    return { type: 'object', status: 200, body: view.encode(object.object) };
  }
  const expected = { apiVersion: resource.apiVersion, kind: resource.definition.kind };
  const submitted = decodeObject(context, resource.codec, expected, options);
  const decoded = othersTurn(context);
  if (decoded) await decoded;
  ensureNamespace(context, submitted);
  checkName(submitted, info.name);
  dropDuplicateOwners(context, submitted);
  applyDefaults(resource, submitted);
  checkSize(context, submitted);
  const make = () => mutableCopy(submitted) as MutableObject;
  const mayCreate = resource.definition.allowCreateOnUpdate && (info.subresource === '' || isStatus(context));
  const result = await updateObject(context, options, { make, create: mayCreate ? make : undefined });
  return { type: 'object', status: result.created ? 201 : 200, body: result.object };
}

export interface UpdatePlan {
  /** The next state, fresh and mutable, from the current one (and its bytes); called again when the object changed meanwhile. */
  readonly make: (current: KubeObject, cached: CachedObject) => MutableObject | Promise<MutableObject>;
  /** The object to create when there is none; absent: 404. */
  readonly create?: (() => MutableObject | Promise<MutableObject>) | undefined;
  /** True when `make` has set managedFields itself (apply). */
  readonly managed?: boolean;
}

export interface UpdateResult {
  readonly object: EncodedObject;
  readonly created: boolean;
}

/** Carries a plan out: compare-and-set with a bounded number of attempts. Throws NotFound, Conflict, Invalid, Forbidden ... */
export async function updateObject(
  context: RequestContext,
  options: WriteOptions,
  plan: UpdatePlan,
): Promise<UpdateResult> {
  const { server, resource, info } = context;
  const key = resource.keyOf(info.namespace, info.name);
  for (let attempt = 1; ; attempt++) {
    const waiting = whenFresh(resource, server.store, '');
    if (waiting) await waiting;
    const current = resource.cache.get(key);
    if (!current) {
      if (!plan.create) throw newNotFound(resource.name, info.name);
      return {
        object: await createMissing(context, options, await plan.create(), plan.managed ?? false),
        created: true,
      };
    }
    const reading = resource.whenReadable([current]);
    if (reading) await reading;
    const written = await attemptUpdate(context, options, plan, current);
    if (written.object) return { object: written.object, created: false };
    if (written.conditional || attempt >= maxAttempts)
      throw newConflict(resource.name, info.name, optimisticLockMessage);
  }
}

async function createMissing(
  context: RequestContext,
  options: WriteOptions,
  draft: MutableObject,
  managed: boolean,
): Promise<EncodedObject> {
  if (draft.metadata.uid) {
    const { name } = context.resource;
    const { uid } = draft.metadata;
    const cause =
      context.request.method === 'PATCH'
        ? `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`
        : storageErrorText(
            context,
            context.info.name,
            `Precondition failed: UID in precondition: ${uid}, UID in object meta: `,
          );
    throw newConflict(name, context.info.name, cause);
  }
  delete draft.metadata.resourceVersion;
  const creation = managed ? { ...options, applied: draft.metadata.managedFields ?? [] } : options;
  return createObject(context, draft, creation, context.authorizeCreate);
}

interface Attempt {
  /** Absent: somebody else wrote first. */
  readonly object?: EncodedObject;
  /** The request named a resourceVersion: no second attempt. */
  readonly conditional: boolean;
}

async function attemptUpdate(
  context: RequestContext,
  options: WriteOptions,
  plan: UpdatePlan,
  current: CachedObject,
): Promise<Attempt> {
  const { server, resource, info } = context;
  const { definition } = resource;
  const old = current.object;
  const making = plan.make(old, current);
  let draft = making instanceof Promise ? await making : making;
  const made = othersTurn(context);
  if (made) await made;
  checkUid(context, draft, old);
  const conditional = checkRevision(context, draft, current);
  keepSystemFields(draft, old);
  isolate(context, draft, old);
  const managing = plan.managed ? undefined : updateManagedFields(context, old, draft, options);
  if (managing) await managing;
  const followed = othersTurn(context);
  if (followed) await followed;

  const managed = draft.metadata.managedFields;
  const view = viewOf(context);
  const judged = view && { view, kind: view.ownKind, object: mutableCopy(view.read(draft)) };
  const admitContext = admissionContext(context, 'UPDATE', {
    object: judged?.object ?? draft,
    oldObject: judged ? judged.view.read(old) : old,
    ...(judged ? { kind: judged.kind } : {}),
    dryRun: options.dryRun,
    options: admissionOptions('UpdateOptions', options),
  });
  const admitting = server.admission.admit(admitContext);
  if (admitting) await admitting;
  keepValidManagers(context, draft, managed);
  draft = judged ? judged.view.write(draft, judged.object) : takenBySubresource(context, draft, old);
  if (admitContext.reinvocation?.requested) {
    // Policies and webhooks have no more say in these than clients.
    keepSystemFields(draft, old);
    isolate(context, draft, old);
  }
  dropDuplicateOwners(context, draft, 'after mutating admission happens');
  applyDefaults(resource, draft);
  prepare(context, draft, old);
  const hooks = info.subresource === '' ? server.writeHooks.get(`${definition.group}/${definition.plural}`) : undefined;
  const readying = hooks?.ready?.();
  if (readying) await readying;
  const preparing = hooks?.beforeWrite?.(draft, old, options.dryRun);
  const finish = preparing instanceof Promise ? await preparing : preparing;
  let fate: WriteFate = 'refused';
  try {
    const judging = judged ? admitContext : { ...admitContext, object: draft };
    const inspecting = server.admission.inspect(judging);
    validateChanged(context, draft, old, inspecting ? await inspecting : []);
    const validated = othersTurn(context);
    if (validated) await validated;
    const validating = server.admission.validate(judging);
    if (validating) await validating;

    keepTimesOfNoChange(draft, old);
    const encoding = encodeForStore(resource, draft, !plan.managed);
    const encoded = encoding instanceof Promise ? await encoding : encoding;
    if (options.dryRun) {
      const { codec } = resource;
      const view = shownAs(resource, encoded);
      const shown = { ...view, metadata: { ...view.metadata, resourceVersion: String(current.revision) } };
      return {
        object: new PlainObject(shown, (object) => codec.encodeJson(object), codec.encodeProtobuf),
        conditional,
      };
    }
    if (isGone(context, encoded.view, old)) {
      const removed = await removeNow(context, current, encoded);
      if (!removed) return { conditional };
      fate = 'committed';
      // Whoever took the last finalizer gets what was sent, in the version that it was made from.
      const sent = new CachedObject(current.key, encoded.value, current.revision, resource.form);
      const reading = resource.whenReadable([sent]);
      if (reading) await reading;
      return { object: sent, conditional };
    }
    const stale = server.store.isStale?.(resource.prefix + current.key, current.value);
    if (!stale && sameBytes(encoded.value, current.value)) return { object: current, conditional };
    const written = await putObject(context, current.key, encoded, current.revision);
    if (!(written instanceof CachedObject)) return { conditional };
    fate = 'committed';
    return { object: written, conditional };
  } catch (error) {
    fate = fateOf(error);
    throw error;
  } finally {
    finish?.(fate);
  }
}

/** True when the request is about one resourceVersion. Throws Conflict when it is not the current one. */
function checkRevision(context: RequestContext, draft: MutableObject, current: CachedObject): boolean {
  const { resource, info } = context;
  const revision = revisionOf(draft.metadata.resourceVersion);
  if (revision !== 0) {
    if (revision === current.revision) return context.request.method === 'PUT';
    throw newConflict(resource.name, info.name, optimisticLockMessage);
  }
  // A Scale without a version is written into whatever there is.
  if (!resource.definition.allowUnconditionalUpdate && !viewOf(context)) {
    const error = invalid('metadata.resourceVersion', 0, 'must be specified for an update');
    // Upstream names the resource where the kind would be.
    const { group, plural } = resource.definition;
    throw newInvalid({ group, kind: plural }, info.name, [error]);
  }
  return false;
}

function checkUid(context: RequestContext, draft: MutableObject, old: KubeObject): void {
  const { resource, info } = context;
  const { uid } = draft.metadata;
  // Of a patch the uid is a field as others, which validation finds immutable.
  if (!uid || context.request.method === 'PATCH' || uid === old.metadata?.uid) return;
  throw newConflict(
    resource.name,
    info.name,
    storageErrorText(
      context,
      info.name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata?.uid}`,
    ),
  );
}

/** What no update can change, whatever the client sent (rest.BeforeUpdate). */
function keepSystemFields(draft: MutableObject, old: KubeObject): void {
  const { metadata } = draft;
  const before = old.metadata ?? {};
  metadata.uid ||= before.uid;
  metadata.creationTimestamp = before.creationTimestamp;
  if (before.deletionTimestamp) {
    metadata.deletionTimestamp = before.deletionTimestamp;
    metadata.deletionGracePeriodSeconds ??= before.deletionGracePeriodSeconds;
  }
  if (before.generation === undefined) delete metadata.generation;
  else metadata.generation = before.generation;
  if (before.selfLink === undefined) delete metadata.selfLink;
}

/** Spec and status are written apart: what the request may not write is as it was. Views say themselves what they write. */
function isolate(context: RequestContext, draft: MutableObject, old: KubeObject): void {
  const fields = draft as Record<string, unknown>;
  const before = old as Readonly<Record<string, unknown>>;
  if (isStatus(context)) {
    for (const field of Object.keys({ ...fields, ...before })) {
      if (field !== 'status' && field !== 'metadata') setOrDelete(fields, field, before[field]);
    }
    if (keepsMetadata(context)) {
      const { managedFields, resourceVersion } = draft.metadata;
      draft.metadata = { ...mutableCopy(old.metadata), managedFields, resourceVersion };
    }
  } else if (context.info.subresource === '' && context.resource.definition.hasStatus) {
    setOrDelete(fields, 'status', before.status);
  }
}

/** Writes of a custom resource's status say nothing about its metadata, be it right or wrong. */
function keepsMetadata({ resource, info }: RequestContext): boolean {
  const written = resource.definition.subresources.find(({ name }) => name === info.subresource);
  return written?.resetFields?.some((path) => path.length === 1 && path[0] === 'metadata') ?? false;
}

/** Runs the definition's hooks, counts the generation. */
function prepare(context: RequestContext, draft: MutableObject, old: KubeObject): void {
  const { definition } = context.resource;
  const hooks = hookContext(context);
  if (isStatus(context)) {
    definition.prepareForStatusUpdate?.(draft, old, hooks);
    return;
  }
  definition.prepareForUpdate?.(draft, old, hooks);
  if (definition.tracksGeneration && contentChanged(context, draft, old)) {
    draft.metadata.generation = (old.metadata?.generation ?? 0) + 1;
  }
}

function setOrDelete(fields: Record<string, unknown>, field: string, value: unknown): void {
  if (value === undefined) delete fields[field];
  else fields[field] = mutableCopy(value);
}

/** Anything but metadata and what only the status subresource writes differs. What is written is what counts. */
function contentChanged({ resource }: RequestContext, draft: MutableObject, old: KubeObject): boolean {
  const { generationCounts, hasStatus } = resource.definition;
  if (generationCounts && !equalTrees(draft.metadata[generationCounts] ?? {}, old.metadata?.[generationCounts] ?? {}))
    return true;
  // Where everybody writes the status, it is content like all else.
  const isContent = (field: string): boolean => field !== 'metadata' && !(hasStatus && field === 'status');
  const parts = unequalParts(draft, old, 2, isContent);
  if (!parts) return false;
  const [next, before] = parts.map((part) => resource.codec.encodeJson(part as KubeObject));
  return !sameBytes(next as Uint8Array, before as Uint8Array);
}

/** The update took away the last thing that kept a deleted object. */
function isGone({ resource }: RequestContext, next: KubeObject, old: KubeObject): boolean {
  const { metadata } = next;
  if (!old.metadata?.deletionTimestamp || !metadata?.deletionTimestamp) return false;
  if (metadata.finalizers && metadata.finalizers.length > 0) return false;
  if (metadata.deletionGracePeriodSeconds) return false;
  return !resource.definition.holdsDeletion?.(next);
}
