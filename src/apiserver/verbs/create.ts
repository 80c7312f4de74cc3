/** POST of an object (and PUT or apply of one that does not exist yet). */

import { newAlreadyExists, newBadRequest, newGenerateNameConflict } from '#api/errors.ts';
import type { KubeObject } from '#api/object.ts';
import type { ApiResponse, EncodedObject } from '#api/request.ts';
import { formatTime } from '#api/time.ts';
import { mutableCopy } from '#base/edit.ts';
import { nameSuffix, uuid } from '#base/env.ts';
import { CachedObject, PlainObject } from '../cache/cached-object.ts';
import type { RequestContext } from '../context.ts';
import { admissionOptions, parseWriteOptions, type WriteOptions } from '../request/write-options.ts';
import { fateOf, type WriteFate } from '../write-hooks.ts';
import { keepValidManagers, updateManagedFields } from './managed.ts';
import { dropDuplicateOwners } from './owner-references.ts';
import {
  admissionContext,
  applyDefaults,
  checkSize,
  decodeObject,
  encodeForStore,
  ensureNamespace,
  hookContext,
  type MutableObject,
  othersTurn,
  putObject,
  shownAs,
  validateNew,
  wipeSystemFields,
} from './write.ts';

/** Generated names are at most this long; the prefix is cut (apiserver storage/names). */
const maxNameLength = 63;
const suffixLength = 5;
/** Attempts to find a free generated name (RetryGenerateName). */
const maxNameAttempts = 8;

export async function create(context: RequestContext): Promise<ApiResponse> {
  const options = parseWriteOptions(context.request, 'CreateOptions');
  const { resource } = context;
  const draft = decodeObject(
    context,
    resource.codec,
    { apiVersion: resource.apiVersion, kind: resource.definition.kind },
    options,
  );
  const decoded = othersTurn(context);
  if (decoded) await decoded;
  ensureNamespace(context, draft);
  applyDefaults(resource, draft);
  checkSize(context, draft);
  return { type: 'object', status: 201, body: await createObject(context, draft, options) };
}

/**
 * Creates a decoded and defaulted object: admission, preparation, validation, the write. The draft is given away. `authorize` is asked
 * between validation and validating admission (upstream's withAuthorization); absent for those whose right was seen already.
 */
