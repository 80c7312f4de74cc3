/** KindCodec of built-in kinds, over the generated schema tables. */

import { DecodeError } from '#api/codec/decode-error.ts';
import { type Decoded, decodeJson, decodeTree } from '#api/codec/json-decode.ts';
import { encodeJson } from '#api/codec/json-encode.ts';
import { decodeMessage, isProtobuf, unwrapProtobuf } from '#api/codec/protobuf-decode.ts';
import { encodeProtobuf } from '#api/codec/protobuf-encode.ts';
import { decodeYaml } from '#api/codec/yaml-decode.ts';
import { newBadRequest, newUnsupportedMediaType } from '#api/errors.ts';
import type { KubeObject } from '#api/object.ts';
import type { RequestBody } from '#api/request.ts';
import type { SchemaRegistry } from '#api/schema/registry.ts';
import type { StructSchema } from '#api/schema/schema.ts';
import { type Draft, mutableCopy } from '#base/edit.ts';
import type { CodecLookup, DecodedBody, KindCodec } from './kind-codec.ts';

export const acceptedBodyTypes = [
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
] as const;

/** Codecs are made once per kind, when first asked for. */
export function schemaCodecs(registry: SchemaRegistry): CodecLookup {
  const codecs = new Map<string, KindCodec | undefined>();
  return (group, version, kind) => {
    const key = `${group}/${version}/${kind}`;
    if (codecs.has(key)) return codecs.get(key);
    const schema = registry.kind(group, version, kind);
    const codec = schema && new SchemaCodec(schema, kind);
    codecs.set(key, codec);
    return codec;
  };
}

const decoder = new TextDecoder('utf-8', { fatal: true });
const encoder = new TextEncoder();

class SchemaCodec implements KindCodec {
  readonly schema: StructSchema;
  private readonly kind: string;
  readonly encodeProtobuf: (object: KubeObject) => Uint8Array;

  constructor(schema: StructSchema, kind: string) {
    this.schema = schema;
    this.kind = kind;
    this.encodeProtobuf = (object) => encodeProtobuf(schema, object);
  }

  decode(body: RequestBody): DecodedBody {
    const { object, strictErrors } = this.decodeBody(body);
    return { object: object as Draft<KubeObject>, problems: strictErrors };
  }

  decodeTree(tree: unknown): DecodedBody {
    const { object, strictErrors } = decodeTree(this.schema, mutableCopy(tree));
    return { object: object as Draft<KubeObject>, problems: strictErrors };
  }

  encodeJson(object: KubeObject): Uint8Array {
    return encoder.encode(encodeJson(this.schema, object));
  }

  private decodeBody(body: RequestBody): Decoded {
    if (body.type === 'object') return this.worded(() => decodeTree(this.schema, mutableCopy(body.object)), '');
    const mediaType = body.contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
    switch (mediaType) {
      case 'application/vnd.kubernetes.protobuf':
        return this.worded(() => {
          const { apiVersion, kind, message } = unwrapProtobuf(body.bytes);
          return { object: { ...decodeMessage(this.schema, message), apiVersion, kind }, strictErrors: [] };
        }, '');
      case 'application/yaml':
      case 'application/json':
      case '': {
        if (isProtobuf(body.bytes)) break;
        const text = this.worded(() => decoder.decode(body.bytes), '');
        return this.worded(
          () => (mediaType === 'application/yaml' ? this.fromYaml(text) : decodeJson(this.schema, text)),
          text,
        );
      }
    }
    throw newUnsupportedMediaType(acceptedBodyTypes);
  }

  private fromYaml(text: string): Decoded {
    const { value, strictErrors } = decodeYaml(text);
    const decoded = decodeTree(this.schema, value);
    return { object: decoded.object, strictErrors: [...strictErrors, ...decoded.strictErrors] };
  }

  private worded<T>(decode: () => T, text: string): T {
    try {
      return decode();
    } catch (error) {
      if (error instanceof DecodeError) throw badBody(this.kind, error, text);
      if (error instanceof TypeError) throw badBody(this.kind, new DecodeError('invalid UTF-8'), text);
      throw error;
    }
  }
}

/** Upstream's sentence for a body that has no readable kind, or whose content does not fit the kind. */
function badBody(kind: string, error: DecodeError, text: string): Error {
  const given = givenKind(text);
  if (given) {
    return newBadRequest(
      `${given.kind} in version "${given.version}" cannot be handled as a ${kind}: ${error.message}`,
    );
  }
  const excerpt = text === '' ? '<empty>' : text.length > 200 ? `${text.slice(0, 200)} ...` : text;
  return newBadRequest(`the object provided is unrecognized (must be of type ${kind}): ${error.message} (${excerpt})`);
}

function givenKind(text: string): { readonly kind: string; readonly version: string } | undefined {
  const kind = /"kind"\s*:\s*"([^"\\]{1,100})"/.exec(text)?.[1];
  const apiVersion = /"apiVersion"\s*:\s*"([^"\\]{1,100})"/.exec(text)?.[1];
  return kind && apiVersion ? { kind, version: apiVersion.slice(apiVersion.indexOf('/') + 1) } : undefined;
}
