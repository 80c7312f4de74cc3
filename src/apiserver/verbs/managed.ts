/** Managed fields in the write path: who a write is by, and what it leaves in metadata.managedFields. */

import { apply, managedAfterUpdate, type Writer } from '#api/apply/managed-fields.ts';
import type { ManagedFieldsEntry } from '#api/generated/meta-v1.ts';
import type { KubeObject } from '#api/object.ts';
import { jsonEqual } from '#api/patch/json-tree.ts';
import { formatTime } from '#api/time.ts';
import { type Draft, mutableCopy } from '#base/edit.ts';
import type { RequestContext } from '../context.ts';
import type { WriteOptions } from '../request/write-options.ts';
import { asMutable, type MutableObject } from './write.ts';

/** Sets the entries of a draft that changes `old` (undefined: creates). */
export function updateManagedFields(
  context: RequestContext,
  old: KubeObject | undefined,
  draft: MutableObject,
  options: WriteOptions,
): void {
  const given = draft.metadata.managedFields as readonly ManagedFieldsEntry[] | undefined;
  delete draft.metadata.managedFields;
  // A client clears the list by sending one empty entry; then nobody is written down either.
  if (given?.length === 1 && Object.keys(given[0] ?? {}).length === 0) return;
  const { schema } = context.resource.codec;
  const inherited = inheritedEntries(given, old);
  const writer = writerOf(context, options);
  const entries = managedAfterUpdate(old, draft as KubeObject, inherited, writer, schema);
  if (entries.length > 0) draft.metadata.managedFields = entries as Draft<ManagedFieldsEntry[]>;
}

/** The result of applying a configuration, with its entries. Throws Conflict naming who is in the way, unless `force`. */
export function applyConfigurationTo(
  context: RequestContext,
  old: KubeObject | undefined,
  configuration: KubeObject,
  options: WriteOptions,
  force: boolean,
): MutableObject {
  const { definition, codec, apiVersion } = context.resource;
  const stated = withoutReset(configuration, definition.hasStatus, context.info.subresource);
  const { object, managedFields } = apply(old, stated, writerOf(context, options), force, codec.schema);
  const draft = asMutable(mutableCopy(object) as Draft<KubeObject>, { apiVersion, kind: definition.kind });
  draft.metadata.managedFields = managedFields as Draft<ManagedFieldsEntry[]>;
  return draft;
}

function writerOf({ server, resource, info }: RequestContext, { fieldManager }: WriteOptions): Writer {
  return {
    manager: fieldManager,
    apiVersion: resource.apiVersion,
    subresource: info.subresource,
    time: formatTime(server.env.clock.now()),
  };
}

/** What a client sends back counts, so that it can rename or drop managers; otherwise the stored entries go on. */
function inheritedEntries(
  given: readonly ManagedFieldsEntry[] | undefined,
  old: KubeObject | undefined,
): readonly ManagedFieldsEntry[] {
  const stored = old?.metadata?.managedFields ?? [];
  const usable = given?.filter(
    (entry) => entry.manager !== undefined && entry.operation !== undefined && entry.fieldsV1 !== undefined,
  );
  if (!usable || usable.length === 0) return stored;
  // Nearly always they come back as they were: then what is known of the stored ones is known of them.
  return usable.map((entry) => stored.find((known) => jsonEqual(known, entry)) ?? entry);
}

/** Fields that the endpoint does not take are nobody's: the status at the object, the spec at its status. */
function withoutReset(configuration: KubeObject, hasStatus: boolean, subresource: string): KubeObject {
  const reset = subresource === 'status' ? 'spec' : subresource === '' && hasStatus ? 'status' : undefined;
  if (reset === undefined || !(reset in configuration)) return configuration;
  const { [reset]: _, ...rest } = configuration as KubeObject & Readonly<Record<string, unknown>>;
  return rest;
}
