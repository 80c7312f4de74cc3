/**
 * Strategic merge patch: a merge patch that knows from the schema how lists merge (patchStrategy, patchMergeKey) and that may
 * carry directives: `$patch: replace | delete`, `$retainKeys`, `$setElementOrder/LIST`, `$deleteFromPrimitiveList/LIST`.
 * (community: contributors/devel/sig-api-machinery/strategic-merge-patch.md)
 *
 * Inputs are not changed; parts of them are shared with the result. Custom resources have no schema of this kind: the
 * server refuses the patch type for them.
 */

import type { FieldSchema, Schema, StructSchema } from '../schema/schema.ts';
import { copyObject, identityOf, isObject, type JsonObject, setMember } from './json-tree.ts';

/** The patch is malformed; the server answers 400 with this message. */
export class StrategicPatchFormatError extends Error {
  override readonly name = 'StrategicPatchFormatError';
}

/** The patch does not fit the object; the server answers 422. */
export class StrategicPatchError extends Error {
  override readonly name = 'StrategicPatchError';
}

const patchDirective = '$patch';
const retainKeysDirective = '$retainKeys';
const orderPrefix = '$setElementOrder/';
const deletePrimitivePrefix = '$deleteFromPrimitiveList/';

export function applyStrategicMergePatch(
  document: Readonly<JsonObject>,
  patch: Readonly<JsonObject>,
  schema: StructSchema,
): JsonObject {
  return mergeObject(document, patch, schema);
}

function mergeObject(
  original: Readonly<JsonObject>,
  patch: Readonly<JsonObject>,
  schema: Schema | undefined,
): JsonObject {
  if (Object.hasOwn(patch, patchDirective)) {
    const directive = patch[patchDirective];
    if (directive === 'delete') return {};
    if (directive !== 'replace')
      throw new StrategicPatchError(`unknown patch type: ${goForm(directive)} in map: ${goForm(patch)}`);
    return withoutDirectives(patch) as JsonObject;
  }
  const result = retainKeys(copyObject(original), patch);
  for (const key of Object.keys(patch)) {
    if (key === retainKeysDirective) continue;
    if (key.startsWith(deletePrimitivePrefix)) {
      deleteFromPrimitiveList(result, key.slice(deletePrimitivePrefix.length), patch[key]);
    } else if (key.startsWith(orderPrefix)) {
      const list = key.slice(orderPrefix.length);
      // The list itself, when it is in the patch too, is merged and ordered in one go below.
      if (!Object.hasOwn(patch, list)) orderList(result, list, patch[key], fieldOf(schema, list));
    } else if (key.startsWith('$')) {
      throw new StrategicPatchFormatError('strategic merge patch format is not supported');
    } else {
      mergeMember(result, key, patch, fieldOf(schema, key));
    }
  }
  return result;
}

function mergeMember(result: JsonObject, key: string, patch: Readonly<JsonObject>, field: Field): void {
  const change = patch[key];
  if (change === null) {
    delete result[key];
    return;
  }
  const current = Object.hasOwn(result, key) ? result[key] : undefined;
  if (isObject(current) && isObject(change)) {
    if (field.strategies.includes('replace')) setMember(result, key, withoutDirectives(change));
    else setMember(result, key, mergeObject(current, change, field.schema));
  } else if (Array.isArray(change) && field.strategies.includes('merge')) {
    const order = patch[orderPrefix + key];
    setMember(result, key, mergeList(Array.isArray(current) ? current : [], change, field, order));
  } else {
    setMember(result, key, withoutDirectives(change));
  }
}

/** What the schema says about a member; nothing below free-form data. */
interface Field {
  readonly schema: Schema | undefined;
  /** Of a list: the schema of its elements. */
  readonly element: Schema | undefined;
  readonly strategies: readonly string[];
  readonly mergeKey: string | undefined;
}

const unknownField: Field = { schema: undefined, element: undefined, strategies: [], mergeKey: undefined };

function fieldOf(schema: Schema | undefined, name: string): Field {
  if (schema?.type === 'map') return { ...unknownField, schema: schema.element };
  const found: FieldSchema | undefined = schema?.type === 'struct' ? schema.memberByName.get(name) : undefined;
  if (!found) return unknownField;
  return {
    schema: found.schema,
    element: found.schema.type === 'list' ? found.schema.element : undefined,
    strategies: found.patchStrategies,
    mergeKey: found.patchMergeKey,
  };
}

function retainKeys(result: JsonObject, patch: Readonly<JsonObject>): JsonObject {
  if (!Object.hasOwn(patch, retainKeysDirective)) return result;
  const retained = patch[retainKeysDirective];
  if (!Array.isArray(retained)) throw new StrategicPatchFormatError('invalid patch format of retainKeys');
  const names = new Set<unknown>(retained);
  for (const key of Object.keys(patch)) {
    if (key.startsWith('$') || patch[key] === null) continue;
    if (!names.has(key)) throw new StrategicPatchFormatError('invalid patch format of retainKeys');
  }
  for (const key of Object.keys(result)) if (!names.has(key)) delete result[key];
  return result;
}

function deleteFromPrimitiveList(result: JsonObject, key: string, values: unknown): void {
  if (!Array.isArray(values)) throw new StrategicPatchFormatError('invalid patch format of primitive list');
  const list = result[key];
  if (!Array.isArray(list)) return;
  const gone = new Set(values.map(identityOf));
  const rest = list.filter((item) => !gone.has(identityOf(item)));
  if (rest.length === 0) delete result[key];
  else setMember(result, key, rest);
}

