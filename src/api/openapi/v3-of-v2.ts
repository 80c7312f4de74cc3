/**
 * A part of another server's OpenAPI 2.0 document as one of version 3, for servers that have no other (kube-openapi pkg/openapiconv): bodies leave
 * the parameters, media types move to what they are of, and definitions become components.
 */

import { isObject, setMember } from '../patch/json-tree.ts';
import type { SchemaObject } from './components.ts';
import type { DocumentPart } from './merge-v2.ts';

const methods: ReadonlySet<string> = new Set(['get', 'put', 'post', 'delete', 'options', 'head', 'patch']);
const definitionPrefix = '#/definitions/';
const componentPrefix = '#/components/schemas/';
const json = ['application/json'];
/** Of a parameter, what version 3 says of its schema. */
const schemaFields: ReadonlySet<string> = new Set([
  'type',
  'format',
  'items',
  'default',
  'enum',
  'pattern',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'uniqueItems',
]);

/** `info` is that of the whole document. */
export function openApiV3OfV2({ paths, definitions }: DocumentPart, info: unknown): SchemaObject {
  const schemas = Object.fromEntries(Object.entries(definitions).map(([name, schema]) => [name, moved(schema)]));
  return {
    openapi: '3.0.0',
    info: isObject(info) ? info : { title: '', version: '' },
    paths: Object.fromEntries(Object.entries(paths).map(([path, item]) => [path, pathItem(item)])),
    components: { schemas },
  };
}

function pathItem(item: SchemaObject): SchemaObject {
  const shared = parametersOf(item);
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(item)) {
    if (name === 'parameters') {
      const others = shared.filter((parameter) => parameter['in'] !== 'body');
      if (others.length > 0) result[name] = others.map(parameterOf);
    } else {
      setMember(result, name, methods.has(name) && isObject(value) ? operation(value, shared) : moved(value));
    }
  }
  return result;
}

function operation(given: Tree, shared: readonly Tree[]): Tree {
  const { consumes, produces, parameters: _parameters, responses, schemes: _schemes, ...rest } = given;
  const own = parametersOf(given);
  const body = [...own, ...shared].find((parameter) => parameter['in'] === 'body');
  const others = own.filter((parameter) => parameter['in'] !== 'body');
  return {
    ...(moved(rest) as Tree),
    ...(others.length > 0 ? { parameters: others.map(parameterOf) } : {}),
    ...(body
      ? {
          requestBody: {
            ...(typeof body['description'] === 'string' ? { description: body['description'] } : {}),
            content: contentOf(typesOf(consumes), body['schema']),
            ...(body['required'] === true ? { required: true } : {}),
          },
        }
      : {}),
    responses: Object.fromEntries(
      Object.entries(isObject(responses) ? responses : {}).map(([code, response]) => [
        code,
        isObject(response) ? responseOf(response, typesOf(produces)) : response,
      ]),
    ),
  };
}

function parameterOf(parameter: Tree): Tree {
  const schema: Record<string, unknown> = {};
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(parameter)) {
    if (schemaFields.has(name)) schema[name] = moved(value);
    else if (name !== 'collectionFormat') setMember(result, name, value);
  }
  return { ...result, schema };
}

function responseOf({ schema, description = '', ...rest }: Tree, types: readonly string[]): Tree {
  return {
    description,
    ...(moved(rest) as Tree),
    ...(schema === undefined ? {} : { content: contentOf(types, schema) }),
  };
}

function contentOf(types: readonly string[], schema: unknown): Tree {
  return Object.fromEntries(types.map((type) => [type, { schema: moved(schema) }]));
}

type Tree = Readonly<Record<string, unknown>>;

function parametersOf({ parameters }: Tree): readonly Tree[] {
  return Array.isArray(parameters) ? parameters.filter(isObject) : [];
}

function typesOf(value: unknown): readonly string[] {
  const types = Array.isArray(value) ? value.filter((type) => typeof type === 'string' && type !== '*/*') : [];
  return types.length > 0 ? types : json;
}

/** The same with references to components. */
function moved(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(moved);
  if (!isObject(value)) return value;
  const result: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value)) {
    const isReference = name === '$ref' && typeof item === 'string' && item.startsWith(definitionPrefix);
    setMember(result, name, isReference ? componentPrefix + item.slice(definitionPrefix.length) : moved(item));
  }
  return result;
}
