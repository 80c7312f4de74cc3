/** KindCodec of built-in kinds, over the generated schema tables. */

import { DecodeError, maxValues } from '#api/codec/decode-error.ts';
import { type Decoded, decodeMerged, decodeTree, parseJson } from '#api/codec/json-decode.ts';
import { encodeJson, encodeProtobufRead } from '#api/codec/json-encode.ts';
import { type JsonTranscoder, jsonTranscoder } from '#api/codec/json-to-protobuf.ts';
import { inKeyOrder } from '#api/codec/key-order.ts';
import { decodeMessage, unwrapProtobuf } from '#api/codec/protobuf-decode.ts';
import { encodeProtobuf } from '#api/codec/protobuf-encode.ts';
import { jsonText } from '#api/codec/text.ts';
import { newUnsupportedMediaType } from '#api/errors.ts';
import type { KubeObject } from '#api/object.ts';
import type { RequestBody } from '#api/request.ts';
import { applyDefaults } from '#api/schema/defaults.ts';
import type { SchemaRegistry } from '#api/schema/registry.ts';
import type { StructSchema } from '#api/schema/schema.ts';
import { type Draft, mutableCopy } from '#base/edit.ts';
import { yamlDocument } from '../request/yaml-body.ts';
import { mediaTypeOf } from '../wire/media-type.ts';
import { jsonFault, readable, typeOf, unhandled } from './body-faults.ts';
import type { CodecLookup, DecodedBody, KindCheck, KindCodec } from './kind-codec.ts';

const acceptedBodyTypes = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'] as const;

/** Codecs are made once per kind, when first asked for. */
export function schemaCodecs(registry: SchemaRegistry): CodecLookup {
  const codecs = new Map<string, KindCodec | undefined>();
  return (group, version, kind) => {
    const key = `${group}/${version}/${kind}`;
    if (codecs.has(key)) return codecs.get(key);
    const schema = registry.kind(group, version, kind);
    const codec = schema && new SchemaCodec(schema, group, version, kind);
    codecs.set(key, codec);
    return codec;
  };
}

/** Groups whose objects upstream keeps as JSON, or only answers with: empty lists stay what they are. */
const keepsEmpty: ReadonlySet<string> = new Set([
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
]);

const encoder = new TextEncoder();

class SchemaCodec implements KindCodec {
  readonly schema: StructSchema;
  readonly version: string;
  readonly kind: string;
  private readonly jsonText: typeof encodeJson;
  readonly encodeSent: KindCodec['encodeSent'];
  readonly encodeProtobuf: (object: KubeObject) => Uint8Array;
  readonly transcodeJson: JsonTranscoder;

  constructor(schema: StructSchema, group: string, version: string, kind: string) {
    this.schema = schema;
    const keeps = keepsEmpty.has(group);
    this.jsonText = keeps ? encodeJson : encodeProtobufRead;
    this.encodeSent = keeps ? undefined : (object) => encoder.encode(encodeJson(schema, object));
    this.version = version;
    this.kind = kind;
    this.encodeProtobuf = (object) => encodeProtobuf(schema, object);
    this.transcodeJson = jsonTranscoder(schema, group === '' ? version : `${group}/${version}`, kind);
  }

  decode(body: RequestBody, checkKind?: KindCheck): DecodedBody {
    const { object, strictErrors } = this.decodeBody(body, checkKind);
    return { object: object as Draft<KubeObject>, problems: strictErrors };
  }

  applyDefaults(draft: Draft<KubeObject>): void {
    applyDefaults(this.schema, draft);
  }

  decodeTree(tree: unknown, madeBy?: 'strategic merge'): DecodedBody {
    const decode = madeBy === 'strategic merge' ? decodeMerged : decodeTree;
    const { object, strictErrors } = decode(this.schema, mutableCopy(tree));
    return { object: object as Draft<KubeObject>, problems: strictErrors };
  }

  decodeApplied(tree: unknown): DecodedBody {
    return this.decodeTree(tree);
  }

  encodeJson(object: KubeObject): Uint8Array {
    return encoder.encode(this.jsonText(this.schema, object));
  }

  private decodeBody(body: RequestBody, checkKind: KindCheck | undefined): Decoded {
    if (body.type === 'object') return this.fromTree(mutableCopy(body.object), [], nothing, checkKind);
    const { bytes } = body;
    switch (mediaTypeOf(body.contentType)) {
      case 'application/vnd.kubernetes.protobuf':
        return this.fromProtobuf(bytes, checkKind);
      case 'application/json':
      case '': {
        const text = jsonText(bytes);
        const tree = readable(this.kind, bytes, jsonFault, () => parseJson(text, maxValues));
        return this.fromTree(tree, [], bytes, checkKind, text);
      }
      case 'application/yaml': {
        const { value, strictErrors } = readable(this.kind, bytes, '', () => yamlDocument(body));
        const decoded = this.fromTree(value, [], bytes, checkKind);
        return { ...decoded, strictErrors: [...strictErrors, ...inKeyOrder(decoded.strictErrors)] };
      }
      default:
        throw newUnsupportedMediaType(acceptedBodyTypes);
    }
  }

  /** First whose object it is, then what is in it: a Deployment posted as a Service is told so, whatever its fields. */
  private fromTree(
    tree: unknown,
    found: readonly string[],
    bytes: Uint8Array,
    checkKind: KindCheck | undefined,
    text?: string,
  ): Decoded {
    const given = readable(this.kind, bytes, '', () => typeOf(tree));
    checkKind?.(given);
    try {
      // To Go, null is an object without anything.
      const decoded = decodeTree(this.schema, tree, text);
      return found.length === 0
        ? decoded
        : { object: decoded.object, strictErrors: [...found, ...decoded.strictErrors] };
    } catch (error) {
      if (error instanceof DecodeError) throw unhandled(given, this, error);
      throw error;
    }
  }

  private fromProtobuf(bytes: Uint8Array, checkKind: KindCheck | undefined): Decoded {
    const given = readable(this.kind, bytes, '', () => unwrapProtobuf(bytes));
    const { apiVersion, kind, message } = given;
    checkKind?.({ apiVersion, kind });
    try {
      return { object: { ...decodeMessage(this.schema, message, maxValues), apiVersion, kind }, strictErrors: [] };
    } catch (error) {
      if (error instanceof DecodeError) throw unhandled(given, this, error);
      throw error;
    }
  }
}

const nothing = new Uint8Array();
