/**
 * /openapi/v2 and /openapi/v3: documents made from definitions and schema tables when they are first asked for, and again when
 * the registry changes.
 */

import type { ResourceDefinition } from '#api/definition.ts';
import { newNotAcceptable } from '#api/errors.ts';
import type { CustomSchema } from '#api/openapi/operations.ts';
import { openApiV2 } from '#api/openapi/v2.ts';
import { openApiV2Protobuf } from '#api/openapi/v2-protobuf.ts';
import { type OpenApiOptions, openApiV3, openApiV3Groups } from '#api/openapi/v3.ts';
import type { ApiRequest, ApiResponse } from '#api/request.ts';
import type { SchemaRegistry } from '#api/schema/registry.ts';
import type { Registry } from '../registry/registry.ts';
import { parseAccept } from '../wire/accept.ts';
import { fingerprint } from './fingerprint.ts';

const encoder = new TextEncoder();
const version = '1.36';

/** What client-go asks for, in the two spellings that upstream takes; the answer carries the second. */
const protobufTypes = [
  'application/com.github.proto-openapi.spec.v2@v1.0+protobuf',
  'application/com.github.proto-openapi.spec.v2.v1.0+protobuf',
] as const;

interface Document {
  readonly bytes: Uint8Array;
  readonly contentType: string;
  readonly etag: string;
}

export class OpenApi {
  private readonly registry: Registry;
  private readonly schemas: SchemaRegistry;
  private readonly options: OpenApiOptions;
  private readonly documents = new Map<string, Document>();
  private generation = -1;

  /** `customSchema` gives the schemas of kinds that no table has. */
  constructor(registry: Registry, schemas: SchemaRegistry, customSchema?: CustomSchema) {
    this.registry = registry;
    this.schemas = schemas;
    this.options = { version, enums: true, ...(customSchema ? { customSchema } : {}) };
  }

  handle(request: ApiRequest): ApiResponse | undefined {
    if (this.generation !== this.registry.generation) {
      this.documents.clear();
      this.generation = this.registry.generation;
    }
    const name = request.path.replace(/^\/openapi\/?/, '').replace(/\/$/, '');
    const asProtobuf = name === 'v2' && takes(request.headers.accept, protobufTypes, false);
    if (!asProtobuf && !takes(request.headers.accept, jsonTypes, true)) throw newNotAcceptable(['application/json']);
    const key = asProtobuf ? 'v2 protobuf' : name;
    const document = this.documents.get(key) ?? this.make(key);
    if (!document) return undefined;
    this.documents.set(key, document);
    const headers = {
      etag: document.etag,
      vary: 'Accept',
      // A v3 address carries its content's hash: it never changes.
      'cache-control': request.query.has('hash') ? 'public, immutable' : 'no-cache, private',
    };
    const { contentType } = document;
    if (request.headers['if-none-match'] === document.etag) {
      return { type: 'bytes', status: 304, contentType, body: new Uint8Array(), headers };
    }
    return { type: 'bytes', status: 200, contentType, body: document.bytes, headers };
  }

  private make(name: string): Document | undefined {
    const definitions = [...this.registry.all()].map(({ definition }) => definition);
    if (name === 'v2') return documentOf(openApiV2(this.schemas, definitions, this.options));
    if (name === 'v2 protobuf') {
      const bytes = openApiV2Protobuf(openApiV2(this.schemas, definitions, this.options));
      return { bytes, contentType: protobufTypes[1], etag: `"${fingerprint(bytes)}"` };
    }
    if (name === 'v3') return documentOf(index(definitions));
    if (!name.startsWith('v3/')) return undefined;
    const [, root, group = '', version] = name.split('/');
    if (root === 'api' && group !== '') return this.groupVersion(definitions, '', group);
    if (root === 'apis' && version !== undefined) return this.groupVersion(definitions, group, version);
    const found = openApiV3Groups(this.schemas, definitions, this.options).get(name.slice('v3/'.length));
    return found && documentOf(found);
  }

  private groupVersion(
    definitions: readonly ResourceDefinition[],
    group: string,
    version: string,
  ): Document | undefined {
    if (!this.registry.hasGroupVersion(group, version)) return undefined;
    return documentOf(openApiV3(this.schemas, definitions, group, version, this.options));
  }
}

/** Where each group version's document is; the hash tells clients when what they keep is stale. */
function index(definitions: readonly ResourceDefinition[]): object {
  const byPath = new Map<string, string[]>([
    ['api', []],
    ['apis', []],
    ['version', []],
  ]);
  for (const { group, version: served, plural, kind } of definitions) {
    const path = group === '' ? `api/${served}` : `apis/${group}/${served}`;
    if (group !== '') byPath.set(`apis/${group}`, []);
    byPath.set(path, [...(byPath.get(path) ?? []), `${plural}/${kind}`]);
  }
  const paths = [...byPath]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, content]) => {
      const hash = fingerprint(encoder.encode(`${version} ${path} ${content.join()}`));
      return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` }];
    });
  return { paths: Object.fromEntries(paths) };
}

function documentOf(value: object): Document {
  const bytes = encoder.encode(JSON.stringify(value));
  return { bytes, contentType: 'application/json', etag: `"${fingerprint(bytes)}"` };
}

const jsonTypes = ['application/json', 'application/*', '*/*'];

/** `otherwise` is the answer for a client that does not say what it takes. */
function takes(accept: string | undefined, types: readonly string[], otherwise: boolean): boolean {
  return accept ? parseAccept(accept).some(({ type }) => types.includes(type)) : otherwise;
}
