/**
 * CachedObject: one version of one object, as the bytes that the store keeps plus a frozen view.
 *
 * The store's bytes are the object's JSON without metadata.resourceVersion (the store's revision is the version). The bytes
 * are shared with the store; clients get them with the version put in. The view is decoded when somebody looks, and not at all when
 * the write that made the bytes passed it along (ObjectMemory). View and protobuf go again when the server's ObjectMemory says so; what
 * selectors ask for stays.
 */

import type { KubeObject } from '#api/object.ts';
import type { EncodedObject } from '#api/request.ts';
import { deepFreeze } from '#base/edit.ts';
import { ByteWriter } from '../wire/byte-writer.ts';
import type { ConvertedForms } from './converted-forms.ts';
import type { ObjectMemory } from './object-memory.ts';
import { isField, isFirstField, labelsIn, versionOffset } from './stored-json.ts';

/** Turns a view into protobuf bytes; a kind without protobuf (custom resources) has none. */
export type ProtobufEncoder = (object: KubeObject) => Uint8Array;

const decoder = new TextDecoder();
const encoder = new TextEncoder();
/** For JSON that is needed for a moment. */
const transcoding = new ByteWriter(64 * 1024);
/** Room for the version and its name. */
export const versionBytes = 48;

/** What one version of an object needs to be shown; the same for all objects of a resource. */
export interface ObjectForm {
  readonly encodeProtobuf?: ProtobufEncoder | undefined;
  /** From the JSON; undefined for what is left to `encodeProtobuf`. */
  readonly transcodeJson?: ((json: Uint8Array) => Uint8Array | undefined) | undefined;
  /** The resource shows stored objects in another form (ResourceDefinition.storedAs). */
  readonly fromStored?: ((object: KubeObject) => KubeObject) | undefined;
  /** That form takes time to make: an object can be looked at once it is loaded here. */
  readonly converted?: ConvertedForms | undefined;
  readonly encodeJson: (object: KubeObject) => Uint8Array;
  /** What selectors may ask for beyond name and namespace. */
  readonly selectableFields: readonly ((object: KubeObject) => string)[];
  readonly memory: ObjectMemory;
}

type Labels = Readonly<Record<string, string>>;

const noLabels: Labels = Object.freeze({});

/** What selectors ask of an object. */
export interface Selectable {
  readonly name: string;
  /** '' for what is in no namespace. */
  readonly namespace: string;
  readonly labels: Labels;
  /** The value of one of the form's selectable fields. */
  selectable(index: number): string;
}

export class CachedObject implements EncodedObject, Selectable {
  /** Key below the resource's prefix: 'namespace/name' or 'name'. */
  readonly key: string;
  readonly value: Uint8Array;
  readonly revision: number;
  private readonly form: ObjectForm;
  private view: KubeObject | undefined;
  private weakView: WeakRef<KubeObject> | undefined;
  /** The view was decoded from the bytes: whoever decodes them again gets its equal, down to the order of its fields. */
  private isDecoded = false;
  private isViewUsed = false;
  /** Where the version goes; 0 until it was looked for. */
  private offset = 0;
  private protobufBytes: Uint8Array | undefined;
  /** 0 until it was made. */
  private protobufSize = 0;
  private isProtobufUsed = false;
  private knownLabels: Labels | undefined;
  private knownFields: readonly string[] | undefined;

  constructor(key: string, value: Uint8Array, revision: number, form: ObjectForm) {
    this.key = key;
    this.value = value;
    this.revision = revision;
    this.form = form;
  }

  get object(): KubeObject {
    if (this.view) {
      this.isViewUsed = true;
      return this.view;
    }
    const view = this.weakView?.deref() ?? this.makeView();
    this.view = view;
    this.isViewUsed = false;
    this.form.memory.views.add(this, this.value.length);
    return view;
  }

  /** metadata.labels, which may be looked at without decoding. */
  get labels(): Labels {
    this.knownLabels ??= this.readLabels() ?? noLabels;
    return this.knownLabels;
  }

  get name(): string {
    return this.key.slice(this.key.lastIndexOf('/') + 1);
  }

  get namespace(): string {
    return this.key.slice(0, Math.max(0, this.key.lastIndexOf('/')));
  }

  selectable(index: number): string {
    this.knownFields ??= this.readFields();
    return this.knownFields[index] ?? '';
  }

  json(): Uint8Array {
    const writer = new ByteWriter(this.value.length + versionBytes);
    this.writeJson(writer);
    return writer.take();
  }

