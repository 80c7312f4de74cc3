/**
 * KindCodec of a custom resource, over its structural schema: bodies are trees whose metadata is checked like any object's, and whose
 * other content is pruned; types are validation's business (422), as upstream does it.
 */

import { DecodeError, maxValues, unknownField } from '#api/codec/decode-error.ts';
import { checkTree, decodeTree, parseJson } from '#api/codec/json-decode.ts';
import { encodeTree } from '#api/codec/json-encode.ts';
import { jsonText } from '#api/codec/text.ts';
import { newBadRequest, newInvalid, newUnsupportedMediaType } from '#api/errors.ts';
import { fieldErrorText, invalid } from '#api/field-error.ts';
import type { KubeObject } from '#api/object.ts';
import type { RequestBody } from '#api/request.ts';
import type { StructSchema } from '#api/schema/schema.ts';
import { coerceEmbedded, hasEmbedded } from '#api/structural/embedded.ts';
import { prune } from '#api/structural/pruning.ts';
import { isTree, type JsonSchema, type Tree } from '#api/structural/schema.ts';
import { type Draft, mutableCopy } from '#base/edit.ts';
import { type GivenType, jsonFault, readable, typeOf, unhandled, unrecognized } from '../registry/body-faults.ts';
import type { DecodedBody, KindCheck, KindCodec } from '../registry/kind-codec.ts';
import { yamlDocument } from '../request/yaml-body.ts';
import { mediaTypeOf } from '../wire/media-type.ts';
import { applySchemaDefaults, dropNulls, hasDefaults, withReadDefaults } from './defaulting.ts';
import { resourceNode } from './schema-node.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();
/** Of what comes from this process. */
const nothing = new Uint8Array();
const acceptedTypes = ['application/json', 'application/yaml'] as const;

export interface CustomCodecConfig {
  readonly apiVersion: string;
  readonly kind: string;
  readonly schema: JsonSchema;
  /** spec.preserveUnknownFields of CRDs from before v1: nothing is pruned. */
  readonly preserveUnknownFields: boolean;
  readonly objectMeta: StructSchema;
}

export class CustomCodec implements KindCodec {
  readonly schema: StructSchema;
  readonly strategicMerge = false;
  /** Lists of what has no Go type always say where to go on. */
  readonly listMetadata = { continue: '' } as const;
  /** Whether `applyDefaults` may do anything. */
  readonly hasDefaults: boolean;
  private readonly hasEmbedded: boolean;
  private readonly config: CustomCodecConfig;
  /** The schema with its defaults as they are read. */
  private readonly defaulting: JsonSchema;
  readonly kind: string;
  readonly version: string;
  private readonly objectMeta: StructSchema;

  constructor(config: CustomCodecConfig) {
    this.config = config;
    this.defaulting = withReadDefaults(config.schema);
    this.hasDefaults = hasDefaults(this.defaulting);
    this.hasEmbedded = hasEmbedded(config.schema);
    this.schema = resourceNode(config.kind, config.schema, config.objectMeta, config.preserveUnknownFields);
    this.objectMeta = config.objectMeta;
    this.kind = config.kind;
    this.version = config.apiVersion.slice(config.apiVersion.indexOf('/') + 1);
  }

  decode(body: RequestBody, checkKind?: KindCheck): DecodedBody {
    if (body.type === 'object') return this.fromBody(mutableCopy(body.object), [], nothing, checkKind);
    const { bytes } = body;
    const { kind } = this.config;
    const mediaType = mediaTypeOf(body.contentType);
    if (mediaType === undefined || (mediaType !== '' && !(acceptedTypes as readonly string[]).includes(mediaType)))
      throw newUnsupportedMediaType([...acceptedTypes, 'application/vnd.kubernetes.protobuf']);
    if (mediaType === 'application/yaml') {
      const { value, strictErrors } = readable(kind, bytes, '', () => yamlDocument(body));
      return this.fromBody(value, strictErrors, bytes, checkKind);
    }
    const text = jsonText(bytes);
    const tree = readable(kind, bytes, jsonFault, () => parseJson(text, maxValues));
    return this.fromBody(tree, [], bytes, checkKind, text);
  }

  decodeTree(tree: unknown): DecodedBody {
    this.checkServed(typeOf(tree), tree);
    return this.fromTree(mutableCopy(tree), []);
  }

  decodeApplied(tree: unknown): DecodedBody {
    return this.read(mutableCopy(tree), [], () => {});
  }

  /** Takes away what this version does not have. */
  prune(draft: Draft<KubeObject>): void {
    if (!this.config.preserveUnknownFields) prune(draft as Tree, this.config.schema);
  }

  applyDefaults(draft: Draft<KubeObject>): void {
    applySchemaDefaults(draft, this.defaulting);
  }

