/**
 * What the API serves, as a list of paths and operations that says nothing yet about OpenAPI's version: derived from the definitions
 * as upstream's route installer does it (apiserver pkg/endpoints/installer.go), operation ids included.
 */

import type { ResourceDefinition, Subresource, Verb } from '../definition.ts';
import type { SchemaRegistry } from '../schema/registry.ts';
import type { StructSchema } from '../schema/schema.ts';
import type { Components, GroupVersionKind, SchemaObject } from './components.ts';
import { apiVersionText, itemsText, kindText, listMetadataText } from './descriptions.ts';

export type Method = 'delete' | 'get' | 'head' | 'options' | 'patch' | 'post' | 'put';

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly type: 'string' | 'integer' | 'boolean';
}

/** What a body is: a struct, a schema made elsewhere, a type of a Go package that no table has, or plain text. */
export type BodyType =
  | { readonly type: 'struct'; readonly schema: StructSchema }
  | {
      readonly type: 'named';
      readonly name: string;
      readonly make: (version: 2 | 3, components: Components) => SchemaObject;
    }
  | {
      readonly type: 'untabled';
      readonly package: string;
      readonly name: string;
      readonly make: (version: 2 | 3) => SchemaObject;
    }
  | { readonly type: 'text' };

export interface Operation {
  readonly method: Method;
  readonly id: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: {
    readonly body: BodyType;
    readonly required: boolean;
    readonly mediaTypes: readonly string[];
  };
  readonly responses: Readonly<Record<string, BodyType>>;
  readonly mediaTypes: readonly string[];
  /** Where there is no body to say it (version 2 only). */
  readonly consumes?: readonly string[];
  readonly action?: string;
  readonly kind?: GroupVersionKind;
}

export interface PathItem {
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly operations: readonly Operation[];
}

/** The schema of a kind that no table has: a custom resource's, ready for the document. */
export type CustomSchema = (kind: GroupVersionKind, version: 2 | 3, components: Components) => SchemaObject | undefined;

export const objectTypes = [
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
  'application/cbor',
];
const listTypes = [
  ...objectTypes,
  'application/json;stream=watch',
  'application/vnd.kubernetes.protobuf;stream=watch',
  'application/cbor-seq',
];
const customObjectTypes = ['application/json', 'application/yaml'];
const patchTypes = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
  'application/apply-patch+cbor',
];
const customPatchTypes = patchTypes.filter((type) => type !== 'application/strategic-merge-patch+json');
const anyType = ['*/*'];

const query = (name: string, type: Parameter['type'] = 'string'): Parameter => ({ name, in: 'query', type });
const inPath = (name: string): Parameter => ({ name, in: 'path', type: 'string' });

const pretty = query('pretty');
const listParameters: readonly Parameter[] = [
  query('allowWatchBookmarks', 'boolean'),
  query('continue'),
  query('fieldSelector'),
  query('labelSelector'),
  query('limit', 'integer'),
  query('resourceVersion'),
  query('resourceVersionMatch'),
  query('sendInitialEvents', 'boolean'),
  query('shardSelector'),
  query('timeoutSeconds', 'integer'),
  query('watch', 'boolean'),
];
const writeParameters: readonly Parameter[] = [query('dryRun'), query('fieldManager'), query('fieldValidation')];
const deleteParameters: readonly Parameter[] = [
  query('dryRun'),
  query('gracePeriodSeconds', 'integer'),
  query('ignoreStoreReadErrorWithClusterBreakingPotential', 'boolean'),
  query('orphanDependents', 'boolean'),
  query('propagationPolicy'),
];
const deleteCollectionParameters: readonly Parameter[] = [
  ...listParameters.filter(({ name }) => name !== 'allowWatchBookmarks' && name !== 'watch'),
  ...deleteParameters,
].sort((a, b) => (a.name < b.name ? -1 : 1));

/** Query parameters of the connect subresources, from their options kinds. */
const connectParameters: Readonly<Record<string, readonly Parameter[]>> = {
  attach: [
    query('container'),
    query('stderr', 'boolean'),
    query('stdin', 'boolean'),
    query('stdout', 'boolean'),
    query('tty', 'boolean'),
  ],
  exec: [
    query('command'),
    query('container'),
    query('stderr', 'boolean'),
    query('stdin', 'boolean'),
    query('stdout', 'boolean'),
    query('tty', 'boolean'),
  ],
  portforward: [query('ports', 'integer')],
  proxy: [query('path')],
};