  /**
   * Appends the JSON to a larger whole: the stored bytes are copied once. `without` is a beginning of the JSON ('{"kind":"Pod",') that is left
   * out but for its brace.
   */
  writeJson(writer: ByteWriter, without?: Uint8Array): void {
    const { form, value } = this;
    if (form.fromStored) {
      const json = form.encodeJson(this.object);
      writer.put(json.subarray(writeBrace(writer, json, without)));
      return;
    }
    if (this.offset === 0) this.offset = versionOffset(value);
    const { offset } = this;
    writer.put(value.subarray(writeBrace(writer, value, without), offset));
    const isFirst = isFirstField(value, offset);
    if (!isFirst) writer.ascii(',');
    writer.ascii('"resourceVersion":"');
    writer.ascii(String(this.revision));
    writer.ascii(isFirst && isField(value, offset) ? '",' : '"');
    writer.put(value.subarray(offset));
  }

  /** The same state under a later revision: what a deletion shows. */
  atRevision(revision: number): CachedObject {
    const copy = new CachedObject(this.key, this.value, revision, this.form);
    copy.knownLabels = this.knownLabels;
    copy.knownFields = this.knownFields;
    return copy;
  }

  protobuf(): Uint8Array {
    if (this.protobufBytes) {
      this.isProtobufUsed = true;
      return this.protobufBytes;
    }
    const { encodeProtobuf, memory } = this.form;
    if (!encodeProtobuf) throw new Error('this kind has no protobuf encoding');
    const bytes = this.transcoded() ?? encodeProtobuf(this.versioned());
    this.protobufBytes = bytes;
    this.protobufSize = bytes.length;
    this.isProtobufUsed = false;
    memory.protobufs.add(this, bytes.length);
    return bytes;
  }

  /** Bytes of its protobuf; 0 while that was never made. */
  get protobufLength(): number {
    return this.protobufSize;
  }

  /** As the store keeps it, without its version. */
  get stored(): KubeObject {
    return this.form.memory.writtenView(this.value) ?? this.decoded();
  }

  /** For ObjectMemory, as the next three. */
  viewWasUsed(): boolean {
    const { isViewUsed } = this;
    this.isViewUsed = false;
    return isViewUsed;
  }

  dropView(): void {
    if (this.view && this.isDecoded) this.weakView = new WeakRef(this.view);
    this.view = undefined;
  }

  protobufWasUsed(): boolean {
    const { isProtobufUsed } = this;
    this.isProtobufUsed = false;
    return isProtobufUsed;
  }

  dropProtobuf(): void {
    this.protobufBytes = undefined;
  }

  private transcoded(): Uint8Array | undefined {
    const { transcodeJson, fromStored } = this.form;
    if (!transcodeJson || fromStored) return undefined;
    transcoding.lend();
    this.writeJson(transcoding);
    return transcodeJson(transcoding.lend());
  }

  private decoded(): KubeObject {
    return JSON.parse(decoder.decode(this.value)) as KubeObject;
  }

  private makeView(): KubeObject {
    this.isDecoded = this.form.memory.writtenView(this.value) === undefined;
    return withResourceVersion(this.shown(), String(this.revision));
  }

  /** As it is shown, its version aside. */
  private shown(): KubeObject {
    const { converted, fromStored } = this.form;
    return converted ? converted.of(this) : fromStored ? fromStored(this.stored) : this.stored;
  }

  /** A look that leaves nothing behind. */
  private glance(): KubeObject {
    return this.view ?? this.weakView?.deref() ?? this.shown();
  }

  /** Not frozen, and perhaps made for this. */
  private versioned(): KubeObject {
    const object = this.glance();
    const resourceVersion = String(this.revision);
    if (object.metadata?.resourceVersion === resourceVersion) return object;
    return { ...object, metadata: { ...object.metadata, resourceVersion } };
  }

  private readLabels(): Labels | undefined {
    const { fromStored, converted, memory } = this.form;
    if (this.view || fromStored || converted) return this.glance().metadata?.labels;
    const written = memory.writtenView(this.value);
    return written ? written.metadata?.labels : labelsIn(this.value);
  }

  private readFields(): readonly string[] {
    const object = this.glance();
    return this.form.selectableFields.map((read) => read(object));
  }
}

/** Where the JSON goes on after the beginning that is left out, in whose place a brace was written; 0 when nothing is. */
function writeBrace(writer: ByteWriter, json: Uint8Array, without: Uint8Array | undefined): number {
  if (!without || !beginsWith(json, without)) return 0;
  writer.ascii('{');
  return without.length;
}

function beginsWith(bytes: Uint8Array, beginning: Uint8Array): boolean {
  for (let at = 0; at < beginning.length; at++) if (bytes[at] !== beginning[at]) return false;
  return true;
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

/** A frozen copy of the object whose metadata says this version. */
function withResourceVersion(object: KubeObject, resourceVersion: string): KubeObject {
  return deepFreeze({ ...object, metadata: { ...object.metadata, resourceVersion } });
}
