/** FieldManager over src/api/apply. */

import { apply, managedAfterUpdate } from '#api/apply/managed-fields.ts';
import type { ManagedFieldsEntry } from '#api/generated/meta-v1.ts';
import type { KubeObject } from '#api/object.ts';
import { type Draft, mutableCopy } from '#base/edit.ts';
import type { FieldManager, FieldWrite } from './field-manager.ts';

/** The one implementation; stateless. */
export const fieldManager: FieldManager = {
  update(old, draft, write) {
    const given = draft.metadata?.managedFields;
    const { managedFields: _, ...metadata } = draft.metadata ?? {};
    draft.metadata = metadata;
    // A client clears the list by sending one empty entry; then nobody is written down either.
    if (given?.length === 1 && Object.keys(given[0] ?? {}).length === 0) return;
    const inherited = inheritedEntries(given as readonly ManagedFieldsEntry[] | undefined, old);
    const { schema } = write.resource.codec;
    const entries = managedAfterUpdate(old, draft as KubeObject, inherited, writerOf(write), schema);
    if (entries.length > 0)
      draft.metadata = { ...draft.metadata, managedFields: entries as Draft<ManagedFieldsEntry>[] };
  },

  apply(old, configuration, write) {
    const { codec, definition } = write.resource;
    const stated = withoutReset(configuration, definition.hasStatus, write.subresource);
    const { object, managedFields } = apply(old, stated, writerOf(write), write.force, codec.schema);
    const draft = mutableCopy(object) as Draft<KubeObject>;
    draft.metadata = { ...draft.metadata, managedFields: managedFields as Draft<ManagedFieldsEntry>[] };
    return draft;
  },
};

/** What a client sends back counts, so that it can rename or drop managers; otherwise the stored entries go on. */
function inheritedEntries(
  given: readonly ManagedFieldsEntry[] | undefined,
  old: KubeObject | undefined,
): readonly ManagedFieldsEntry[] {
  const usable = given?.filter(
    (entry) => entry.manager !== undefined && entry.operation !== undefined && entry.fieldsV1 !== undefined,
  );
  return usable && usable.length > 0 ? usable : (old?.metadata?.managedFields ?? []);
}

function writerOf({ resource, manager, subresource, time }: FieldWrite) {
  return { manager, apiVersion: resource.apiVersion, subresource, time };
}

/** Fields that the endpoint does not take are nobody's: the status at the object, all else at its status. */
function withoutReset(configuration: KubeObject, hasStatus: boolean, subresource: string): KubeObject {
  if (subresource === '' && hasStatus && 'status' in configuration) {
    const { status: _, ...rest } = configuration as KubeObject & { readonly status: unknown };
    return rest;
  }
  if (subresource === 'status' && 'spec' in configuration) {
    const { spec: _, ...rest } = configuration as KubeObject & { readonly spec: unknown };
    return rest;
  }
  return configuration;
}
