/**
 * CachedObject: one version of one object, as the bytes that the store keeps plus a frozen view.
 *
 * The store's bytes are the object's JSON without metadata.resourceVersion (the store's revision is the version). The bytes
 * are shared with the store; clients get them with the version put in. The view is decoded at most once, and not at all when
 * the write that made the bytes passed it along (`rememberView`).
 *
 * Invariant 1: stored JSON is made by this server's encoders: apiVersion and kind before metadata, and metadata's name,
 * generateName, namespace, selfLink and uid before its other fields, none of them with an escape.
 */

import type { KubeObject } from '#api/object.ts';
import type { EncodedObject } from '#api/request.ts';
import { deepFreeze } from '#base/edit.ts';
import { ByteWriter } from '../wire/byte-writer.ts';
import type { ConvertedForms } from './converted-forms.ts';

/** Turns a view into protobuf bytes; a kind without protobuf (custom resources) has none. */
export type ProtobufEncoder = (object: KubeObject) => Uint8Array;

/** Views of bytes that were just written, keyed by the byte array itself: the store hands the same array back in its events. */
const knownViews = new WeakMap<Uint8Array, KubeObject>();

/** `view` (frozen, without resourceVersion or with any) is what `value` encodes. */
export function rememberView(value: Uint8Array, view: KubeObject): void {
  knownViews.set(value, view);
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();
/** Room for the version and its name. */
const versionBytes = 48;

/** What one version of an object needs to be shown; the same for all objects of a resource. */
export interface ObjectForm {
  readonly encodeProtobuf?: ProtobufEncoder | undefined;
  /** The resource shows stored objects in another form (ResourceDefinition.storedAs). */
  readonly fromStored?: ((object: KubeObject) => KubeObject) | undefined;
  /** That form takes time to make: an object can be looked at once it is loaded here. */
  readonly converted?: ConvertedForms | undefined;
  readonly encodeJson: (object: KubeObject) => Uint8Array;
}

export class CachedObject implements EncodedObject {
  /** Key below the resource's prefix: 'namespace/name' or 'name'. */
  readonly key: string;
  readonly value: Uint8Array;
  readonly revision: number;
  private readonly form: ObjectForm;
  private view: KubeObject | undefined;
  /** Where the version goes; 0 until it was looked for. */
  private offset = 0;
  private protobufBytes: Uint8Array | undefined;

  constructor(key: string, value: Uint8Array, revision: number, form: ObjectForm) {
    this.key = key;
    this.value = value;
    this.revision = revision;
    this.form = form;
  }

  get object(): KubeObject {
    this.view ??= this.makeView();
    return this.view;
  }

  json(): Uint8Array {
    const writer = new ByteWriter(this.value.length + versionBytes);
    this.writeJson(writer);
    return writer.take();
  }

  /** Appends the JSON to a larger whole: the stored bytes are copied once. */
  writeJson(writer: ByteWriter): void {
    if (this.form.fromStored) {
      writer.put(this.form.encodeJson(this.object));
      return;
    }
    const { value } = this;
    if (this.offset === 0) this.offset = versionOffset(value);
    const { offset } = this;
    writer.put(value.subarray(0, offset));
    if (value[offset - 1] !== openBrace) writer.ascii(',');
    writer.ascii('"resourceVersion":"');
    writer.ascii(String(this.revision));
    writer.ascii(value[offset - 1] === openBrace && value[offset] === quote ? '",' : '"');
    writer.put(value.subarray(offset));
  }

  /** The same state under a later revision: what a deletion shows. */
  atRevision(revision: number): CachedObject {
    const copy = new CachedObject(this.key, this.value, revision, this.form);
    if (this.view) copy.view = withResourceVersion(this.view, String(revision));
    return copy;
  }

  protobuf(): Uint8Array {
    if (!this.form.encodeProtobuf) throw new Error('this kind has no protobuf encoding');
    this.protobufBytes ??= this.form.encodeProtobuf(this.object);
    return this.protobufBytes;
  }

  /** As the store keeps it, without its version. */
  get stored(): KubeObject {
    return knownViews.get(this.value) ?? (JSON.parse(decoder.decode(this.value)) as KubeObject);
  }

  private makeView(): KubeObject {
    const { converted, fromStored } = this.form;
    const shown = converted ? converted.of(this) : fromStored ? fromStored(this.stored) : this.stored;
    return withResourceVersion(shown, String(this.revision));
  }
}

/** An answer that is not in the cache: Status, Scale, reviews, dry-run results. */
export class PlainObject implements EncodedObject {
  readonly object: KubeObject;
  private readonly encodeJson: (object: KubeObject) => Uint8Array;
  private readonly encodeProtobuf: ProtobufEncoder | undefined;

  constructor(object: KubeObject, encodeJson?: (object: KubeObject) => Uint8Array, encodeProtobuf?: ProtobufEncoder) {
    this.object = deepFreeze(object);
    this.encodeJson = encodeJson ?? ((value) => encoder.encode(JSON.stringify(value)));
    this.encodeProtobuf = encodeProtobuf;
  }

  json(): Uint8Array {
    return this.encodeJson(this.object);
  }

  protobuf(): Uint8Array {
    if (!this.encodeProtobuf) throw new Error('this answer has no protobuf encoding');
    return this.encodeProtobuf(this.object);
  }
}

/** A frozen copy of the object whose metadata says this version, in the place where Go prints it. */
export function withResourceVersion(object: KubeObject, resourceVersion: string): KubeObject {
  const { name, generateName, namespace, selfLink, uid, ...rest } = object.metadata ?? {};
  const metadata = {
    ...(name === undefined ? {} : { name }),
    ...(generateName === undefined ? {} : { generateName }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(selfLink === undefined ? {} : { selfLink }),
    ...(uid === undefined ? {} : { uid }),
    ...rest,
    resourceVersion,
  };
  return deepFreeze({ ...object, metadata });
}

const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const metadataKey = encoder.encode('"metadata":{');

/** Where in stored JSON the version goes: after the last of metadata's leading fields (invariant 1). */
function versionOffset(value: Uint8Array): number {
  let at = indexOf(value, metadataKey) + metadataKey.length;
  let end = at;
  for (;;) {
    // "key":"text", repeated
    if (value[at] !== quote) return end;
    const keyEnd = skipString(value, at);
    if (!isLeadingField(value[at + 1] as number, keyEnd - at - 2) || value[keyEnd + 1] !== quote) return end;
    end = skipString(value, keyEnd + 1);
    at = end + 1;
  }
}

/** name, namespace, generateName, selfLink, uid: no other field of metadata has such a first letter and length. */
function isLeadingField(first: number, length: number): boolean {
  switch (first) {
    case 0x6e:
      return length === 4 || length === 9;
    case 0x67:
      return length === 12;
    case 0x73:
      return length === 8;
    case 0x75:
      return length === 3;
    default:
      return false;
  }
}

/** Offset after the string that starts at `at`. */
function skipString(value: Uint8Array, at: number): number {
  let position = at + 1;
  while (position < value.length && value[position] !== quote) position += value[position] === backslash ? 2 : 1;
  return position + 1;
}

function indexOf(value: Uint8Array, pattern: Uint8Array): number {
  const first = pattern[0] as number;
  for (let at = value.indexOf(first); at >= 0; at = value.indexOf(first, at + 1)) {
    let matched = 1;
    while (matched < pattern.length && value[at + matched] === pattern[matched]) matched++;
    if (matched === pattern.length) return at;
  }
  throw new Error('stored object without metadata');
}
