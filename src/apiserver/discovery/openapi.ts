/**
 * /openapi/v2 and /openapi/v3: documents made from definitions and schema tables when they are first asked for, and again when
 * the registry changes or what other API servers say of theirs.
 *
 * The index of version 3 has a hash of each document's content. Hashes are kept for as long as a group version's definitions are the same
 * objects, so that a custom resource that comes or goes costs its own group version and no other; they are made one document a turn, as
 * all of them at once would hold requests up. Of group versions that have custom resources only, the hash is made of one for each of them:
 * a group may have hundreds, and one that changes costs itself.
 */

import type { ResourceDefinition } from '#api/definition.ts';
import { newNotAcceptable } from '#api/errors.ts';
import type { Descriptions } from '#api/openapi/descriptions.ts';
import { mergeV2 } from '#api/openapi/merge-v2.ts';
import type { CustomSchema } from '#api/openapi/operations.ts';
import { openApiV2 } from '#api/openapi/v2.ts';
import { openApiV2Protobuf } from '#api/openapi/v2-protobuf.ts';
import { groupVersionsOf, type OpenApiOptions, openApiV3, openApiV3Groups } from '#api/openapi/v3.ts';
import type { ApiRequest, ApiResponse } from '#api/request.ts';
import type { SchemaRegistry } from '#api/schema/registry.ts';
import { sleep } from '#base/abort.ts';
import type { Clock } from '#base/env.ts';
import { byPriority } from '../aggregation/remote-group-version.ts';
import type { Registry } from '../registry/registry.ts';
import { parseAccept } from '../wire/accept.ts';
import type { RemoteDiscovery } from './discovery.ts';
import { fingerprint } from './fingerprint.ts';

const encoder = new TextEncoder();
const version = '1.36';

/** What client-go asks for, in the two spellings that upstream takes; the answer carries the second. */
const protobufTypes = [
  'application/com.github.proto-openapi.spec.v2@v1.0+protobuf',
  'application/com.github.proto-openapi.spec.v2.v1.0+protobuf',
] as const;

export interface OpenApiConfig {
  readonly registry: Registry;
  readonly schemas: SchemaRegistry;
  readonly descriptions: Descriptions | undefined;
  readonly clock: Clock;
  /** Schemas of kinds that no table has. */
  readonly customSchema: CustomSchema | undefined;
  readonly remotes: RemoteDiscovery | undefined;
}

interface Document {
  readonly bytes: Uint8Array;
  readonly contentType: string;
  readonly etag: string;
}

/** Of a group version's document, and the definitions that it was made of. */
interface Hash {
  readonly definitions: readonly ResourceDefinition[];
  readonly hash: string;
}

export class OpenApi {
  private readonly config: OpenApiConfig;
  private readonly options: OpenApiOptions;
  private readonly documents = new Map<string, Document>();
  private readonly hashes = new Map<string, Hash>();
  /** Of documents of paths that belong to no group version. */
  private readonly groupHashes = new Map<string, string>();
  /** Of documents that have one custom resource alone. */
  private readonly customHashes = new WeakMap<ResourceDefinition, string>();
  private generation = '';
  private indexing: { readonly generation: string; readonly index: Promise<Document> } | undefined;

  constructor(config: OpenApiConfig) {
    const { customSchema, descriptions } = config;
    this.config = config;
    this.options = {
      version,
      enums: true,
      ...(customSchema ? { customSchema } : {}),
      ...(descriptions ? { descriptions } : {}),
    };
  }