const logParameters: readonly Parameter[] = [
  query('container'),
  query('follow', 'boolean'),
  query('insecureSkipTLSVerifyBackend', 'boolean'),
  query('limitBytes', 'integer'),
  query('previous', 'boolean'),
  query('sinceSeconds', 'integer'),
  query('stream'),
  query('tailLines', 'integer'),
  query('timestamps', 'boolean'),
];

/** '/api/v1' or '/apis/apps/v1'. */
export function groupVersionPath(group: string, version: string): string {
  return group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
}

/** 'AppsV1', 'CoreV1', 'RbacAuthorizationV1': the group version's part of operation ids. */
function idPart(group: string, version: string): string {
  const name = group === '' ? 'core' : group.replace(/\.k8s\.io$/, '');
  return [...name.split('.'), version].map(upperFirst).join('');
}

/** 'apps_v1', 'rbacAuthorization_v1'. */
export function tagOf(group: string, version: string): string {
  const id = idPart(group, '');
  return `${id.charAt(0).toLowerCase()}${id.slice(1)}_${version}`;
}

export function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Paths of one group version, without the list of its resources. */
export function pathsOf(
  registry: SchemaRegistry,
  definitions: readonly ResourceDefinition[],
  group: string,
  version: string,
  customSchema: CustomSchema = () => undefined,
): readonly PathItem[] {
  return definitions
    .filter((definition) => definition.group === group && servedVersions(definition).includes(version))
    .flatMap((definition) => new ResourcePaths(registry, definition, version, customSchema).items());
}

export function servedVersions(definition: ResourceDefinition): readonly string[] {
  return [definition.version, ...(definition.otherVersions ?? []).map(({ version }) => version)];
}

class ResourcePaths {
  private readonly registry: SchemaRegistry;
  private readonly definition: ResourceDefinition;
  private readonly version: string;
  private readonly customSchema: CustomSchema;
  private readonly kind: GroupVersionKind;
  private readonly isCustom: boolean;

  constructor(registry: SchemaRegistry, definition: ResourceDefinition, version: string, customSchema: CustomSchema) {
    this.registry = registry;
    this.definition = definition;
    this.version = version;
    this.customSchema = customSchema;
    this.kind = { group: definition.group, kind: definition.kind, version };
    this.isCustom = registry.kind(definition.group, version, definition.kind) === undefined;
  }

  items(): readonly PathItem[] {
    const { plural, scope, subresources } = this.definition;
    const root = groupVersionPath(this.definition.group, this.version);
    const namespaced = scope === 'Namespaced';
    const collection = namespaced ? `${root}/namespaces/{namespace}/${plural}` : `${root}/${plural}`;
    const place = namespaced ? [inPath('namespace')] : [];
    const object = [inPath('name'), ...place];
    const watched = collection.replace(root, `${root}/watch`);
    const items: PathItem[] = [
      this.item(collection, [...place, pretty], [this.list(''), this.create(''), this.deleteCollection()]),
      this.item(
        `${collection}/{name}`,
        [...object, pretty],
        [this.read(''), this.replace(''), this.patch(''), this.delete()],
      ),
    ];
    if (namespaced) items.push(this.item(`${root}/${plural}`, [pretty], [this.list('ForAllNamespaces')]));
    if (this.has('watch')) {
      const watchParameters = [...listParameters, pretty];
      items.push(this.item(watched, [...place, ...watchParameters], [this.watch('watchlist', 'List')]));
      items.push(this.item(`${watched}/{name}`, [...object, ...watchParameters], [this.watch('watch', '')]));
      if (namespaced)
        items.push(
          this.item(`${root}/watch/${plural}`, watchParameters, [this.watch('watchlist', 'ListForAllNamespaces')]),
        );
    }
    for (const subresource of subresources)
      items.push(...this.subresource(subresource, `${collection}/{name}`, object));
    return items.filter((item) => item.operations.length > 0);
  }

