/** Managed fields in the write path: who a write is by, and what it leaves in metadata.managedFields. */

import { configurationFaults, faultsText } from '#api/apply/configuration-faults.ts';
import { type Conversion, converting, type Versioned } from '#api/apply/converting.ts';
import { type FieldSet, fieldSetOf } from '#api/apply/field-set.ts';
import { managersAfterUpdate, type Writer } from '#api/apply/managed-fields.ts';
import { type Manager, type Managers, readManagers, writeManagers } from '#api/apply/managers.ts';
import { rootPlace } from '#api/apply/place.ts';
import { managersAfterScale, managersOfScale, type ReplicasOf } from '#api/apply/scale-managers.ts';
import type { FieldPath, Subresource } from '#api/definition.ts';
import { newPlainError, StatusError } from '#api/errors.ts';
import type { ManagedFieldsEntry } from '#api/generated/meta-v1.ts';
import type { KubeObject } from '#api/object.ts';
import { type JsonObject, jsonEqual } from '#api/patch/json-tree.ts';
import { formatTime } from '#api/time.ts';
import { type Draft, mutableCopy } from '#base/edit.ts';
import { messageOf } from '#base/errors.ts';
import type { CachedObject } from '../cache/cached-object.ts';
import type { RequestContext } from '../context.ts';
import type { KindCodec } from '../registry/kind-codec.ts';
import type { Resource } from '../registry/resource.ts';
import type { WriteOptions } from '../request/write-options.ts';
import { type View, viewOf } from './view.ts';
import type { MutableObject } from './write.ts';

type Entries = readonly ManagedFieldsEntry[];

/**
 * Sets the entries of a draft that changes `old` (undefined: creates). A promise where another version has to be asked for. `type`: of what
 * is sent to a subresource and is no object of the resource.
 */
export function updateManagedFields(
  context: RequestContext,
  old: KubeObject | undefined,
  draft: MutableObject,
  options: WriteOptions,
  type: Pick<View, 'apiVersion' | 'codec'> | undefined = viewOf(context),
): Promise<void> | undefined {
  const given = draft.metadata.managedFields as Entries | undefined;
  delete draft.metadata.managedFields;
  const managers = inheritedManagers(context, given, old);
  const view = viewOf(context);
  const managersBefore = managersShown(context, view, managers);
  // Who has reset the managers, or never had any, is not followed until somebody applies.
  if (old && managersBefore.size === 0) {
    setManagers(draft, managersStored(context, view, managers, managersBefore));
    return undefined;
  }
  // Of a Scale, whose replicas are not there when they are none.
  const shown = (object: KubeObject): KubeObject =>
    view ? (explicitTree(view.codec, view.read(object)) as KubeObject) : object;
  const place = rootPlace((type ?? context.resource).codec.schema);
  const before = { object: old ? withoutManagedFields(shown(old)) : {}, place };
  const work = managersAfterUpdate(
    before,
    { object: shown(draft as KubeObject), place },
    managersBefore,
    writerOf(context, options, type),
  );
  const finish = (after: Managers): void => setManagers(draft, managersStored(context, view, managers, after));
  // An object that cannot be told in the version of one of its managers loses them (upstream: UpdateNoErrors).
  const lose = (error: unknown): void =>
    context.server.env.log.error('managed fields are lost', { ...context.resource.name, cause: messageOf(error) });
  try {
    const result = converting(work, converterOf(context.resource, context));
    if (result instanceof Promise) return result.then(finish, lose);
    finish(result);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    lose(error);
  }
  return undefined;
}

export function setManagers(draft: MutableObject, managers: Iterable<Manager>): void {
  const entries = writeManagers(managers);
  if (entries.length > 0) draft.metadata.managedFields = entries as Draft<ManagedFieldsEntry[]>;
  else delete draft.metadata.managedFields;
}

/** Who writes by this request. */
export function writerOf(
  { server, resource, info }: RequestContext,
  { fieldManager }: WriteOptions,
  type: Pick<View, 'apiVersion'> | undefined,
): Writer {
  return {
    manager: fieldManager,
    apiVersion: type?.apiVersion ?? resource.apiVersion,
    subresource: info.subresource,
    time: formatTime(server.env.clock.now()),
    owned: ownedBy(resource, info.subresource),
  };
}

