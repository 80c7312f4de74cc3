/**
 * Semantic equality of decoded objects (upstream's apiequality.Semantic): quantities by value, absent and empty alike. Everything else
 * that has several spellings (times, base64) was made canonical by decoding.
 */

import { compareQuantities } from '../quantity.ts';
import type { Schema, StructSchema } from './schema.ts';

type Tree = Readonly<Record<string, unknown>>;

/** Whether two values of a type say the same. Without a schema (raw values, custom resources) values are compared as they are. */
export function semanticEqual(schema: Schema | undefined, a: unknown, b: unknown): boolean {
  if (a === b) return true;
  switch (schema?.type) {
    case 'struct':
      return equalStructs(schema, a, b);
    case 'list':
      return equalLists(schema.element, a ?? [], b ?? []);
    case 'map':
      return equalMaps(schema.element, a ?? {}, b ?? {});
    case 'Quantity':
      return typeof a === 'string' && typeof b === 'string' && compareQuantities(a, b) === 0;
    default:
      return equalTrees(a, b);
  }
}

function equalStructs(schema: StructSchema, a: unknown, b: unknown): boolean {
  if (!isTree(a) || !isTree(b)) return false;
  return schema.members.every((member) => {
    const left = a[member.name];
    const right = b[member.name];
    if (left === right) return true;
    // Structs that are no pointers are there even when they are not.
    if (member.schema.type === 'struct' && !member.pointer) return equalStructs(member.schema, left ?? {}, right ?? {});
    if (!member.pointer && (isEmptyScalar(left) || isEmptyScalar(right)))
      return isEmptyScalar(left) && isEmptyScalar(right);
    return semanticEqual(member.schema, left ?? undefined, right ?? undefined);
  });
}

/** Nothing, or a zero value that encoding leaves out. Lists and maps see to their own emptiness. */
function isEmptyScalar(value: unknown): boolean {
  return value === undefined || value === null || value === '' || value === 0 || value === false
    ? true
    : typeof value === 'object' && Object.keys(value).length === 0;
}

function equalLists(element: Schema | undefined, a: unknown, b: unknown): boolean {
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
  return a.every((item, i) => semanticEqual(element, item, b[i]));
}

function equalMaps(element: Schema | undefined, a: unknown, b: unknown): boolean {
  if (!isTree(a) || !isTree(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && semanticEqual(element, a[key], b[key]))
  );
}

function equalTrees(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) || Array.isArray(b)) return equalLists(undefined, a, b);
  return isTree(a) && isTree(b) && equalMaps(undefined, a, b);
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
