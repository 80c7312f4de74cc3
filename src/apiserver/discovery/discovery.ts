/**
 * Discovery: what is served, from the definitions: /api, /apis, /apis/GROUP, /apis/GROUP/VERSION, and the aggregated form of the
 * first two (apidiscovery.k8s.io), which spares clients a request per group. Documents are made once per change of the registry.
 */

import type { ResourceDefinition, Subresource, Verb } from '#api/definition.ts';
import { newMethodNotAllowedOnPath, newNotAcceptable, newPathNotFound } from '#api/errors.ts';
import type { ApiRequest, ApiResponse } from '#api/request.ts';
import type { RemoteGroupVersion, RemoteResource } from '../aggregation/remote-group-version.ts';
import type { Registry } from '../registry/registry.ts';
import { parseAccept } from '../wire/accept.ts';
import { isPretty, prettyJson } from '../wire/pretty.ts';
import { fingerprint } from './fingerprint.ts';
import { localPriority, type Priority } from './priorities.ts';
import { storageVersionHash } from './storage-version-hash.ts';
import { compareVersions } from './version-order.ts';

interface Document {
  readonly bytes: Uint8Array;
  readonly contentType: string;
  readonly etag?: string;
}

const encoder = new TextEncoder();
const aggregatedVersions = ['v2', 'v2beta1'];

/** What other API servers have. */
export interface RemoteDiscovery {
  /** Moves with every change. */
  readonly generation: number;
  all(): Iterable<RemoteGroupVersion>;
}

interface Version {
  readonly name: string;
  readonly priority: Priority;
  /** Absent for what this server has itself. */
  readonly remote?: RemoteGroupVersion;
}

export class Discovery {
  private readonly registry: Registry;
  private readonly remotes: RemoteDiscovery | undefined;
  private readonly documents = new Map<string, Document | undefined>();
  private generation = '';
  /** By group and version, of this generation. */
  private definitions: ReadonlyMap<string, readonly ResourceDefinition[]> | undefined;

  constructor(registry: Registry, remotes?: RemoteDiscovery) {
    this.registry = registry;
    this.remotes = remotes;
  }

  handle(request: ApiRequest): ApiResponse | undefined {
    const generation = `${this.registry.generation} ${this.remotes?.generation}`;
    if (this.generation !== generation) {
      this.documents.clear();
      this.definitions = undefined;
      this.generation = generation;
    }
    const path = request.path.replace(/\/$/, '');
    const root = path === '/api' || path === '/apis';
    const form = formOf(request.headers.accept, root);
    const key = `${form} ${path}`;
    let document = this.documents.get(key);
    if (!document && !this.documents.has(key)) {
      document = this.make(path, form);
      // Unknown paths are not remembered: their number is the client's choice.
      if (document) this.documents.set(key, document);
    }
    const isRoute = this.isRoute(path);
    if (!document) {
      if (isRoute) throw newPathNotFound();
      return undefined;
    }
    if (isRoute && request.method !== 'GET' && request.method !== 'HEAD') throw newMethodNotAllowedOnPath();
    const headers = document.etag ? { etag: document.etag, vary: 'Accept', 'cache-control': 'public' } : {};
    if (document.etag && request.headers['if-none-match'] === document.etag) {
      return { type: 'bytes', status: 304, contentType: document.contentType, body: new Uint8Array(), headers };
    }
    const body = isPretty(request) ? prettyJson(document.bytes) : document.bytes;
    return { type: 'bytes', status: 200, contentType: document.contentType, body, headers };
  }

  /** Documents of built-in versions are upstream's routes; those of groups, and of custom resources, answer whatever the method. */
  private isRoute(path: string): boolean {
    const [, root, group = '', version] = path.split('/');
    return root === 'api' || (version !== undefined && this.registry.hasBuiltinGroup(group));
  }

