/** Elements of sets, and keys of lists that are maps, are there once (apiextensions pkg/apiserver/schema/listtype). */

import { sortedTree } from '#base/sorted-tree.ts';
import { child, duplicate, entry, type FieldError, index, invalid } from '../field-error.ts';
import { identityOf, setMember } from '../patch/json-tree.ts';
import { anywhere, isTree, type JsonSchema, type Tree } from './schema.ts';

/** Whether the schema has such lists: without one, nothing has to be looked at. */
export const hasListTypes = anywhere(({ 'x-kubernetes-list-type': type }) => type === 'set' || type === 'map');

export function listTypeFindings(value: unknown, schema: JsonSchema): FieldError[] {
  const errors: FieldError[] = [];
  check(value, schema, '', errors);
  return errors;
}

function check(value: unknown, schema: JsonSchema, path: string, errors: FieldError[]): void {
  if (Array.isArray(value)) {
    checkElements(value, schema, path, errors);
    const { items } = schema;
    if (!items || !hasListTypes(items)) return;
    value.forEach((element, position) => {
      check(element, items, index(path, position), errors);
    });
    return;
  }
  if (!isTree(value)) return;
  const { properties, additionalProperties } = schema;
  const others = typeof additionalProperties === 'object' && hasListTypes(additionalProperties);
  for (const key in value) {
    const own = properties && Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (own && hasListTypes(own)) check(value[key], own, child(path, key), errors);
    if (others) check(value[key], additionalProperties, entry(path, key), errors);
  }
}

function checkElements(value: readonly unknown[], schema: JsonSchema, path: string, errors: FieldError[]): void {
  switch (schema['x-kubernetes-list-type']) {
    case 'set':
      checkOnce(value, path, errors);
      return;
    case 'map': {
      const odd = value.findIndex((element) => element !== null && !isTree(element));
      const detail = 'must be an object for an array of list-type map';
      if (odd >= 0) errors.push(invalid(index(path, odd), sortedTree(value[odd]), detail));
      else checkOnce(value, path, errors, schema['x-kubernetes-list-map-keys'] ?? []);
      return;
    }
  }
}

function keyOf(element: unknown, keys: readonly string[]): Tree {
  const key: Tree = {};
  if (isTree(element)) for (const name of keys) if (Object.hasOwn(element, name)) setMember(key, name, element[name]);
  return key;
}

/** What is there more than once is told of once; `keys`: those members of elements are what counts. */
function checkOnce(list: readonly unknown[], path: string, errors: FieldError[], keys?: readonly string[]): void {
  if (list.length < 2) return;
  const times = new Map<string, number>();
  list.forEach((element, position) => {
    const value = keys ? keyOf(element, keys) : element;
    const text = identityOf(value);
    const before = times.get(text) ?? 0;
    times.set(text, before + 1);
    if (before === 1) errors.push(duplicate(index(path, position), sortedTree(value)));
  });
}