  handle(request: ApiRequest): Promise<ApiResponse> | ApiResponse | undefined {
    const generation = `${this.config.registry.generation} ${this.config.remotes?.generation}`;
    if (this.generation !== generation) {
      this.documents.clear();
      this.generation = generation;
    }
    const name = request.path.replace(/^\/openapi\/?/, '').replace(/\/$/, '');
    const asProtobuf = name === 'v2' && takes(request.headers.accept, protobufTypes, false);
    if (!asProtobuf && !takes(request.headers.accept, jsonTypes, true)) throw newNotAcceptable(['application/json']);
    const key = asProtobuf ? 'v2 protobuf' : name;
    const known = this.documents.get(key);
    if (!known && key === 'v3') return this.index().then((document) => answer(request, document));
    const document = known ?? this.make(key);
    if (!document) return undefined;
    this.documents.set(key, document);
    return staleAddress(request, name, document) ?? answer(request, document);
  }

  private get definitions(): readonly ResourceDefinition[] {
    return [...this.config.registry.all()].map(({ definition }) => definition);
  }

  private make(name: string): Document | undefined {
    const { schemas, registry } = this.config;
    const { definitions, options } = this;
    if (name === 'v2') return documentOf(this.merged(definitions));
    if (name === 'v2 protobuf') {
      const bytes = openApiV2Protobuf(this.merged(definitions));
      return { bytes, contentType: protobufTypes[1], etag: `"${fingerprint(bytes)}"` };
    }
    if (!name.startsWith('v3/')) return undefined;
    const [, root, group = '', version, ...more] = name.split('/');
    // What is made is kept: paths that are not served must make nothing.
    if (more.length > 0 || (root === 'api' && version !== undefined)) return undefined;
    const isCore = root === 'api' && group !== '';
    if (isCore || (root === 'apis' && version !== undefined)) {
      const place = isCore ? { group: '', version: group } : { group, version: version ?? '' };
      if (!registry.hasGroupVersion(place.group, place.version)) {
        const converted = this.convertedOf(place.group, place.version);
        return converted && documentOf(converted);
      }
      const made = documentOf(openApiV3(schemas, definitions, place.group, place.version, options));
      const hash = this.customHash(definitions.filter(isOf(place.group, place.version)));
      return hash === undefined ? made : { ...made, etag: `"${hash}"` };
    }
    const found = openApiV3Groups(schemas, definitions, options).get(name.slice('v3/'.length));
    return found && documentOf(found());
  }

  /** Made of what another server says in version 2. */
  private convertedOf(group: string, served: string): object | undefined {
    for (const remote of this.config.remotes?.all() ?? []) {
      if (remote.group === group && remote.version === served) return remote.openApi?.converted;
    }
    return undefined;
  }

  /** Of the definitions of one group version; undefined where there are others than custom resources. */
  private customHash(definitions: readonly ResourceDefinition[]): string | undefined {
    const { registry, schemas } = this.config;
    const hashes: string[] = [];
    for (const definition of definitions) {
      const { group, version: served, plural } = definition;
      if (!registry.find(group, served, plural)?.isCustom) return undefined;
      let hash = this.customHashes.get(definition);
      if (hash === undefined) {
        hash = hashOf(openApiV3(schemas, [definition], group, served, this.options));
        this.customHashes.set(definition, hash);
      }
      hashes.push(hash);
    }
    return hashes.length === 0 ? undefined : fingerprint(encoder.encode(hashes.sort().join()));
  }

  private merged(definitions: readonly ResourceDefinition[]): ReturnType<typeof openApiV2> {
    const { schemas, remotes } = this.config;
    const own = openApiV2(schemas, definitions, this.options);
    const parts = byPriority(remotes?.all() ?? []).flatMap(({ openApi }) => (openApi?.v2 ? [openApi.v2.part] : []));
    return parts.length === 0 ? own : mergeV2(own, parts);
  }

  /** One is being made at a time; what changes meanwhile is in the next. */
  private index(): Promise<Document> {
    const { generation } = this;
    if (this.indexing?.generation !== generation) {
      const index = this.makeIndex().then((document) => {
        if (this.generation === generation) this.documents.set('v3', document);
        return document;
      });
      this.indexing = { generation, index };
      const done = () => {
        if (this.indexing?.index === index) this.indexing = undefined;
      };
      index.then(done, done);
    }
    return this.indexing.index;
  }