  private make(path: string, form: string): Document | undefined {
    if (form !== 'plain') return this.aggregated(path, form);
    const [, root, group = '', version] = path.split('/');
    if (root === 'api') {
      if (path === '/api') return plain({ kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] });
      return this.resources('', group);
    }
    if (path === '/apis')
      return plain({ kind: 'APIGroupList', apiVersion: 'v1', groups: this.groups().map(groupDocument) });
    if (version !== undefined) return this.resources(group, version);
    const found = this.groups().find(({ name }) => name === group);
    return found && plain({ kind: 'APIGroup', apiVersion: 'v1', ...groupDocument(found) });
  }

  private resources(group: string, version: string): Document | undefined {
    const definitions = this.definitionsOf(group, version);
    if (definitions.length === 0) return undefined;
    return plain({
      kind: 'APIResourceList',
      ...(group === '' ? {} : { apiVersion: 'v1' }),
      groupVersion: groupVersionOf(group, version),
      resources: definitions.flatMap(resourceEntries),
    });
  }

  private aggregated(path: string, version: string): Document {
    const core = [{ name: '', versions: [{ name: 'v1', priority: localPriority('', 'v1') }] as readonly Version[] }];
    const groups = path === '/api' ? core : this.groups();
    const items = groups.map(({ name, versions }) => ({
      metadata: name === '' ? {} : { name },
      versions: versions.map(({ name: version, remote }) => ({
        version,
        resources: remote
          ? aggregatedRemote(remote.resources ?? [])
          : this.definitionsOf(name, version).map(aggregatedResource),
        freshness: remote && !remote.isAvailable ? 'Stale' : 'Current',
      })),
    }));
    const apiVersion = `apidiscovery.k8s.io/${version}`;
    const { bytes } = plain({ kind: 'APIGroupDiscoveryList', apiVersion, metadata: {}, items });
    return {
      bytes,
      contentType: `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
      etag: `"${fingerprint(bytes)}"`,
    };
  }

  /** Named groups by priority, then by name; their versions by priority, then newest first. */
  private groups(): { readonly name: string; readonly versions: readonly Version[] }[] {
    const groups = new Map<string, Map<string, Version>>();
    const add = (group: string, version: Version): void => {
      const known = groups.get(group) ?? new Map<string, Version>();
      known.set(version.name, version);
      groups.set(group, known);
    };
    for (const { definition } of this.registry.all()) {
      const { group, version } = definition;
      if (group !== '') add(group, { name: version, priority: localPriority(group, version) });
    }
    for (const remote of this.remotes?.all() ?? []) {
      add(remote.group, { name: remote.version, priority: remote.priority, remote });
    }
    return [...groups]
      .map(([name, versions]) => ({ name, versions: [...versions.values()].sort(byPriority) }))
      .sort((a, b) => groupPriority(b.versions) - groupPriority(a.versions) || (a.name < b.name ? -1 : 1));
  }

  private definitionsOf(group: string, version: string): ResourceDefinition[] {
    this.definitions ??= Map.groupBy(
      Array.from(this.registry.all(), ({ definition }) => definition),
      (definition) => groupVersionOf(definition.group, definition.version),
    );
    const found = this.definitions.get(groupVersionOf(group, version)) ?? [];
    return found.toSorted((a, b) => (a.plural < b.plural ? -1 : 1));
  }
}

function byPriority(a: Version, b: Version): number {
  return b.priority.versionPriority - a.priority.versionPriority || compareVersions(a.name, b.name);
}

function groupPriority(versions: readonly Version[]): number {
  return Math.max(...versions.map(({ priority }) => priority.groupPriorityMinimum));
}

/** 'plain', or the version of the aggregated form that the client prefers. Throws 406 when it takes neither. */
function formOf(accept: string | undefined, root: boolean): string {
  if (!accept) return 'plain';
  for (const { type, parameters } of parseAccept(accept)) {
    if (type !== 'application/json' && type !== '*/*' && type !== 'application/*') continue;
    if (parameters.as === undefined) return 'plain';
    const version = parameters.v ?? '';
    const known = parameters.as === 'APIGroupDiscoveryList' && parameters.g === 'apidiscovery.k8s.io';
    if (root && known && aggregatedVersions.includes(version)) return version;
  }
  // Clients that want protobuf or YAML of discovery take JSON too, whatever they say first.
  if (/protobuf|yaml/.test(accept)) return 'plain';
  throw newNotAcceptable(['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf']);
}

function plain(value: unknown): Document {
  return { bytes: encoder.encode(`${JSON.stringify(value)}\n`), contentType: 'application/json' };
}

function groupVersionOf(group: string, version: string): string {
  return group === '' ? version : `${group}/${version}`;
}

function groupDocument({ name, versions }: { readonly name: string; readonly versions: readonly Version[] }): object {
  const list = versions.map(({ name: version }) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions: list, preferredVersion: list[0] };
}

function resourceEntries(definition: ResourceDefinition): object[] {
  const { plural, singular, kind, scope, shortNames, categories } = definition;
  const namespaced = scope === 'Namespaced';
  const own = {
    name: plural,
    singularName: singular,
    namespaced,
    kind,
    verbs: discoveredVerbs(definition),
    ...(shortNames.length > 0 ? { shortNames } : {}),
    ...(categories.length > 0 ? { categories } : {}),
    ...storageVersion(definition),
  };
  const subresources = subresourcesInOrder(definition).map((subresource) => ({
    name: `${plural}/${subresource.name}`,
    singularName: '',
    namespaced,
    ...foreignKind(definition, subresource),
    kind: subresource.kind?.kind ?? kind,
    verbs: sortedVerbs(subresource.verbs),
  }));
  return [own, ...subresources];
}

/** What is stored has it: clients tell by it that objects are to be written anew in another version. */
function storageVersion({ stored: isStored, group, version, kind, storedAs }: ResourceDefinition): object {
  if (!isStored) return {};
  const stored = storedAs?.definition ?? { group, version, kind };
  return { storageVersionHash: storageVersionHash(stored.group, stored.version, stored.kind) };
}

/** Group and version are said only when they are not the resource's. */
function foreignKind(definition: ResourceDefinition, { kind }: Subresource<never> | Subresource<object>): object {
  if (!kind || (kind.group === definition.group && kind.version === definition.version)) return {};
  return { ...(kind.group === '' ? {} : { group: kind.group }), version: kind.version };
}

function aggregatedResource(definition: ResourceDefinition): object {
  const { plural, singular, scope, shortNames, categories } = definition;
  const responseKind = ownKind(definition);
  const subresources = subresourcesInOrder(definition).map((subresource) => {
    const foreign: object = foreignKind(definition, subresource);
    return {
      subresource: subresource.name,
      responseKind: subresource.kind
        ? { group: '', version: '', ...foreign, kind: subresource.kind.kind }
        : responseKind,
      verbs: sortedVerbs(subresource.verbs),
    };
  });
  return {
    resource: plural,
    responseKind,
    scope,
    singularResource: singular,
    verbs: discoveredVerbs(definition),
    ...(shortNames.length > 0 ? { shortNames } : {}),
    ...(categories.length > 0 ? { categories } : {}),
    ...(subresources.length > 0 ? { subresources } : {}),
  };
}

/** An APIResourceList's entries in the aggregated form: 'pods/log' is a subresource of 'pods'. */
function aggregatedRemote(resources: readonly RemoteResource[]): object[] {
  const kindOf = ({ group = '', version = '', kind = '' }: RemoteResource) => ({ group, version, kind });
  return resources
    .filter(({ name }) => !name.includes('/'))
    .map((resource) => {
      const { name, singularName = '', namespaced, verbs = [], shortNames, categories } = resource;
      const subresources = resources
        .filter((other) => other.name.startsWith(`${name}/`))
        .map((other) => ({
          subresource: other.name.slice(name.length + 1),
          responseKind: kindOf(other),
          verbs: other.verbs ?? [],
        }));
      return {
        resource: name,
        responseKind: kindOf(resource),
        scope: namespaced ? 'Namespaced' : 'Cluster',
        singularResource: singularName,
        verbs,
        ...(shortNames ? { shortNames } : {}),
        ...(categories ? { categories } : {}),
        ...(subresources.length > 0 ? { subresources } : {}),
      };
    });
}

/** Of custom resources group and version are said, where they go without saying of built-in ones. */
function ownKind({ group, version, kind, custom }: ResourceDefinition): object {
  return custom ? { group, version, kind } : { group: '', version: '', kind };
}

/** Those of custom resources stand as upstream has written them down: status, scale. */
function subresourcesInOrder({ subresources, custom }: ResourceDefinition): ResourceDefinition['subresources'] {
  return custom ? subresources : [...subresources].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Upstream's list for custom resources (apiextensions-apiserver customresource_discovery_controller.go), in its order. */
const customVerbs = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'] as const;
const verbsWhileGoing: ReadonlySet<Verb> = new Set(['delete', 'deletecollection', 'get', 'list', 'watch']);

function discoveredVerbs({ verbs, custom }: ResourceDefinition): readonly Verb[] {
  if (!custom) return sortedVerbs(verbs);
  return custom.terminating ? customVerbs.filter((verb) => verbsWhileGoing.has(verb)) : customVerbs;
}

function sortedVerbs(verbs: readonly Verb[]): Verb[] {
  return [...verbs].sort();
}