  private subresource(
    subresource: Subresource<never>,
    path: string,
    object: readonly Parameter[],
  ): readonly PathItem[] {
    const { name, verbs } = subresource;
    const kind = subresource.kind ?? this.kind;
    const suffix = upperFirst(name);
    const parameters = connectParameters[name];
    if (parameters) {
      const items = [this.item(`${path}/${name}`, [...object, ...parameters], this.connect(verbs, suffix, kind))];
      if (name === 'proxy') {
        const below = [...object, inPath('path'), ...parameters];
        items.push(this.item(`${path}/${name}/{path}`, below, this.connect(verbs, `${suffix}WithPath`, kind)));
      }
      return items;
    }
    if (name === 'log') return [this.item(`${path}/log`, [...object, ...logParameters, pretty], [this.log()])];
    const on = (verb: Verb, operation: () => Operation | undefined): Operation | undefined =>
      verbs.includes(verb) ? operation() : undefined;
    return [
      this.item(
        `${path}/${name}`,
        [...object, pretty],
        [
          on('get', () => this.read(suffix, kind)),
          on('update', () => this.replace(suffix, kind)),
          on('patch', () => this.patch(suffix, kind)),
          on('create', () => this.create(suffix, kind)),
        ],
      ),
    ];
  }

  /** Parameters that every operation of a path has are the path's. */
  private item(
    path: string,
    parameters: readonly Parameter[],
    operations: readonly (Operation | undefined)[],
  ): PathItem {
    const present = operations.filter((operation) => operation !== undefined);
    const [first] = present;
    const shared =
      first?.parameters.filter(({ name }) =>
        present.every((other) => other.parameters.some((own) => own.name === name)),
      ) ?? [];
    const isShared = (parameter: Parameter): boolean => shared.some(({ name }) => name === parameter.name);
    return {
      path,
      parameters: [...parameters, ...shared].sort((a, b) => (a.name < b.name ? -1 : 1)),
      operations: present.map((operation) => ({
        ...operation,
        parameters: operation.parameters.filter((parameter) => !isShared(parameter)),
      })),
    };
  }

  private has(verb: Verb): boolean {
    return this.definition.verbs.includes(verb);
  }

  private id(verb: string, suffix: string, infix = ''): string {
    const namespaced =
      this.definition.scope === 'Namespaced' && !suffix.endsWith('ForAllNamespaces') ? 'Namespaced' : '';
    return `${verb}${idPart(this.kind.group, this.version)}${infix}${namespaced}${this.kind.kind}${suffix}`;
  }

  private body(kind: GroupVersionKind): BodyType {
    const schema = this.registry.kind(kind.group, kind.version, kind.kind);
    if (schema) return { type: 'struct', schema };
    const name = [...kind.group.split('.').reverse(), kind.version, kind.kind].join('.');
    return {
      type: 'named',
      name,
      make: (version, components) =>
        this.customSchema(kind, version, components) ?? this.listSchema(kind, version, components),
    };
  }

  /** Lists of a custom kind: items of the kind under the list's metadata. */
  private listSchema(kind: GroupVersionKind, version: 2 | 3, components: Components): SchemaObject {
    const item = this.body(this.kind);
    if (item.type !== 'named' || kind.kind !== this.definition.listKind)
      return { type: 'object', 'x-kubernetes-group-version-kind': [kind] };
    const metadata = components.reference(this.registry.meta('ListMeta'));
    return {
      type: 'object',
      required: ['items'],
      properties: {
        apiVersion: { description: apiVersionText, type: 'string' },
        items: { description: itemsText, type: 'array', items: components.named(item.name, item.make) },
        kind: { description: kindText, type: 'string' },
        metadata: { description: listMetadataText, ...(version === 3 ? { allOf: [metadata] } : metadata) },
      },
      'x-kubernetes-group-version-kind': [kind],
    };
  }

  private meta(name: string): BodyType {
    return { type: 'struct', schema: this.registry.meta(name) };
  }

  private get mediaTypes(): readonly string[] {
    return this.isCustom ? customObjectTypes : objectTypes;
  }

  private list(suffix: string): Operation | undefined {
    if (!this.has('list')) return undefined;
    const { listKind } = this.definition;
    return {
      method: 'get',
      id: this.id('list', suffix),
      parameters: listParameters,
      responses: { 200: this.body({ ...this.kind, kind: listKind }) },
      mediaTypes: this.isCustom ? customObjectTypes : listTypes,
      action: 'list',
      kind: this.kind,
    };
  }

  private watch(action: string, suffix: string): Operation {
    return {
      method: 'get',
      id: this.id('watch', suffix),
      parameters: [],
      responses: { 200: this.meta('WatchEvent') },
      mediaTypes: listTypes,
      action,
      kind: this.kind,
    };
  }