  /** Where each group version's document is; the hash tells clients when what they keep is stale. */
  private async makeIndex(): Promise<Document> {
    const { schemas, clock, remotes } = this.config;
    const { definitions, options } = this;
    const urls = new Map<string, string>();
    const put = (path: string, hash: string): void => {
      urls.set(path, `/openapi/v3/${path}?hash=${hash}`);
    };
    for (const remote of remotes?.all() ?? []) {
      for (const [path, url] of Object.entries(remote.openApi?.v3 ?? {})) urls.set(path, url);
      const { group, version: served, openApi } = remote;
      if (openApi?.converted) put(`apis/${group}/${served}`, hashOf(openApi.converted));
    }
    for (const [path, make] of openApiV3Groups(schemas, definitions, options)) {
      const hash = this.groupHashes.get(path) ?? hashOf(make());
      this.groupHashes.set(path, hash);
      put(path, hash);
    }
    for (const path of this.groupHashes.keys()) if (!urls.has(path)) this.groupHashes.delete(path);
    const byGroupVersion = Map.groupBy(definitions, ({ group, version: served }) => `${group}/${served}`);
    for (const { group, version: served } of groupVersionsOf(definitions)) {
      const path = group === '' ? `api/${served}` : `apis/${group}/${served}`;
      const own = byGroupVersion.get(`${group}/${served}`) ?? [];
      const known = this.hashes.get(path);
      const isSame =
        known?.definitions.length === own.length && own.every((each, at) => each === known.definitions[at]);
      if (known && isSame) {
        put(path, known.hash);
        continue;
      }
      await sleep(clock, 0);
      const hash = this.customHash(own) ?? hashOf(openApiV3(schemas, definitions, group, served, options));
      this.hashes.set(path, { definitions: own, hash });
      put(path, hash);
    }
    for (const path of this.hashes.keys()) if (!urls.has(path)) this.hashes.delete(path);
    const paths = [...urls]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([path, url]) => [path, { serverRelativeURL: url }]);
    return documentOf({ paths: Object.fromEntries(paths) });
  }
}

function answer(request: ApiRequest, { bytes, contentType, etag }: Document): ApiResponse {
  const headers = {
    etag,
    vary: 'Accept',
    // A v3 address carries its content's hash: it never changes.
    'cache-control': request.query.has('hash') ? 'public, immutable' : 'no-cache, private',
  };
  const isKnown = request.headers['if-none-match'] === etag;
  return { type: 'bytes', status: isKnown ? 304 : 200, contentType, body: isKnown ? new Uint8Array() : bytes, headers };
}

/** An address of version 3 carries its content's hash; one with another content's leads to what there is now. */
function staleAddress(request: ApiRequest, name: string, { etag }: Document): ApiResponse | undefined {
  const hash = request.query.get('hash');
  if (!name.startsWith('v3/') || hash === null || `"${hash}"` === etag) return undefined;
  const location = `/openapi/${name}?hash=${etag.slice(1, -1)}`;
  const body = encoder.encode(`<a href="${location}">Moved Permanently</a>.\n\n`);
  return { type: 'bytes', status: 301, contentType: 'text/html; charset=utf-8', body, headers: { location } };
}

function isOf(group: string, served: string): (definition: ResourceDefinition) => boolean {
  return (definition) => definition.group === group && definition.version === served;
}

function documentOf(value: object): Document {
  const bytes = encoder.encode(JSON.stringify(value));
  return { bytes, contentType: 'application/json', etag: `"${fingerprint(bytes)}"` };
}

function hashOf(document: object): string {
  return fingerprint(encoder.encode(JSON.stringify(document)));
}

const jsonTypes = ['application/json', 'application/*', '*/*'];

/** `otherwise` is the answer for a client that does not say what it takes. */
function takes(accept: string | undefined, types: readonly string[], otherwise: boolean): boolean {
  return accept ? parseAccept(accept).some(({ type }) => types.includes(type)) : otherwise;
}
