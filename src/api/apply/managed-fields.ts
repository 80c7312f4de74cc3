/**
 * Managed fields: who wrote which field of an object, and what server-side apply makes of it (KEP-555).
 *
 * Every write moves fields: a writer owns what it changed, and whoever had it loses it. An apply owns exactly what it states;
 * what it stated before and no longer does goes, unless somebody else owns it; changing what another owns is a conflict unless
 * forced.
 */

import { newApplyConflict } from '../errors.ts';
import type { ManagedFieldsEntry } from '../generated/meta-v1.ts';
import type { KubeObject } from '../object.ts';
import type { JsonObject } from '../patch/json-tree.ts';
import type { StructSchema } from '../schema/schema.ts';
import { decodeFieldSet, emptyFieldSet, encodeFieldSet, type FieldSet, FieldSetBuilder } from './field-set.ts';
import { compare, fieldsOf, merge, prune, rootPlace } from './typed.ts';

/** Who writes, and as what. */
export interface Writer {
  readonly manager: string;
  /** apiVersion that the client spoke. */
  readonly apiVersion: string;
  readonly subresource: string;
  /** RFC 3339, whole seconds. */
  readonly time: string;
}

interface Managed {
  readonly entry: ManagedFieldsEntry;
  readonly set: FieldSet;
}

/** Managers of updates that an object remembers; older ones become one (upstream: capmanagers.go). */
const maxUpdateManagers = 10;
const ancientManager = 'ancient-changes';
const beforeFirstApply = 'before-first-apply';

/** What the server decides: nobody owns it. */
const systemFields = buildSystemFields();

function buildSystemFields(): FieldSet {
  const builder = new FieldSetBuilder();
  const own = (...path: readonly string[]) => {
    let node = builder;
    for (const name of path) node = node.child(`f:${name}`);
    node.member = true;
  };
  own('apiVersion');
  own('kind');
  own('metadata');
  for (const name of [
    'name',
    'namespace',
    'creationTimestamp',
    'selfLink',
    'uid',
    'clusterName',
    'generation',
    'managedFields',
    'resourceVersion',
  ]) {
    own('metadata', name);
  }
  return builder.build();
}

/** The entries after an update by `writer` (create: `before` undefined). `inherited`: the entries that the written object came with. */
export function managedAfterUpdate(
  before: KubeObject | undefined,
  after: KubeObject,
  inherited: readonly ManagedFieldsEntry[],
  writer: Writer,
  schema: StructSchema | undefined,
): ManagedFieldsEntry[] {
  const { changed, removed } = compare(before ?? {}, after, rootPlace(schema));
  const own = changed.difference(systemFields);
  const gone = removed.difference(systemFields);
  const managed = takeFields(inherited.map(decodeEntry), own, gone, (entry) => isUpdateOf(entry, writer));
  const index = managed.findIndex(({ entry }) => isUpdateOf(entry, writer));
  const previous = managed[index];
  const set = (previous?.set ?? emptyFieldSet).union(own).difference(gone);
  // The time says when the manager last wrote something; losing a field is no write.
  const time = own.isEmpty && previous?.entry.time ? previous.entry.time : writer.time;
  const entry =
    previous?.set === set && Object.isFrozen(previous.entry)
      ? sameFields(previous.entry, time)
      : entryOf({ ...writer, time }, 'Update', set);
  const next = set.isEmpty ? [] : [{ entry, set }];
  if (previous) managed.splice(index, 1, ...next);
  else managed.push(...next);
  return sorted(capped(managed)).map((item) => item.entry);
}

/** The entry of a manager that wrote its fields again; what is not frozen may not be in the order that fields are kept in. */
function sameFields(entry: ManagedFieldsEntry, time: string): ManagedFieldsEntry {
  return entry.time === time ? entry : { ...entry, time };
}

export interface ApplyResult {
  readonly object: JsonObject;
  readonly managedFields: ManagedFieldsEntry[];
}

/** Applies a configuration. `live` undefined: the object is created. Throws Conflict (409) unless `force`. */
export function apply(
  live: KubeObject | undefined,
  configuration: KubeObject,
  writer: Writer,
  force: boolean,
  schema: StructSchema | undefined,
): ApplyResult {
  const place = rootPlace(schema);
  const entries = live?.metadata?.managedFields ?? [];
  const managed = entries.map(decodeEntry);
  if (live && managed.length === 0) managed.push(...ownedBeforeFirstApply(live, writer, schema));
  const index = managed.findIndex(({ entry }) => isApplyOf(entry, writer));
  const last = managed[index];
  const stated = fieldsOf(withoutManagedFields(configuration), place).difference(systemFields);
  const others = managed.filter((_, position) => position !== index);
  const owned = others.reduce((all, { set }) => all.union(set), stated);
  const merged = merge(live ?? {}, withoutManagedFields(configuration), place);
  const pruned = (last ? prune(merged, last.set.difference(stated), owned, place) : merged) as JsonObject;
  const { changed, removed } = compare(live ?? {}, pruned, place);
  const taken = changed.difference(systemFields);
  const conflicts = others
    .map(({ entry, set }) => ({ entry, set: set.intersection(taken).intersection(stated) }))
    .filter(({ set }) => !set.isEmpty);
  if (conflicts.length > 0 && !force) throw conflictError(conflicts);
  const rest = takeFields(others, taken, removed, () => false);
  const unchanged = last?.set.equals(stated) && taken.isEmpty && removed.isEmpty;
  const entry = unchanged && last ? last.entry : entryOf(writer, 'Apply', stated);
  const next = stated.isEmpty ? rest : [...rest, { entry, set: stated }];
  return { object: pruned, managedFields: sorted(capped(next)).map((item) => item.entry) };
}

