/**
 * Which value of the old object a value of the new one was (k8s.io/apiserver/pkg/cel/common equality.go, maplist.go): members of maps by
 * their key, elements of lists by the fields that their schema makes the key, elements of other lists not at all.
 */

import { equalTrees } from '#base/equal.ts';
import { isTree, type JsonSchema, memberSchema } from './schema.ts';

/** Finds the element of the old list that has the key of an element; undefined when there is none, or the list has no keys. */
export function elementsByKey(schema: JsonSchema, old: unknown): (element: unknown) => unknown {
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  if (schema['x-kubernetes-list-type'] !== 'map' || keys.length === 0 || !Array.isArray(old) || old.length === 0)
    return noElement;
  const byKey = new Map<string, unknown>();
  for (const element of old) {
    const key = keyOf(element, keys);
    if (key !== undefined && !byKey.has(key)) byKey.set(key, element);
  }
  return (element) => {
    const key = keyOf(element, keys);
    return key === undefined ? undefined : byKey.get(key);
  };
}

function noElement(): undefined {
  return undefined;
}

function keyOf(element: unknown, keys: readonly string[]): string | undefined {
  if (!isTree(element)) return undefined;
  let text = '';
  for (const key of keys) {
    const value = Object.hasOwn(element, key) ? element[key] : undefined;
    if (value === undefined || typeof value === 'object') return undefined;
    text += `${typeof value === 'string' ? JSON.stringify(value) : value},`;
  }
  return text;
}

/** A value with what it was before. */
export interface Correlation {
  readonly value: unknown;
  readonly old: unknown;
  readonly schema: JsonSchema;
}

/** Of the member; undefined where there is none on one side, or the schema does not know it. */
export function correlatedMember({ value, old, schema }: Correlation, key: string): Correlation | undefined {
  if (!isTree(value) || !isTree(old) || !Object.hasOwn(value, key) || !Object.hasOwn(old, key)) return undefined;
  const declared = memberSchema(schema, key);
  return declared && { value: value[key], old: old[key], schema: declared };
}

/** Of an element, with what `elementsByKey` found for it. */
export function correlatedElement({ schema }: Correlation, value: unknown, old: unknown): Correlation | undefined {
  return schema.items && old !== undefined && old !== null ? { value, old, schema: schema.items } : undefined;
}

/** Whether nothing changed. What cannot be correlated has changed. */
export function isUnchanged({ value, old, schema }: Correlation): boolean {
  return isSame(value, old, schema);
}

function isSame(value: unknown, old: unknown, schema: JsonSchema): boolean {
  if (Array.isArray(value)) {
    if (!Array.isArray(old) || old.length !== value.length) return false;
    if (schema['x-kubernetes-list-type'] !== 'map') return equalTrees(value, old);
    const { items } = schema;
    if (!items) return value.length === 0;
    const oldOf = elementsByKey(schema, old);
    return value.every((element) => {
      const before = oldOf(element);
      return before !== undefined && before !== null && isSame(element, before, items);
    });
  }
  if (!isTree(value)) return equalTrees(value, old);
  if (!isTree(old)) return false;
  let more = 0;
  for (const key in value) {
    const member = Object.hasOwn(old, key) ? memberSchema(schema, key) : undefined;
    if (!member || !isSame(value[key], old[key], member)) return false;
    more++;
  }
  for (const _ in old) more--;
  return more === 0;
}