/** The stored managers of an object. */
export function storedManagers(object: KubeObject | undefined): Managers {
  const managers = readManagers(object?.metadata?.managedFields ?? [], true);
  return typeof managers === 'string' ? new Map() : managers;
}

/** What a client sends back counts, so that it can rename or drop managers; otherwise the stored ones go on. */
function inheritedManagers(
  { info }: RequestContext,
  given: Entries | undefined,
  old: KubeObject | undefined,
): Managers {
  if (given && info.subresource === '') {
    // A client clears the list by sending none, or one empty entry.
    if (given.length === 0 || (given.length === 1 && Object.keys(given[0] ?? {}).length === 0)) return new Map();
    // Nearly always they come back as they were: then what is known of the stored ones is known of them.
    const stored = old?.metadata?.managedFields ?? [];
    if (jsonEqual(given, stored)) return storedManagers(old);
    const managers = readManagers(given, false);
    if (typeof managers !== 'string') return managers;
  }
  return storedManagers(old);
}

/** The managers in the terms of what the request shows: of a Scale, those of the replicas. */
export function managersShown(context: RequestContext, view: View | undefined, managers: Managers): Managers {
  return view ? managersOfScale(managers, replicasOf(context)) : managers;
}

/** And back. */
export function managersStored(
  context: RequestContext,
  view: View | undefined,
  stored: Managers,
  shown: Managers,
): Iterable<Manager> {
  if (!view) return shown.values();
  return managersAfterScale(stored, shown, replicasOf(context), context.resource.apiVersion);
}

function replicasOf({ server, resource, info }: RequestContext): ReplicasOf {
  return (apiVersion) => {
    const other = resourceIn(resource, apiVersion, (group, version, plural) =>
      server.registry.find(group, version, plural),
    );
    if (!other) return undefined;
    return other.definition.subresources.find(({ name }) => name === info.subresource)?.replicasPath ?? 'none';
  };
}

type Find = (group: string, version: string, plural: string) => Resource | undefined;

/** The resource that serves the same objects in another version of its group: upstream knows no types of other groups here. */
function resourceIn(resource: Resource, apiVersion: string, find: Find): Resource | undefined {
  if (apiVersion === resource.apiVersion) return resource;
  const [version = '', group = ''] = apiVersion.split('/').reverse();
  const other = find(group, version, resource.definition.plural);
  return other?.prefix === resource.prefix && group === resource.definition.group ? other : undefined;
}

/** Objects of the resource in other versions that are served. */
export function converterOf(
  resource: Resource,
  { server }: RequestContext,
): (conversion: Conversion) => Versioned | undefined | Promise<Versioned | undefined> {
  return ({ object, apiVersion, failure }) => {
    const from = (object as { readonly apiVersion?: unknown } | null)?.apiVersion;
    const source = resourceIn(resource, typeof from === 'string' ? from : resource.apiVersion, find) ?? resource;
    const target = resourceIn(resource, apiVersion, find);
    if (!target) return undefined;
    const place = rootPlace(target.codec.schema);
    const checked = (converted: unknown): Versioned => {
      const faults = configurationFaults(converted, place);
      if (faults.length > 0) throw newPlainError(`${failure}: ${faultsText(faults)}`);
      return { object: converted, place };
    };
    if (target === source) return { object, place };
    const shown = source.codec.decodeTree(object).object as KubeObject;
    const asked = (target.definition.storedAs ?? source.definition.storedAs)?.conversion;
    if (asked)
      return asked.convert([shown], apiVersion).then(([converted]) => checked(explicitTree(target.codec, converted)));
    // What is no webhook's business is the same in every version.
    if (target.codec.strategicMerge === false) return checked(explicitTree(target.codec, { ...shown, apiVersion }));
    const stored = source.definition.storedAs?.toStored(shown) ?? shown;
    const converted = target.definition.storedAs?.fromStored(stored) ?? stored;
    return checked(explicitTree(target.codec, converted));
  };

  function find(group: string, version: string, plural: string): Resource | undefined {
    return server.registry.find(group, version, plural);
  }
}