/** The fields of an object as a set, without those that are the system's. */
export function ownableFields(object: unknown, schema: StructSchema | undefined): FieldSet {
  return fieldsOf(object, rootPlace(schema)).difference(systemFields);
}

function withoutManagedFields(object: KubeObject): KubeObject {
  if (!object.metadata?.managedFields) return object;
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

function decodeEntry(entry: ManagedFieldsEntry): Managed {
  return { entry, set: decodeFieldSet(entry.fieldsV1) };
}

function isUpdateOf(entry: ManagedFieldsEntry, writer: Writer): boolean {
  return entry.operation === 'Update' && isOf(entry, writer) && entry.apiVersion === writer.apiVersion;
}

function isApplyOf(entry: ManagedFieldsEntry, writer: Writer): boolean {
  return entry.operation === 'Apply' && isOf(entry, writer);
}

function isOf(entry: ManagedFieldsEntry, writer: Writer): boolean {
  return entry.manager === writer.manager && (entry.subresource ?? '') === writer.subresource;
}

function entryOf(writer: Writer, operation: 'Apply' | 'Update', set: FieldSet): ManagedFieldsEntry {
  return {
    manager: writer.manager,
    operation,
    apiVersion: writer.apiVersion,
    time: writer.time,
    fieldsType: 'FieldsV1',
    fieldsV1: encodeFieldSet(set),
    ...(writer.subresource ? { subresource: writer.subresource } : {}),
  };
}

/** Takes fields that somebody else wrote, and fields that are gone, from all but `keeps`. Entries left with nothing go. */
function takeFields(
  managed: readonly Managed[],
  written: FieldSet,
  gone: FieldSet,
  keeps: (entry: ManagedFieldsEntry) => boolean,
): Managed[] {
  const lost = written.union(gone);
  return managed.flatMap((item) => {
    if (keeps(item.entry)) return [item];
    const set = item.set.difference(lost);
    if (set.isEmpty) return [];
    return set === item.set ? [item] : [{ entry: { ...item.entry, fieldsV1: encodeFieldSet(set) }, set }];
  });
}

/** An object from before it had managers: all of it belongs to one, so that a first apply finds conflicts. */
function ownedBeforeFirstApply(live: KubeObject, writer: Writer, schema: StructSchema | undefined): Managed[] {
  const set = ownableFields(live, schema);
  const time = live.metadata?.creationTimestamp ?? writer.time;
  return [{ entry: entryOf({ ...writer, manager: beforeFirstApply, subresource: '', time }, 'Update', set), set }];
}

/** Applies before updates, those by time, then by name. */
function sorted(managed: readonly Managed[]): readonly Managed[] {
  return managed.length < 2 ? managed : [...managed].sort((a, b) => inOrder(a.entry, b.entry));
}

function inOrder(a: ManagedFieldsEntry, b: ManagedFieldsEntry): number {
  const isApply = a.operation === 'Apply';
  if (isApply !== (b.operation === 'Apply')) return isApply ? -1 : 1;
  return (
    (isApply ? 0 : compareText(a.time, b.time)) ||
    compareText(a.manager, b.manager) ||
    compareText(a.apiVersion, b.apiVersion) ||
    compareText(a.subresource, b.subresource)
  );
}

function compareText(a = '', b = ''): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

/** Joins the oldest updates of one version into one entry when there are too many. */
function capped(managed: readonly Managed[]): readonly Managed[] {
  if (managed.length <= maxUpdateManagers) return managed;
  const updates = managed.filter(({ entry }) => entry.operation === 'Update' && !entry.subresource);
  if (updates.length <= maxUpdateManagers) return managed;
  const oldest = sorted(updates).slice(0, updates.length - maxUpdateManagers + 1);
  const kept = managed.filter((item) => !oldest.includes(item));
  const byVersion = new Map<string, Managed>();
  for (const { entry, set } of oldest) {
    const version = entry.apiVersion ?? '';
    const joined = (byVersion.get(version)?.set ?? emptyFieldSet).union(set);
    const writer = { manager: ancientManager, apiVersion: version, subresource: '', time: entry.time ?? '' };
    byVersion.set(version, { entry: entryOf(writer, 'Update', joined), set: joined });
  }
  return [...kept, ...byVersion.values()];
}

interface ConflictOf {
  readonly entry: ManagedFieldsEntry;
  readonly set: FieldSet;
}

function conflictError(conflicts: readonly ConflictOf[]) {
  const listed = conflicts
    .map(({ entry, set }) => ({ who: managerText(entry), paths: set.paths() }))
    .sort((a, b) => (a.who < b.who ? -1 : 1));
  const causes = listed.flatMap(({ who, paths }) =>
    paths.map((field) => ({ reason: 'FieldManagerConflict', message: `conflict with ${who}`, field })),
  );
  const texts = listed.map(({ who, paths }) =>
    paths.length === 1
      ? `conflict with ${who}: ${paths[0]}`
      : `conflicts with ${who}:\n${paths.map((path) => `- ${path}`).join('\n')}`,
  );
  const count = causes.length === 1 ? '1 conflict' : `${causes.length} conflicts`;
  return newApplyConflict(causes, `Apply failed with ${count}: ${texts.join('\n')}`);
}

function managerText({ manager, subresource, operation, apiVersion, time }: ManagedFieldsEntry): string {
  const who = `${JSON.stringify(manager)}${subresource ? ` with subresource ${JSON.stringify(subresource)}` : ''}`;
  if (operation !== 'Update') return who;
  return time ? `${who} using ${apiVersion} at ${time}` : `${who} using ${apiVersion}`;
}
