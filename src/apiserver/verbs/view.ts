/**
 * Views: subresources that are another look at the same object. A Scale is of a kind of its own; ephemeralcontainers and resize show the
 * object as it is, and take of what is sent some fields.
 */

import type { Subresource } from '#api/definition.ts';
import { newInvalid } from '#api/errors.ts';
import type { KubeObject } from '#api/object.ts';
import type { EncodedObject } from '#api/request.ts';
import { type Draft, mutableCopy } from '#base/edit.ts';
import { assert } from '#base/errors.ts';
import { PlainObject } from '../cache/cached-object.ts';
import type { RequestContext } from '../context.ts';
import type { KindCodec } from '../registry/kind-codec.ts';
import type { MutableObject } from './write.ts';

export interface View {
  readonly apiVersion: string;
  readonly kind: string;
  /** Of a kind of its own (Scale): what admission judges. */
  readonly ownKind: { readonly group: string; readonly version: string; readonly kind: string };
  readonly codec: KindCodec;
  readonly read: (object: KubeObject) => KubeObject;
  /** The object with the view written into it; the view's resourceVersion is its precondition. */
  readonly write: (current: KubeObject, view: KubeObject) => MutableObject;
  readonly encode: (object: KubeObject) => EncodedObject;
}

/** The view of a kind of its own that the request's subresource is; undefined for the object itself and other subresources. */
export function viewOf(context: RequestContext): View | undefined {
  const { server, resource, info } = context;
  const subresource = viewSubresourceOf(context);
  if (!subresource?.kind) return undefined;
  const { group, version, kind } = subresource.kind;
  const codec = server.registry.codecOf(group, version, kind) ?? resource.codec;
  const { read, write, validate, checkShown } = subresource;
  assert(read && write, `view ${info.resource}/${info.subresource} cannot be read and written`);
  return {
    apiVersion: group === '' ? version : `${group}/${version}`,
    kind,
    ownKind: { group, version, kind },
    codec,
    read,
    write(current, view) {
      const errors = validate?.(view) ?? [];
      if (errors.length > 0) throw newInvalid({ group, kind }, info.name, errors);
      const draft = mutableCopy(current) as MutableObject;
      write(draft as Draft<KubeObject>, view);
      const { resourceVersion, uid } = view.metadata ?? {};
      if (resourceVersion) draft.metadata.resourceVersion = resourceVersion;
      else delete draft.metadata.resourceVersion;
      if (uid) draft.metadata.uid = uid;
      return draft;
    },
    encode(object) {
      checkShown?.(object);
      return new PlainObject(read(object), (value) => codec.encodeJson(value), codec.encodeProtobuf);
    },
  };
}

/** Of the object's own kind: the current object with what of a draft such a subresource takes, and the draft's managers; the draft of all others. */
export function takenBySubresource(context: RequestContext, draft: MutableObject, current: KubeObject): MutableObject {
  const subresource = viewSubresourceOf(context);
  if (!subresource || subresource.kind) return draft;
  const { write } = subresource;
  assert(write, `view ${context.info.resource}/${context.info.subresource} cannot be written`);
  const { managedFields, resourceVersion } = draft.metadata;
  const taken = mutableCopy(current) as MutableObject;
  write(taken as Draft<KubeObject>, draft as KubeObject);
  taken.metadata = { ...taken.metadata, managedFields, resourceVersion };
  return taken;
}

function viewSubresourceOf({ resource, info }: RequestContext): Subresource<KubeObject> | undefined {
  return resource.definition.subresources.find(({ name, type }) => type === 'view' && name === info.subresource);
}