export async function createObject(
  context: RequestContext,
  draft: MutableObject,
  options: WriteOptions,
  authorize?: () => Promise<void> | undefined,
): Promise<EncodedObject> {
  const { server, resource } = context;
  const { env, admission } = server;
  const { definition } = resource;
  const { dryRun } = options;

  // What an update or an apply creates is shown with the times that it came with, as upstream does.
  const isPosted = context.request.method === 'POST';
  const isWhole = context.info.subresource === '';
  const dropsStatus = definition.hasStatus && !definition.keepsStatusOnCreate;

  dropDuplicateOwners(context, draft);
  if (isPosted) wipeSystemFields(draft);
  const applied = options.applied ?? undefined;
  if (dropsStatus && isWhole) delete (draft as { status?: unknown }).status;
  if (applied?.length === 0) delete draft.metadata.managedFields;
  else if (applied) draft.metadata.managedFields = applied;
  else {
    const managing = updateManagedFields(context, undefined, draft, options);
    if (managing) await managing;
  }
  const followed = othersTurn(context);
  if (followed) await followed;

  const managed = draft.metadata.managedFields;
  const admitContext = admissionContext(context, 'CREATE', {
    object: draft,
    oldObject: undefined,
    dryRun,
    name: draft.metadata.name ?? '',
    options: admissionOptions('CreateOptions', options),
  });
  const admitting = admission.admit(admitContext);
  if (admitting) await admitting;
  keepValidManagers(context, draft, managed);
  // A webhook that changed the namespace would have had the object made where its author may not.
  ensureNamespace(context, draft);
  dropDuplicateOwners(context, draft, 'after mutating admission happens');
  applyDefaults(resource, draft);

  // Only now: policies and webhooks neither see these nor have a say in them.
  if (isPosted) wipeSystemFields(draft);
  delete draft.metadata.selfLink;
  draft.metadata.creationTimestamp = formatTime(env.clock.now());
  draft.metadata.uid = uuid(env.random);
  if (dropsStatus) delete (draft as { status?: unknown }).status;
  if (definition.tracksGeneration) draft.metadata.generation = 1;
  definition.prepareForCreate?.(draft, hookContext(context));
  const generated = !draft.metadata.name && Boolean(draft.metadata.generateName);
  const hooks = isWhole ? server.writeHooks.get(`${definition.group}/${definition.plural}`) : undefined;
  const readying = hooks?.ready?.();
  if (readying) await readying;
  const preparing = hooks?.beforeWrite?.(draft, undefined, dryRun);
  const finish = preparing instanceof Promise ? await preparing : preparing;
  let fate: WriteFate = 'refused';
  try {
    for (let attempt = 1; ; attempt++) {
      if (generated) {
        draft.metadata.name = generateName(context, draft.metadata.generateName ?? '');
        // Some defaults are made of the name.
        definition.defaults?.(draft);
      }
      if (attempt === 1) {
        const inspecting = admission.inspect(admitContext);
        validateNew(context, draft, inspecting ? await inspecting : []);
        const validated = othersTurn(context);
        if (validated) await validated;
        const judging = authorize?.();
        if (judging) await judging;
        const validating = admission.validate({ ...admitContext, name: draft.metadata.name ?? '' });
        if (validating) await validating;
      }
      const created = await insert(
        context,
        attempt < maxNameAttempts && generated ? copyOf(draft) : draft,
        dryRun,
        !applied,
      );
      if (created) {
        if (!dryRun) fate = 'committed';
        return created;
      }
      const name = draft.metadata.name ?? '';
      // Whoever gives a prefix beside the name is told as if it had been used.
      if (generated && attempt < maxNameAttempts) continue;
      const existing = resource.cache.get(resource.keyOf(draft.metadata.namespace ?? '', name));
      const isDeleted = isBeingDeleted(existing?.object);
      if (!draft.metadata.generateName) throw newAlreadyExists(resource.name, name, isDeleted);
      const { group, plural } = definition.storedAs?.definition ?? definition;
      throw newGenerateNameConflict({ group, resource: plural }, name, 1, isDeleted);
    }
  } catch (error) {
    fate = fateOf(error);
    throw error;
  } finally {
    finish?.(fate);
  }
}

function isBeingDeleted(object: KubeObject | undefined): boolean {
  return object?.metadata?.deletionTimestamp !== undefined;
}

/** Undefined when the name is taken. */
async function insert(
  context: RequestContext,
  draft: MutableObject,
  dryRun: boolean,
  forgetsManagers: boolean,
): Promise<EncodedObject | undefined> {
  const { server, resource } = context;
  const key = resource.keyOf(draft.metadata.namespace ?? '', draft.metadata.name ?? '');
  const { resourceVersion = '' } = draft.metadata;
  // Upstream: 500 with this text. What a client got wrong is no failure of the server. A dry run does not come so far.
  if (!dryRun && /^0*[1-9]\d*$/.test(resourceVersion))
    throw newBadRequest('resourceVersion should not be set on objects to be created');
  // Nobody has judged it, as nobody has sent it.
  if (resource.definition.defaultsStatus) applyDefaults(resource, draft);
  const encoding = encodeForStore(resource, draft, forgetsManagers);
  const encoded = encoding instanceof Promise ? await encoding : encoding;
  if (dryRun) {
    const existing = await server.store.get(resource.prefix + key);
    const { codec } = resource;
    if (existing) return undefined;
    const view = shownAs(resource, encoded);
    const shown = resourceVersion === '' ? view : { ...view, metadata: { ...view.metadata, resourceVersion } };
    return new PlainObject(shown, (object) => codec.encodeJson(object), codec.encodeProtobuf);
  }
  const written = await putObject(context, key, encoded, 0);
  return written instanceof CachedObject ? written : undefined;
}

/** Writing freezes; a draft whose generated name may turn out taken is written as a copy. */
function copyOf(draft: MutableObject): MutableObject {
  return mutableCopy(draft) as MutableObject;
}

function generateName(context: RequestContext, prefix: string): string {
  if (context.resource.definition.generatesPlainNames) return prefix;
  return prefix.slice(0, maxNameLength - suffixLength) + nameSuffix(context.server.env.random, suffixLength);
}