  /** Kind and metadata come first: what reads stored bytes takes the first "metadata" for the object's. */
  encodeJson(object: KubeObject): Uint8Array {
    const { apiVersion, kind, metadata, ...rest } = object;
    const content = encodeTree(rest);
    const head = `{"apiVersion":${encodeTree(apiVersion)},"kind":${encodeTree(kind)},"metadata":${encodeTree(metadata ?? {})}`;
    return encoder.encode(content === '{}' ? `${head}}` : `${head},${content.slice(1)}`);
  }

  /** First whose object it is, then what is in it. */
  private fromBody(
    tree: unknown,
    found: readonly string[],
    bytes: Uint8Array,
    checkKind: KindCheck | undefined,
    text?: string,
  ): DecodedBody {
    const given = readable(this.kind, bytes, '', () => typeOf(tree));
    if (checkKind && bytes !== nothing) this.checkType(given, tree, bytes);
    checkKind?.(given);
    try {
      return this.fromTree(tree, found, text);
    } catch (error) {
      if (error instanceof DecodeError) throw unhandled(given, this, error);
      throw error;
    }
  }

  /** What a client sends says what it is, and that is what the server serves here. */
  private checkType(given: GivenType, tree: unknown, bytes: Uint8Array): void {
    const { kind, apiVersion } = this.config;
    if (given.kind === '') throw unrecognized(kind, `Object 'Kind' is missing in '${decoder.decode(bytes)}'`, bytes);
    if (given.apiVersion !== apiVersion) {
      const fault = 'does not match the expected API version';
      throw newBadRequest(`the API version in the data (${given.apiVersion}) ${fault} (${apiVersion})`);
    }
    this.checkServed(given, tree);
  }

  /** What it says it is has to be what is served here. */
  private checkServed(given: GivenType, tree: unknown): void {
    const { kind, apiVersion } = this.config;
    if (given.kind === kind && given.apiVersion === apiVersion) return;
    const errors = [
      ...(given.kind === kind ? [] : [invalid('kind', given.kind, `must be ${kind}`)]),
      ...(given.apiVersion === apiVersion ? [] : [invalid('apiVersion', given.apiVersion, `must be ${apiVersion}`)]),
    ];
    const { metadata } = tree as Tree;
    const { name = '' } = (isTree(metadata) ? metadata : {}) as { readonly name?: unknown };
    const group = given.apiVersion.slice(0, Math.max(0, given.apiVersion.indexOf('/')));
    throw newInvalid({ group, kind: given.kind }, typeof name === 'string' ? name : '', errors);
  }

  /** As upstream reads objects: nulls go that may not be ones. */
  private fromTree(tree: unknown, found: readonly string[], text?: string): DecodedBody {
    return this.read(tree, found, (object) => dropNulls(object, this.defaulting), text);
  }

  /** `pruned` is called before the resources inside are looked at; `text`: what the tree was read from, which may say members twice. */
  private read(given: unknown, found: readonly string[], pruned: (tree: Tree) => void, text?: string): DecodedBody {
    const tree = given ?? {};
    if (!isTree(tree)) throw new DecodeError('json: cannot unmarshal into Go value of type map[string]interface {}');
    const problems = [...found, ...checkTree(tree, text), ...readMetadata(tree, this.objectMeta)];
    const { schema, preserveUnknownFields } = this.config;
    if (!preserveUnknownFields) for (const path of prune(tree, schema)) problems.push(unknownField(path));
    pruned(tree);
    if (this.hasEmbedded) for (const path of readEmbedded(tree, schema)) problems.push(unknownField(path));
    dropUndefined(tree);
    return { object: tree as Draft<KubeObject>, problems };
  }
}

/** Reads the resources inside of the object, in place; answers the paths of what their metadata does not have. */
function readEmbedded(tree: Tree, schema: JsonSchema): readonly string[] {
  const unknown: string[] = [];
  const fault = coerceEmbedded(tree, schema, '', { unknown });
  if (fault) throw new DecodeError(fieldErrorText(fault));
  return unknown.sort();
}

/** Reads the object's own metadata, in place; answers what strict validation refuses. */
function readMetadata(tree: Tree, objectMeta: StructSchema): readonly string[] {
  const { metadata } = tree;
  if (metadata === undefined || metadata === null) {
    delete tree['metadata'];
    return [];
  }
  const { object, strictErrors } = decodeTree(objectMeta, metadata);
  tree['metadata'] = object;
  return strictErrors.map((problem) => problem.replace('"', '"metadata.'));
}

/** Callers in this process may spell absence so. */
function dropUndefined(tree: Tree): void {
  for (const key in tree) {
    const value = tree[key];
    if (value === undefined) delete tree[key];
    else if (isTree(value)) dropUndefined(value);
  }
}
