/** What server-side apply's merge needs a configuration to be like: declared fields only; and which of its places would be replaced as a whole. */

import { isObject } from '../patch/json-tree.ts';
import type { StructSchema } from '../schema/schema.ts';
import { type Place, rootPlace, shapeOf } from './typed.ts';

/** Paths of fields that the schema does not declare, the first of each object: '.spec.foo'. Nothing is known of values without a schema. */
export function undeclaredFields(configuration: unknown, schema: StructSchema | undefined): readonly string[] {
  const found: string[] = [];
  walk(configuration, rootPlace(schema), '', (path, place, name) => {
    if (name === undefined || place.schema?.type !== 'struct' || place.schema.memberByName.has(name)) return true;
    found.push(`${path}.${name}`);
    return false;
  });
  return found;
}

/** Paths of lists, maps and structs that are one value: '.spec.containers[0].args'. */
export function atomicPlaces(configuration: unknown, schema: StructSchema | undefined): readonly string[] {
  const found: string[] = [];
  walk(configuration, rootPlace(schema), '', (path, place, name, value) => {
    if (name === undefined && place.schema && shapeOf(place, value).type === 'leaf') found.push(path);
    return true;
  });
  return found;
}

/** Every list and object, and every member of an object (`name`) until visit answers false; places that are one value are looked into as well. */
function walk(
  value: unknown,
  place: Place,
  path: string,
  visit: (path: string, place: Place, name: string | undefined, value: unknown) => boolean,
): void {
  const { schema } = place;
  if (schema === undefined) return;
  if (schema.type === 'list' && Array.isArray(value)) {
    visit(path, place, undefined, value);
    const element: Place = { schema: schema.element, field: undefined, absent: undefined, free: false };
    value.forEach((item, index) => {
      walk(item, element, `${path}[${index}]`, visit);
    });
    return;
  }
  if (!isObject(value) || (schema.type !== 'struct' && schema.type !== 'map')) return;
  visit(path, place, undefined, value);
  for (const key of Object.keys(value)) {
    if (!visit(path, place, key, value[key])) return;
    if (schema.type === 'map') {
      const element: Place = { schema: schema.element, field: undefined, absent: undefined, free: true };
      walk(value[key], element, `${path}.${key}`, visit);
      continue;
    }
    const field = schema.memberByName.get(key);
    if (!field) continue;
    walk(value[key], { schema: field.schema, field, absent: undefined, free: false }, `${path}.${key}`, visit);
  }
}
