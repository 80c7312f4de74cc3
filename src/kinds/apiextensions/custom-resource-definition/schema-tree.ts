/** Walking a CRD's schema: what is below it, and where it leaves what a structural schema can say. */

import type { JsonSchema } from '#api/structural/schema.ts';
import type { JSONSchemaProps } from '#kinds/generated/apiextensions-v1.ts';

export type Schema = JSONSchemaProps;

/** `items` when it is one schema. */
export function itemsOf({ items }: Schema): Schema | undefined {
  return items === undefined || items === null || Array.isArray(items) ? undefined : (items as Schema);
}

export function tupleOf({ items }: Schema): readonly Schema[] {
  return Array.isArray(items) ? (items as readonly Schema[]) : [];
}

/** `additionalProperties` when it is a schema and not just a word. */
export function valuesOf({ additionalProperties }: Schema): Schema | undefined {
  return typeof additionalProperties === 'object' && additionalProperties !== null
    ? (additionalProperties as Schema)
    : undefined;
}

export function isEmptyMap(map: unknown): boolean {
  return map === undefined || map === null || Object.keys(map).length === 0;
}

/** The schema and every schema below it. */
export function* schemasOf(schema: Schema): Generator<Schema> {
  yield schema;
  const { properties = {}, allOf = [], anyOf = [], oneOf = [], not } = schema;
  const below = [...Object.values(properties), ...allOf, ...anyOf, ...oneOf, ...tupleOf(schema)];
  for (const one of [...below, not, itemsOf(schema), valuesOf(schema)]) if (one) yield* schemasOf(one);
}

/** The schema as a structural one: the types differ in `items`, which is never a list where `unsupportedPart` finds nothing. */
export function structuralOf(schema: Schema): JsonSchema {
  return schema as JsonSchema;
}

/** Why a schema cannot be read as a structural one at all. */
export function unsupportedPart(root: Schema): string | undefined {
  for (const schema of schemasOf(root)) {
    const fields: readonly (readonly [string, boolean])[] = [
      ['id', !schema.id],
      ['schema', !schema.$schema],
      ['$ref', !schema.$ref],
      ['patternProperties', isEmptyMap(schema.patternProperties)],
      ['dependencies', isEmptyMap(schema.dependencies)],
      ['additionalItems', schema.additionalItems === undefined],
      ['definitions', isEmptyMap(schema.definitions)],
    ];
    const found = fields.find(([, isAbsent]) => !isAbsent);
    if (found) return `OpenAPIV3Schema '${found[0]}' is not supported`;
    if (tupleOf(schema).length > 0) return "OpenAPIV3Schema 'items' must be a schema, but is an array";
    if (schema['x-kubernetes-preserve-unknown-fields'] === false) {
      return "internal error: 'x-kubernetes-preserve-unknown-fields' must be true or undefined";
    }
  }
  return undefined;
}
