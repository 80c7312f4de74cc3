/**
 * What OpenAPI documents say of a custom resource (apiextensions controller/openapi builder): its schema with the fields that every
 * object has. Version 2 cannot say everything that version 3 can; clients that validate by it must not be misled, so what it has no words
 * for is left out.
 */

import type { Components, GroupVersionKind, SchemaObject } from '#api/openapi/components.ts';
import { apiVersionText, kindText, metadataText } from '#api/openapi/descriptions.ts';
import type { StructSchema } from '#api/schema/schema.ts';
import type { JsonSchema, Tree } from '#api/structural/schema.ts';

/** The component of a custom kind. */
export function componentOf(
  kind: GroupVersionKind,
  schema: JsonSchema,
  version: 2 | 3,
  components: Components,
  objectMeta: StructSchema,
): SchemaObject {
  // Validation by version 2 knows no open objects: of a root that keeps unknown fields nothing is said.
  if (version === 2 && keepsUnknown(schema)) return { type: 'object', 'x-kubernetes-group-version-kind': [kind] };
  const { properties, ...rest } = (version === 2 ? forVersion2(schema) : schema) as JsonSchema;
  return {
    ...rest,
    type: 'object',
    properties: {
      ...properties,
      apiVersion: { type: 'string', description: apiVersionText },
      kind: { type: 'string', description: kindText },
      metadata: metadataOf(version, components.reference(objectMeta)),
    },
    'x-kubernetes-group-version-kind': [kind],
  };
}

function metadataOf(version: 2 | 3, reference: SchemaObject): SchemaObject {
  return version === 2
    ? { description: metadataText, ...reference }
    : { description: metadataText, allOf: [reference] };
}

function keepsUnknown(schema: JsonSchema): boolean {
  return schema['x-kubernetes-preserve-unknown-fields'] === true;
}

/** Rules that only version 3 has, and defaults, which clients of version 2 would take for theirs. */
const onlyVersion3 = new Set(['allOf', 'anyOf', 'oneOf', 'not', 'nullable', 'default']);

/** A schema in the words of version 2 (apiextensions ToStructuralOpenAPIV2). */
export function forVersion2(schema: JsonSchema): Tree {
  const result: Tree = {};
  for (const [key, value] of Object.entries(schema)) if (!onlyVersion3.has(key)) result[key] = value;
  const open = keepsUnknown(schema);
  // kubectl takes what has items or properties for what must be one, and would refuse nulls and what the server keeps.
  if (schema.nullable || open) {
    delete result.items;
    delete result.properties;
  }
  if (schema.nullable || (open && result.type === 'object') || (result.type === 'array' && !result.items))
    delete result.type;
  const required = result.properties ? requiredOf(schema) : schema.required;
  if (required?.length === 0 || hasNullableValues(schema)) delete result.required;
  else if (required) result.required = required;
  if (result.items) result.items = forVersion2(schema.items ?? {});
  if (result.properties) {
    result.properties = Object.fromEntries(
      Object.entries(schema.properties ?? {}).map(([key, property]) => [key, forVersion2(property)]),
    );
  }
  if (typeof schema.additionalProperties === 'object')
    result.additionalProperties = forVersion2(schema.additionalProperties);
  return result;
}

/** What may be null is not missing when it is. */
function requiredOf({ required, properties }: JsonSchema): readonly string[] | undefined {
  return required?.filter((name) => !properties?.[name]?.nullable);
}

function hasNullableValues({ additionalProperties }: JsonSchema): boolean {
  return typeof additionalProperties === 'object' && additionalProperties.nullable === true;
}
