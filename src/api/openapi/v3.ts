/** OpenAPI 3.0 documents, one per group version, as upstream serves them below /openapi/v3. */

import type { ResourceDefinition } from '../definition.ts';
import type { SchemaRegistry } from '../schema/registry.ts';
import type { StructSchema } from '../schema/schema.ts';
import { type ComponentOptions, Components, type GroupVersionKind, type SchemaObject } from './components.ts';
import { groupPaths, groupVersionItem } from './group-paths.ts';
import { operationText, parameterHead } from './operation-texts.ts';
import {
  type BodyType,
  type CustomSchema,
  type Operation,
  type Parameter,
  type PathItem,
  pathsOf,
  servedVersions,
  tagOf,
} from './operations.ts';

export interface OpenApiOptions extends ComponentOptions {
  /** Shown as the document's version. */
  readonly version: string;
  readonly customSchema?: CustomSchema;
}

/** The document of one group version. */
export function openApiV3(
  registry: SchemaRegistry,
  definitions: readonly ResourceDefinition[],
  group: string,
  version: string,
  options: OpenApiOptions,
): SchemaObject {
  const items = [
    groupVersionItem(registry, group, version),
    ...pathsOf(registry, definitions, group, version, options.customSchema),
  ];
  const tag = tagOf(group, version);
  return document(
    items.map((item) => ({ item, tag })),
    new Components(3, options, kindsIn(registry, [{ group, version }])),
    options,
  );
}

/**
 * Documents of paths that belong to no group version, by the name under which /openapi/v3 lists them: 'api', 'apis', 'apis/apps',
 * 'version'. Each is made when it is called for, and is always the same: it says nothing of versions.
 */
export function openApiV3Groups(
  registry: SchemaRegistry,
  definitions: readonly ResourceDefinition[],
  options: OpenApiOptions,
): ReadonlyMap<string, () => SchemaObject> {
  return new Map(
    groupPaths(registry, groupVersionsOf(definitions)).map((path) => [
      path.item.path.slice(1, -1),
      () => document([path], new Components(3, options, kindsIn(registry, [])), options),
    ]),
  );
}

function document(
  items: readonly { readonly item: PathItem; readonly tag: string }[],
  components: Components,
  options: OpenApiOptions,
): SchemaObject {
  const paths = items.map(({ item, tag }) => [
    item.path,
    {
      ...Object.fromEntries(
        item.operations.map((entry) => [entry.method, operation(item.path, entry, tag, components)]),
      ),
      ...(item.parameters.length > 0 ? { parameters: item.parameters.map(parameter) } : {}),
    },
  ]);
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: options.version },
    paths: Object.fromEntries(paths),
    components: {
      schemas: components.schemas,
      securitySchemes: {
        BearerToken: {
          type: 'apiKey',
          name: 'authorization',
          in: 'header',
          description: 'Bearer Token authentication',
        },
      },
    },
  };
}

/** Kinds that every group version has beside its own (metav1.AddToGroupVersion). */
const sharedKinds: ReadonlySet<string> = new Set(['DeleteOptions', 'WatchEvent']);
const coreKinds: ReadonlySet<string> = new Set([
  'APIGroup',
  'APIGroupList',
  'APIResourceList',
  'APIVersions',
  'Status',
  'DeleteOptions',
  'WatchEvent',
]);

/** Which kinds a struct is the body of, in a document about these group versions. */
export function kindsIn(
  registry: SchemaRegistry,
  groupVersions: readonly { readonly group: string; readonly version: string }[],
): (schema: StructSchema) => readonly GroupVersionKind[] {
  const metaPackage = registry.meta('Status').package;
  return (schema) => {
    if (schema.package === metaPackage) {
      const kinds = coreKinds.has(schema.name) ? [{ group: '', version: 'v1', kind: schema.name }] : [];
      if (!sharedKinds.has(schema.name)) return kinds;
      const others = groupVersions.filter(({ group, version }) => group !== '' || version !== 'v1');
      return [...kinds, ...others.map(({ group, version }) => ({ group, version, kind: schema.name }))];
    }
    if (!schema.memberByName.has('apiVersion') || !schema.memberByName.has('kind')) return [];
    const home = registry.groupVersionOf(schema.package);
    return home &&
      registry.kind(home.group, home.version, schema.name) === schema &&
      schema.memberByName.has('metadata')
      ? [{ ...home, kind: schema.name }]
      : [];
  };
}

function operation(path: string, entry: Operation, tag: string, components: Components): SchemaObject {
  const content = (body: BodyType, mediaTypes: readonly string[]): SchemaObject =>
    Object.fromEntries(mediaTypes.map((type) => [type, { schema: bodySchema(body, components) }]));
  const responses = Object.entries(entry.responses).map(([code, body]) => [
    code,
    { description: statusText[code], content: content(body, entry.mediaTypes) },
  ]);
  const { requestBody } = entry;
  return {
    tags: [tag],
    description: operationText(path, entry),
    operationId: entry.id,
    ...(entry.parameters.length > 0 ? { parameters: entry.parameters.map(parameter) } : {}),
    ...(requestBody
      ? {
          requestBody: {
            content: content(requestBody.body, requestBody.mediaTypes),
            ...(requestBody.required ? { required: true } : {}),
          },
        }
      : {}),
    responses: { ...Object.fromEntries(responses), 401: { description: statusText[401] } },
    ...(entry.action === undefined ? {} : { 'x-kubernetes-action': entry.action }),
    ...(entry.kind === undefined ? {} : { 'x-kubernetes-group-version-kind': entry.kind }),
  };
}

export const statusText: Readonly<Record<string, string>> = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  401: 'Unauthorized',
};

export function bodySchema(body: BodyType, components: Components): SchemaObject {
  switch (body.type) {
    case 'struct':
      return components.reference(body.schema);
    case 'named':
      return components.named(body.name, body.make);
    case 'untabled':
      return components.untabled(body.package, body.name, body.make);
    case 'text':
      return { type: 'string' };
  }
}

function parameter(entry: Parameter): SchemaObject {
  return { ...parameterHead(entry), schema: { type: entry.type, uniqueItems: true } };
}

/** Group versions that the definitions serve, each once. */
export function groupVersionsOf(
  definitions: readonly ResourceDefinition[],
): readonly { readonly group: string; readonly version: string }[] {
  const found = new Map<string, { readonly group: string; readonly version: string }>();
  for (const definition of definitions) {
    for (const version of servedVersions(definition))
      found.set(`${definition.group}/${version}`, { group: definition.group, version });
  }
  return [...found.values()];
}
