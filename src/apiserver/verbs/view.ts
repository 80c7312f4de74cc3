/** Views: subresources that are another look at the same object (scale, ephemeralcontainers, resize). */

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
  readonly ownKind: { readonly group: string; readonly version: string; readonly kind: string } | undefined;
  readonly codec: KindCodec;
  readonly read: (object: KubeObject) => KubeObject;
  /** The object with the view written into it; the view's resourceVersion is its precondition. */
  readonly write: (current: KubeObject, view: KubeObject) => MutableObject;
  readonly encode: (object: KubeObject) => EncodedObject;
}

/** The view that the request's subresource is; undefined for the object itself and other subresources. */
export function viewOf({ server, resource, info }: RequestContext): View | undefined {
  const subresource = resource.definition.subresources.find(({ name }) => name === info.subresource);
  if (subresource?.type !== 'view') return undefined;
  const { group, version, kind } = subresource.kind ?? resource.definition;
  const codec = server.registry.codecOf(group, version, kind) ?? resource.codec;
  const { read, write, validate, checkShown } = subresource;
  assert(read && write, `view ${info.resource}/${info.subresource} cannot be read and written`);
  return {
    apiVersion: group === '' ? version : `${group}/${version}`,
    kind,
    ownKind: kind === resource.definition.kind ? undefined : { group, version, kind },
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
