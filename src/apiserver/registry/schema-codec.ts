/** KindCodec of built-in kinds, over the generated schema tables. */

import { DecodeError } from '#api/codec/decode-error.ts';
import { type Decoded, decodeTree, parseJson } from '#api/codec/json-decode.ts';
import { encodeJson, encodeProtobufRead } from '#api/codec/json-encode.ts';
import { decodeMessage, isProtobuf, unwrapProtobuf } from '#api/codec/protobuf-decode.ts';
import { encodeProtobuf } from '#api/codec/protobuf-encode.ts';
import { decodeYaml } from '#api/codec/yaml-decode.ts';
import { newBadRequest, newUnsupportedMediaType } from '#api/errors.ts';
import type { KubeObject } from '#api/object.ts';
import type { RequestBody } from '#api/request.ts';
import { applyDefaults } from '#api/schema/defaults.ts';
import type { SchemaRegistry } from '#api/schema/registry.ts';
import type { StructSchema } from '#api/schema/schema.ts';
import { type Draft, mutableCopy } from '#base/edit.ts';
import type { CodecLookup, DecodedBody, KindCheck, KindCodec } from './kind-codec.ts';

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

const decoder = new TextDecoder('utf-8', { fatal: true });
const encoder = new TextEncoder();

class SchemaCodec implements KindCodec {
  readonly schema: StructSchema;
  private readonly version: string;
  private readonly kind: string;
  private readonly jsonText: typeof encodeJson;
  readonly encodeProtobuf: (object: KubeObject) => Uint8Array;

  constructor(schema: StructSchema, group: string, version: string, kind: string) {
    this.schema = schema;
    this.jsonText = keepsEmpty.has(group) ? encodeJson : encodeProtobufRead;
    this.version = version;
    this.kind = kind;
    this.encodeProtobuf = (object) => encodeProtobuf(schema, object);
  }

  decode(body: RequestBody, checkKind?: KindCheck): DecodedBody {
    const { object, strictErrors } = this.decodeBody(body, checkKind);
    return { object: object as Draft<KubeObject>, problems: strictErrors };
  }

  applyDefaults(draft: Draft<KubeObject>): void {
    applyDefaults(this.schema, draft);
  }

  decodeTree(tree: unknown): DecodedBody {
    const { object, strictErrors } = decodeTree(this.schema, mutableCopy(tree));
    return { object: object as Draft<KubeObject>, problems: strictErrors };
  }

  encodeJson(object: KubeObject): Uint8Array {
    return encoder.encode(this.jsonText(this.schema, object));
  }

  private decodeBody(body: RequestBody, checkKind: KindCheck | undefined): Decoded {
    if (body.type === 'object') return this.fromTree(mutableCopy(body.object), [], undefined, checkKind);
    const mediaType = body.contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
    switch (mediaType) {
      case 'application/vnd.kubernetes.protobuf':
        return this.fromProtobuf(body.bytes, checkKind);
      case 'application/yaml':
      case 'application/json':
      case '': {
        if (isProtobuf(body.bytes)) break;
        const text = this.textOf(body.bytes);
        if (mediaType !== 'application/yaml') {
          const tree = this.readable(text, "couldn't get version/kind; json parse error: ", () => parseJson(text));
          return this.fromTree(tree, [], text, checkKind);
        }
        const { value, strictErrors } = this.readable(text, '', () => decodeYaml(text));
        return this.fromTree(value, strictErrors, undefined, checkKind);
      }
    }
    throw newUnsupportedMediaType(acceptedBodyTypes);
  }

  /** First whose object it is, then what is in it: a Deployment posted as a Service is told so, whatever its fields. */
  private fromTree(
    tree: unknown,
    found: readonly string[],
    text: string | undefined,
    checkKind: KindCheck | undefined,
  ): Decoded {
    if (typeof tree !== 'object' || tree === null || Array.isArray(tree)) {
      const what = Array.isArray(tree)
        ? 'array'
        : tree === null
          ? 'null'
          : typeof tree === 'boolean'
            ? 'bool'
            : typeof tree;
      throw unrecognized(
        this.kind,
        `couldn't get version/kind; json parse error: json: cannot unmarshal ${what} into Go value of type ${typeMetaStruct}`,
        text ?? '',
      );
    }
    const given = typeOf(tree);
    checkKind?.(given);
    try {
      const decoded = decodeTree(this.schema, tree, text);
      return found.length === 0
        ? decoded
        : { object: decoded.object, strictErrors: [...found, ...decoded.strictErrors] };
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      const kind = given.kind || this.kind;
      const version = given.apiVersion.slice(given.apiVersion.indexOf('/') + 1) || this.version;
      throw newBadRequest(`${kind} in version "${version}" cannot be handled as a ${this.kind}: ${error.message}`);
    }
  }

  private fromProtobuf(bytes: Uint8Array, checkKind: KindCheck | undefined): Decoded {
    try {
      const { apiVersion, kind, message } = unwrapProtobuf(bytes);
      checkKind?.({ apiVersion, kind });
      return { object: { ...decodeMessage(this.schema, message), apiVersion, kind }, strictErrors: [] };
    } catch (error) {
      if (error instanceof DecodeError) throw unrecognized(this.kind, error.message, '');
      throw error;
    }
  }

  private textOf(bytes: Uint8Array): string {
    try {
      return decoder.decode(bytes);
    } catch (error) {
      if (error instanceof TypeError) throw unrecognized(this.kind, 'invalid UTF-8', '');
      throw error;
    }
  }

  private readable<T>(text: string, prefix: string, read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      throw unrecognized(this.kind, prefix + error.message, text);
    }
  }
}

/** How Go names the struct that it looks for kind and version with. */
const typeMetaStruct =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

function typeOf(tree: object): { readonly apiVersion: string; readonly kind: string } {
  const { apiVersion, kind } = tree as { readonly apiVersion?: unknown; readonly kind?: unknown };
  return { apiVersion: typeof apiVersion === 'string' ? apiVersion : '', kind: typeof kind === 'string' ? kind : '' };
}

/** Bytes of a body that an answer shows (apiserver endpoints/handlers summarizeData). */
const excerptLength = 30;

/** 400 for a body that does not say what it is, or is of another form. */
export function unrecognized(kind: string, message: string, text: string): Error {
  return newBadRequest(
    `the object provided is unrecognized (must be of type ${kind}): ${message} (${excerptOf(text)})`,
  );
}

function excerptOf(text: string): string {
  if (text === '') return '<empty>';
  if (text.startsWith('{')) return text.length > excerptLength ? `${text.slice(0, excerptLength)} ...` : text;
  const bytes = encoder.encode(text);
  const hex = Array.from(bytes.subarray(0, excerptLength), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return bytes.length > excerptLength ? `${hex} ...` : hex;
}
