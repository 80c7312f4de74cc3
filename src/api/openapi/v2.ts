/** The OpenAPI 2.0 (Swagger) document of everything that is served, as upstream serves it at /openapi/v2. */

import type { ResourceDefinition } from '../definition.ts';
import type { SchemaRegistry } from '../schema/registry.ts';
import { Components, type SchemaObject } from './components.ts';
import { groupPaths, groupVersionItem } from './group-paths.ts';
import { operationText, parameterHead } from './operation-texts.ts';
import { type Operation, type Parameter, type PathItem, pathsOf, tagOf } from './operations.ts';
import { bodySchema, groupVersionsOf, kindsIn, type OpenApiOptions, statusText } from './v3.ts';

export function openApiV2(
  registry: SchemaRegistry,
  definitions: readonly ResourceDefinition[],
  options: OpenApiOptions,
): SchemaObject {
  const groupVersions = groupVersionsOf(definitions);
  const components = new Components(2, options, kindsIn(registry, groupVersions));
  const paths: Record<string, SchemaObject> = {};
  const add = (item: PathItem, tag: string): void => {
    paths[item.path] = pathItem(item, tag, components);
  };
  for (const { item, tag } of groupPaths(registry, groupVersions)) add(item, tag);
  for (const { group, version } of groupVersions) {
    const tag = tagOf(group, version);
    add(groupVersionItem(registry, group, version), tag);
    for (const item of pathsOf(registry, definitions, group, version, options.customSchema)) add(item, tag);
  }
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version: options.version },
    paths,
    definitions: components.schemas,
    securityDefinitions: {
      BearerToken: { description: 'Bearer Token authentication', type: 'apiKey', name: 'authorization', in: 'header' },
    },
    security: [{ BearerToken: [] }],
  };
}

function pathItem(item: PathItem, tag: string, components: Components): SchemaObject {
  return {
    ...Object.fromEntries(item.operations.map((entry) => [entry.method, operation(item.path, entry, tag, components)])),
    ...(item.parameters.length > 0 ? { parameters: item.parameters.map(parameter) } : {}),
  };
}

function operation(path: string, entry: Operation, tag: string, components: Components): SchemaObject {
  const { requestBody } = entry;
  const parameters = [
    ...(requestBody
      ? [
          {
            name: 'body',
            in: 'body',
            ...(requestBody.required ? { required: true } : {}),
            schema: bodySchema(requestBody.body, components),
          },
        ]
      : []),
    ...entry.parameters.map(parameter),
  ];
  const responses = Object.entries(entry.responses).map(([code, body]) => [
    code,
    { description: statusText[code], schema: bodySchema(body, components) },
  ]);
  return {
    tags: [tag],
    description: operationText(path, entry),
    operationId: entry.id,
    schemes: ['https'],
    consumes: requestBody?.mediaTypes ?? entry.consumes ?? ['*/*'],
    produces: entry.mediaTypes,
    ...(parameters.length > 0 ? { parameters } : {}),
    responses: { ...Object.fromEntries(responses), 401: { description: statusText[401] } },
    ...(entry.action === undefined ? {} : { 'x-kubernetes-action': entry.action }),
    ...(entry.kind === undefined ? {} : { 'x-kubernetes-group-version-kind': entry.kind }),
  };
}

function parameter(entry: Parameter): SchemaObject {
  return { ...parameterHead(entry), type: entry.type, uniqueItems: true };
}