  private create(suffix: string, kind = this.kind): Operation | undefined {
    if (suffix === '' && !this.has('create')) return undefined;
    const body = this.body(kind);
    return {
      method: 'post',
      id: this.id('create', suffix),
      parameters: writeParameters,
      requestBody: { body, required: true, mediaTypes: this.isCustom ? customObjectTypes : anyType },
      responses: { 200: body, 201: body, 202: body },
      mediaTypes: this.mediaTypes,
      action: 'post',
      kind,
    };
  }

  private read(suffix: string, kind = this.kind): Operation | undefined {
    if (suffix === '' && !this.has('get')) return undefined;
    return {
      method: 'get',
      id: this.id('read', suffix),
      parameters: this.isCustom ? [query('resourceVersion')] : [],
      responses: { 200: this.body(kind) },
      mediaTypes: this.mediaTypes,
      action: 'get',
      kind,
    };
  }

  private replace(suffix: string, kind = this.kind): Operation | undefined {
    if (suffix === '' && !this.has('update')) return undefined;
    const body = this.body(kind);
    return {
      method: 'put',
      id: this.id('replace', suffix),
      parameters: writeParameters,
      requestBody: { body, required: true, mediaTypes: this.isCustom ? customObjectTypes : anyType },
      responses: { 200: body, 201: body },
      mediaTypes: this.mediaTypes,
      action: 'put',
      kind,
    };
  }

  private patch(suffix: string, kind = this.kind): Operation | undefined {
    if (suffix === '' && !this.has('patch')) return undefined;
    const body = this.body(kind);
    return {
      method: 'patch',
      id: this.id('patch', suffix),
      parameters: [...writeParameters, query('force', 'boolean')],
      requestBody: {
        body: {
          type: 'untabled',
          package: this.registry.meta('Status').package,
          name: 'Patch',
          make: () => ({ type: 'object' }),
        },
        required: true,
        mediaTypes: this.isCustom ? customPatchTypes : patchTypes,
      },
      responses: this.isCustom ? { 200: body } : { 200: body, 201: body },
      mediaTypes: this.mediaTypes,
      action: 'patch',
      kind,
    };
  }

  private delete(): Operation | undefined {
    if (!this.has('delete')) return undefined;
    // A namespace only begins to terminate and is answered; upstream's documents say Status all the same.
    const returnsObject = this.definition.returnsDeletedObject && this.definition.plural !== 'namespaces';
    const body = returnsObject ? this.body(this.kind) : this.meta('Status');
    return {
      method: 'delete',
      id: this.id('delete', ''),
      parameters: deleteParameters,
      requestBody: {
        body: this.meta('DeleteOptions'),
        required: false,
        mediaTypes: this.isCustom ? customObjectTypes : anyType,
      },
      responses: { 200: body, 202: body },
      mediaTypes: this.mediaTypes,
      action: 'delete',
      kind: this.kind,
    };
  }

  private deleteCollection(): Operation | undefined {
    if (!this.has('deletecollection')) return undefined;
    return {
      method: 'delete',
      id: this.id('delete', '', 'Collection'),
      parameters: this.isCustom ? listParameters : deleteCollectionParameters,
      ...(this.isCustom
        ? {}
        : { requestBody: { body: this.meta('DeleteOptions'), required: false, mediaTypes: anyType } }),
      responses: { 200: this.meta('Status') },
      mediaTypes: this.mediaTypes,
      action: 'deletecollection',
      kind: this.kind,
    };
  }

  private log(): Operation {
    return {
      method: 'get',
      id: this.id('read', 'Log'),
      parameters: [],
      responses: { 200: { type: 'text' } },
      mediaTypes: ['text/plain', ...objectTypes],
      action: 'get',
      kind: this.kind,
    };
  }

  /** One operation per method; proxies take them all. */
  private connect(verbs: readonly Verb[], suffix: string, kind: GroupVersionKind): readonly Operation[] {
    const methods: readonly Method[] = verbs.includes('delete')
      ? ['get', 'put', 'post', 'delete', 'options', 'head', 'patch']
      : ['get', 'post'];
    return methods.map((method) => ({
      method,
      id: this.id('connect', suffix, upperFirst(method)),
      parameters: [],
      responses: { 200: { type: 'text' } },
      mediaTypes: anyType,
      action: 'connect',
      kind,
    }));
  }
}