function orderList(result: JsonObject, key: string, order: unknown, field: Field): void {
  const list = result[key];
  if (!Array.isArray(list)) return;
  setMember(result, key, ordered(list, list, orderOf(order), field.mergeKey));
}

function mergeList(original: readonly unknown[], patch: readonly unknown[], field: Field, order: unknown): unknown[] {
  const merged = patch.some(isObject) ? mergeObjects(original, patch, field) : mergePrimitives(original, patch);
  // Without an order of its own the patch is one.
  return ordered(merged, original, order === undefined ? patch : orderOf(order), field.mergeKey);
}

function mergePrimitives(original: readonly unknown[], patch: readonly unknown[]): unknown[] {
  const merged = [...original];
  const known = new Set(original.map(identityOf));
  for (const value of patch) {
    const identity = identityOf(value);
    if (!known.has(identity)) merged.push(value);
    known.add(identity);
  }
  return merged;
}

function mergeObjects(
  original: readonly unknown[],
  patch: readonly unknown[],
  { mergeKey, element }: Field,
): unknown[] {
  if (mergeKey === undefined) {
    throw new StrategicPatchError(`cannot merge lists without merge key for ${element?.goName ?? 'list'}`);
  }
  let merged = [...original];
  let replace = false;
  const deleted = new Set<string>();
  const changes: JsonObject[] = [];
  for (const item of patch) {
    if (!isObject(item)) throw new StrategicPatchError('list element types are not identical');
    const directive = Object.hasOwn(item, patchDirective) ? item[patchDirective] : undefined;
    if (directive === undefined) changes.push(item);
    else if (directive === 'replace') replace = true;
    else if (directive === 'delete') deleted.add(identityOf(keyValue(item, mergeKey)));
    else if (directive === 'merge') throw new StrategicPatchError('merging lists cannot yet be specified in the patch');
    else throw new StrategicPatchError(`unknown patch type: ${goForm(directive)} in map: ${goForm(item)}`);
  }
  if (deleted.size > 0) merged = merged.filter((existing) => !deleted.has(identityOf(keyValue(existing, mergeKey))));
  if (replace) return changes.map(withoutDirectives);
  // Of several with the same key the first is the one.
  const places = new Map<string, number>();
  const place = (item: unknown, index: number): void => {
    if (!isObject(item) || item[mergeKey] === undefined) return;
    const identity = identityOf(item[mergeKey]);
    if (!places.has(identity)) places.set(identity, index);
  };
  merged.forEach(place);
  for (const change of changes) {
    const index = places.get(identityOf(keyValue(change, mergeKey)));
    const existing = index === undefined ? undefined : merged[index];
    if (index !== undefined && isObject(existing)) merged[index] = mergeObject(existing, change, element);
    else place(merged[merged.push(withoutDirectives(change)) - 1], merged.length - 1);
  }
  return merged;
}

function keyValue(item: unknown, mergeKey: string): unknown {
  if (!isObject(item) || !Object.hasOwn(item, mergeKey)) {
    throw new StrategicPatchError(
      `map: ${goForm(isObject(item) ? item : {})} does not contain declared merge key: ${mergeKey}`,
    );
  }
  return item[mergeKey];
}

function orderOf(order: unknown): readonly unknown[] {
  if (!Array.isArray(order)) throw new StrategicPatchFormatError('invalid patch format of setElementOrder list');
  return order;
}

/**
 * Puts the merged items that the order names into that order, and the rest, which only the server knows, where the server's
 * list had them relative to their neighbours.
 */
function ordered(
  merged: readonly unknown[],
  server: readonly unknown[],
  order: readonly unknown[],
  mergeKey: string | undefined,
): unknown[] {
  const identity = (item: unknown) =>
    JSON.stringify(isObject(item) && mergeKey !== undefined ? item[mergeKey] : item) ?? '';
  const wanted = new Map(order.map((item, index) => [identity(item), index]));
  const serverIndex = new Map(server.map((item, index) => [identity(item), index]));
  const named = merged.filter((item) => wanted.has(identity(item)));
  named.sort((a, b) => (wanted.get(identity(a)) ?? 0) - (wanted.get(identity(b)) ?? 0));
  const rest = merged.filter((item) => !wanted.has(identity(item)));
  const result: unknown[] = [];
  let next = 0;
  for (const item of rest) {
    const at = serverIndex.get(identity(item));
    // What the server had behind this item waits for it; what is new does not.
    for (; next < named.length; next++) {
      const position = serverIndex.get(identity(named[next]));
      if (at !== undefined && position !== undefined && at < position) break;
      result.push(named[next]);
    }
    result.push(item);
  }
  return [...result, ...named.slice(next)];
}

/** A part of the patch taken over as it is: directives in it say nothing to the object, and deleting ones leave nothing. */
function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.filter((item) => !(isObject(item) && item[patchDirective] === 'delete')).map(withoutDirectives);
  }
  if (!isObject(value)) return value;
  if (value[patchDirective] === 'delete') return {};
  const result: JsonObject = {};
  for (const key of Object.keys(value)) {
    if (key === patchDirective || key === retainKeysDirective || key.startsWith(orderPrefix)) continue;
    if (key.startsWith(deletePrimitivePrefix)) continue;
    // A null in something new removes what is not there.
    if (value[key] !== null) setMember(result, key, withoutDirectives(value[key]));
  }
  return result;
}

/** As Go prints a value with %v: map[a:1 b:[x]], keys sorted. */
function goForm(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goForm).join(' ')}]`;
  if (!isObject(value)) return value === null || value === undefined ? '<nil>' : String(value);
  const members = Object.keys(value)
    .sort()
    .map((key) => `${key}:${goForm(value[key])}`);
  return `map[${members.join(' ')}]`;
}
