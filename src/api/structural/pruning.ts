/**
 * Pruning: fields that a structural schema does not declare are dropped, and named for strict validation (apiextensions
 * pkg/apiserver/schema/pruning). The tree is changed in place.
 */

import { index } from '../field-error.ts';
import { isTree, type JsonSchema, memberSchema, type Tree } from './schema.ts';

/** Members of an embedded resource that are always known; metadata is checked by its own schema. */
const typeMembers = new Set(['apiVersion', 'kind', 'metadata']);

/** Prunes a whole custom resource; answers the paths of what was dropped, sorted. */
export function prune(object: Tree, schema: JsonSchema): readonly string[] {
  const dropped: string[] = [];
  pruneObject(object, schema, '', true, dropped);
  return dropped.sort();
}

/** Prunes a value inside of one; answers whether anything was dropped. */
export function prunePart(value: unknown, schema: JsonSchema): boolean {
  const dropped: string[] = [];
  pruneValue(value, schema, '', dropped);
  return dropped.length > 0;
}

function pruneValue(value: unknown, schema: JsonSchema | undefined, path: string, dropped: string[]): void {
  if (Array.isArray(value)) {
    value.forEach((item, position) => {
      pruneValue(item, schema?.items, index(path, position), dropped);
    });
  } else if (isTree(value)) {
    pruneObject(value, schema ?? {}, path, schema?.['x-kubernetes-embedded-resource'] ?? false, dropped);
  }
}

function pruneObject(object: Tree, schema: JsonSchema, path: string, isResource: boolean, dropped: string[]): void {
  const keepsUnknown = schema['x-kubernetes-preserve-unknown-fields'] === true;
  for (const key of Object.keys(object)) {
    if (isResource && typeMembers.has(key)) continue;
    const place = path === '' ? key : `${path}.${key}`;
    const member = memberSchema(schema, key);
    if (member) pruneValue(object[key], member, place, dropped);
    else if (keepsUnknown) continue;
    // Any member may be there, and what is inside of it is not declared.
    else if (schema.additionalProperties === true) pruneValue(object[key], undefined, place, dropped);
    else {
      delete object[key];
      dropped.push(place);
    }
  }
}
