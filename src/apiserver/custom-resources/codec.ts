/**
 * KindCodec of a custom resource, over its structural schema: bodies are trees whose metadata is checked like any object's, and whose
 * other content is pruned; types are validation's business (422), as upstream does it.
 */

import { DecodeError } from '#api/codec/decode-error.ts';
import { checkTree, decodeTree, parseJson } from '#api/codec/json-decode.ts';
import { encodeTree } from '#api/codec/json-encode.ts';
import { jsonText, yamlText } from '#api/codec/text.ts';
import { decodeYaml } from '#api/codec/yaml-decode.ts';
import { newBadRequest, newInvalid, newUnsupportedMediaType } from '#api/errors.ts';
import { index, invalid } from '#api/field-error.ts';
import type { KubeObject } from '#api/object.ts';
import type { RequestBody } from '#api/request.ts';
import type { StructSchema } from '#api/schema/schema.ts';
import { prune } from '#api/structural/pruning.ts';
import { isTree, type JsonSchema, memberSchema, type Tree } from '#api/structural/schema.ts';
import { type Draft, mutableCopy } from '#base/edit.ts';
import type { DecodedBody, KindCheck, KindCodec } from '../registry/kind-codec.ts';
import { unrecognized } from '../registry/schema-codec.ts';
import { mediaTypeOf } from '../wire/media-type.ts';
import { applySchemaDefaults, dropNulls, hasDefaults } from './defaulting.ts';
import { resourceNode } from './schema-node.ts';

const encoder = new TextEncoder();
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
  /** Whether `applyDefaults` may do anything. */
  readonly hasDefaults: boolean;
  private readonly config: CustomCodecConfig;
  private readonly metadataHolder: StructSchema;

  constructor(config: CustomCodecConfig) {
    this.config = config;
    this.hasDefaults = hasDefaults(config.schema);
    this.schema = resourceNode(config.kind, config.schema, config.objectMeta, config.preserveUnknownFields);
    this.metadataHolder = resourceNode(config.kind, {}, config.objectMeta, false);
  }

  decode(body: RequestBody, checkKind?: KindCheck): DecodedBody {
    if (body.type === 'object') return this.refusing(() => this.fromTree(mutableCopy(body.object), [], checkKind));
    const mediaType = mediaTypeOf(body.contentType);
    if (mediaType === undefined || (mediaType !== '' && !(acceptedTypes as readonly string[]).includes(mediaType)))
      throw newUnsupportedMediaType(acceptedTypes);
    return this.refusing(() => {
      if (mediaType === 'application/yaml') {
        const { value, strictErrors } = decodeYaml(yamlText(body.bytes));
        if (checkKind) this.checkType(value, JSON.stringify(value));
        return this.fromTree(value, strictErrors, checkKind);
      }
      const text = jsonText(body.bytes);
      const tree = parseJson(text);
      if (checkKind) this.checkType(tree, text);
      return this.fromTree(tree, checkTree(tree, text), checkKind);
    });
  }

  decodeTree(tree: unknown): DecodedBody {
    return this.fromTree(mutableCopy(tree), []);
  }

  decodeApplied(tree: unknown): DecodedBody {
    return this.fromMergedTree(mutableCopy(tree), []);
  }

  applyDefaults(draft: Draft<KubeObject>): void {
    applySchemaDefaults(draft, this.config.schema);
  }

  /** Kind and metadata come first: what reads stored bytes takes the first "metadata" for the object's. */
  encodeJson(object: KubeObject): Uint8Array {
    const { apiVersion, kind, metadata, ...rest } = object;
    const content = encodeTree(rest);
    const head = `{"apiVersion":${encodeTree(apiVersion)},"kind":${encodeTree(kind)},"metadata":${encodeTree(metadata ?? {})}`;
    return encoder.encode(content === '{}' ? `${head}}` : `${head},${content.slice(1)}`);
  }

  /** What a client sends says what it is, and that is what the server serves here. */
  private checkType(tree: unknown, text: string): void {
    if (!isTree(tree)) return;
    const { kind, apiVersion } = this.config;
    const given = typeof tree.kind === 'string' ? tree.kind : '';
    if (given === '') throw unrecognized(kind, `Object 'Kind' is missing in '${text}'`, encoder.encode(text));
    const version = typeof tree.apiVersion === 'string' ? tree.apiVersion : '';
    if (version !== apiVersion) {
      const fault = 'does not match the expected API version';
      throw newBadRequest(`the API version in the data (${version}) ${fault} (${apiVersion})`);
    }
    if (given === kind) return;
    const { name = '' } = (isTree(tree.metadata) ? tree.metadata : {}) as { readonly name?: unknown };
    const [group = ''] = apiVersion.split('/');
    const error = invalid('kind', given, `must be ${kind}`);
    throw newInvalid({ group, kind: given }, typeof name === 'string' ? name : '', [error]);
  }

  private fromTree(tree: unknown, found: readonly string[], checkKind?: KindCheck): DecodedBody {
    const decoded = this.fromMergedTree(tree, found, checkKind);
    dropNulls(decoded.object, this.config.schema);
    return decoded;
  }

  private fromMergedTree(tree: unknown, found: readonly string[], checkKind?: KindCheck): DecodedBody {
    if (!isTree(tree)) throw new DecodeError('json: cannot unmarshal into Go value of type map[string]interface {}');
    checkTree(tree);
    const { apiVersion, kind } = tree;
    checkKind?.({
      apiVersion: typeof apiVersion === 'string' ? apiVersion : '',
      kind: typeof kind === 'string' ? kind : '',
    });
    const problems = [...found];
    this.checkMetadata(tree, '', problems);
    this.checkEmbedded(tree, this.config.schema, '', problems);
    if (!this.config.preserveUnknownFields)
      for (const path of prune(tree, this.config.schema)) problems.push(`unknown field ${JSON.stringify(path)}`);
    dropUndefined(tree);
    return { object: tree as Draft<KubeObject>, problems };
  }

  /** Checks and normalizes the metadata of a resource or of one embedded at `path`. */
  private checkMetadata(tree: Tree, path: string, problems: string[]): void {
    if (tree.metadata === undefined || tree.metadata === null) {
      delete tree.metadata;
      return;
    }
    const { object, strictErrors } = decodeTree(this.metadataHolder, { metadata: tree.metadata });
    tree.metadata = object.metadata ?? {};
    for (const problem of strictErrors) problems.push(path === '' ? problem : problem.replace('"', `"${path}.`));
  }

  private checkEmbedded(value: unknown, schema: JsonSchema, path: string, problems: string[]): void {
    if (Array.isArray(value)) {
      const { items } = schema;
      if (!items) return;
      value.forEach((item, position) => {
        this.checkEmbedded(item, items, index(path, position), problems);
      });
      return;
    }
    if (!isTree(value)) return;
    if (path !== '' && schema['x-kubernetes-embedded-resource']) this.checkMetadata(value, path, problems);
    for (const key of Object.keys(value)) {
      const member = memberSchema(schema, key);
      if (member) this.checkEmbedded(value[key], member, path === '' ? key : `${path}.${key}`, problems);
    }
  }

  private refusing(read: () => DecodedBody): DecodedBody {
    try {
      return read();
    } catch (error) {
      if (error instanceof DecodeError) throw newBadRequest(`error decoding ${this.config.kind}: ${error.message}`);
      throw error;
    }
  }
}

/** Callers in this process may spell absence so. */
function dropUndefined(tree: Tree): void {
  for (const key of Object.keys(tree)) {
    const value = tree[key];
    if (value === undefined) delete tree[key];
    else if (isTree(value)) dropUndefined(value);
  }
}