const decoder = new TextDecoder();

/** What clients get of a stored object, as a tree of one's own: parsing its bytes costs less than encoding the object first. */
export function storedTree(stored: CachedObject): JsonObject {
  return JSON.parse(decoder.decode(stored.json())) as JsonObject;
}

/** An object as JSON says it, which is more than its view: empty structs, lists that are null. */
export function explicitTree(codec: KindCodec, object: KubeObject | undefined): JsonObject {
  return JSON.parse(decoder.decode(codec.encodeJson(object ?? {}))) as JsonObject;
}

const owners = new WeakMap<Resource, Map<string, (set: FieldSet) => FieldSet>>();

/** What of a set a subresource can write ('' the object itself). */
function ownedBy(resource: Resource, subresource: string): (set: FieldSet) => FieldSet {
  const known = owners.get(resource)?.get(subresource);
  if (known) return known;
  const made = ownedFilter(resource, subresource);
  const all = owners.get(resource) ?? new Map<string, (set: FieldSet) => FieldSet>();
  owners.set(resource, all.set(subresource, made));
  return made;
}

function ownedFilter({ definition }: Resource, subresource: string): (set: FieldSet) => FieldSet {
  const written = definition.subresources.find(({ name }) => name === subresource);
  const resets = written ? resetBy(written) : (definition.resetFields ?? (definition.hasStatus ? [['status']] : []));
  if (resets.length === 0) return (set) => set;
  const reset = fieldSetOf(resets.map((path) => path.map((name) => `f:${name}`)));
  return (set) => set.without(reset);
}

function resetBy({ type, resetFields }: Subresource<KubeObject>): readonly FieldPath[] {
  return resetFields ?? (type === 'status' ? [['spec']] : []);
}

export function withoutManagedFields(object: KubeObject): KubeObject {
  if (!object.metadata?.managedFields) return object;
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** Puts `managed` back when admission left something that cannot be read, and warns of it. */
export function keepValidManagers(
  { warnings }: Pick<RequestContext, 'warnings'>,
  draft: MutableObject,
  managed: Entries | undefined,
): void {
  const entries = draft.metadata.managedFields;
  if (entries === managed) return;
  const managers = readManagers(entries ?? [], false);
  if (typeof managers !== 'string') return;
  if (managed) draft.metadata.managedFields = mutableCopy(managed);
  else delete draft.metadata.managedFields;
  warnings.push(
    `.metadata.managedFields was in an invalid state after admission; this could be caused by an outdated mutating admission controller; please fix your requests: ${managers}`,
  );
}

/**
 * Takes the times of the stored entries where nothing but times differs: a write that changes nothing must not look like one (upstream:
 * IgnoreManagedFieldsTimestampsTransformer).
 */
export function keepTimesOfNoChange(draft: MutableObject, old: KubeObject): void {
  const before: Entries = old.metadata?.managedFields ?? [];
  const after: Entries = draft.metadata.managedFields ?? [];
  if (before.length !== after.length || before.every(({ time }, index) => time === after[index]?.time)) return;
  if (!sameMembers(draft, old, ['metadata'])) return;
  if (!sameMembers(draft.metadata, old.metadata ?? {}, ['managedFields', 'resourceVersion'])) return;
  if (before.some((entry, index) => !sameMembers(entry, after[index] ?? {}, ['time']))) return;
  draft.metadata.managedFields = mutableCopy(before);
}

/** Up to some members, and to those that are undefined. */
function sameMembers(a: object, b: object, except: readonly string[]): boolean {
  const left = a as Readonly<Record<string, unknown>>;
  const right = b as Readonly<Record<string, unknown>>;
  for (const key in left) if (!except.includes(key) && !jsonEqual(left[key], right[key])) return false;
  for (const key in right)
    if (left[key] === undefined && right[key] !== undefined && !except.includes(key)) return false;
  return true;
}
