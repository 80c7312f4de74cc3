/**
 * Defaulting from a structural schema (apiextensions pkg/apiserver/schema/defaulting): absent members get their default, and so do nulls
 * where the schema does not allow null. In place.
 */

import { asEmbedded, coerceEmbedded, hasEmbedded } from '#api/structural/embedded.ts';
import { prune } from '#api/structural/pruning.ts';
import { anywhere, isTree, type JsonSchema, memberSchema } from '#api/structural/schema.ts';
import { elementOf, memberOf, type Surroundings, wholeObject } from '#api/structural/surroundings.ts';
import { mutableCopy } from '#base/edit.ts';

export function applySchemaDefaults(value: unknown, schema: JsonSchema): void {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (!items) return;
    for (let i = 0; i < value.length; i++) {
      if (value[i] === null && items.nullable !== true && items.default !== undefined)
        value[i] = mutableCopy(items.default);
      applySchemaDefaults(value[i], items);
    }
    return;
  }
  if (!isTree(value)) return;
  for (const [key, property] of defaultedProperties(schema)) {
    const present = Object.hasOwn(value, key) ? value[key] : undefined;
    if (present === undefined || (present === null && property.nullable !== true))
      value[key] = mutableCopy(property.default);
  }
  for (const key in value) {
    const member = memberSchema(schema, key);
    if (member && hasDefaults(member)) applySchemaDefaults(value[key], member);
  }
}

const defaulted = new WeakMap<JsonSchema, readonly (readonly [string, JsonSchema])[]>();

function defaultedProperties(schema: JsonSchema): readonly (readonly [string, JsonSchema])[] {
  let found = defaulted.get(schema);
  if (!found) {
    found = Object.entries(schema.properties ?? {}).filter(([, property]) => property.default !== undefined);
    defaulted.set(schema, found);
  }
  return found;
}

/** Takes nulls away that may not be ones and that no default will replace: in what clients send they are as good as absent. In place. */
export function dropNulls(value: unknown, schema: JsonSchema): void {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items) for (const item of value) dropNulls(item, items);
    return;
  }
  if (!isTree(value)) return;
  for (const key in value) {
    const member = memberSchema(schema, key);
    if (!member) continue;
    if (value[key] === null && member.nullable !== true && member.default === undefined) delete value[key];
    else dropNulls(value[key], member);
  }
}

/** Whether the schema declares any default: without one, reading needs no defaulting. */
export const hasDefaults = anywhere((schema) => schema.default !== undefined);

/**
 * The schema with each default as it is read where it will be: metadata of resources inside has nothing that metadata has not (apiextensions
 * PruneDefaults). What validation let pass needs it for nothing else.
 */
export function withReadDefaults(schema: JsonSchema): JsonSchema {
  return hasEmbedded(schema) ? readDefaults(schema, asEmbedded(schema), wholeObject) : schema;
}

function readDefaults(schema: JsonSchema, root: JsonSchema, place: Surroundings): JsonSchema {
  const { default: given, items, properties, additionalProperties, ...rest } = schema;
  const read = given === undefined || given === null ? undefined : readDefault(given, root, place);
  const values = typeof additionalProperties === 'object';
  return {
    ...rest,
    ...(read === undefined ? {} : { default: read }),
    ...(items ? { items: readDefaults(items, root, elementOf(place)) } : {}),
    ...(additionalProperties === undefined
      ? {}
      : {
          additionalProperties: values
            ? readDefaults(additionalProperties, root, memberOf(place, '*'))
            : additionalProperties,
        }),
    ...(properties
      ? {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, property]) => [
              name,
              readDefaults(property, root, memberOf(place, name)),
            ]),
          ),
        }
      : {}),
  };
}

function readDefault(value: unknown, root: JsonSchema, { around, inside }: Surroundings): unknown {
  const object = around(mutableCopy(value));
  coerceEmbedded(object, root, '', { dropsInvalid: true });
  if (isTree(object)) prune(object, root);
  return inside(object);
}
