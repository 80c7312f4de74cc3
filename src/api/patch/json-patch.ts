/**
 * JSON patch (RFC 6902) with upstream's limits and its library's habits (evanphx/json-patch v4): `replace` and `copy` take a
 * missing member of an object for null, `remove` and `move` do not; negative indices of lists count from the end.
 *
 * Bounds: 10,000 operations (upstream: maxJSONPatchOperations), and copies that together exceed the body limit are refused (upstream:
 * JSONPatchMaxCopyBytes), since `copy` can double the document at each step, and its texts are cheap only until they are written out.
 */

import { mutableCopy } from '#base/edit.ts';
import { copyObject, isObject, type JsonObject, jsonEqual, setMember } from './json-tree.ts';

/** The patch cannot be carried out on this document; the server answers 422. */
export class JsonPatchError extends Error {
  override readonly name = 'JsonPatchError';
}

/** A `test` operation did not hold. */
export class JsonPatchTestFailed extends JsonPatchError {}

/** The patch itself is no list of operations; the server answers 400. */
export class JsonPatchFormatError extends Error {
  override readonly name = 'JsonPatchFormatError';
}

const maxOperations = 10_000;
/** Characters of JSON that `copy` operations may add. */
const maxCopied = 3 * 1024 * 1024;

export interface Operation {
  readonly op: string;
  readonly path: string;
  readonly from?: string;
  readonly value?: unknown;
}

/** Checks the shape of a decoded patch. */
export function parseJsonPatch(patch: unknown): Operation[] {
  if (!Array.isArray(patch)) {
    const what = patch === null ? 'null' : typeof patch;
    throw new JsonPatchFormatError(`json: cannot unmarshal ${what} into Go value of type jsonpatch.Patch`);
  }
  if (patch.length > maxOperations) {
    throw new RangeError(`The allowed maximum operations in a JSON patch is ${maxOperations}, got ${patch.length}`);
  }
  for (const operation of patch) {
    // To Go, null is an operation without anything: it is read, and refused when it is carried out.
    if (operation === null) continue;
    if (!isObject(operation))
      throw new JsonPatchFormatError(
        `json: cannot unmarshal ${goKind(operation)} into Go value of type handlers.jsonPatchOp`,
      );
    for (const field of ['op', 'path', 'from'] as const) {
      const value = operation[field];
      if (value === undefined || value === null || typeof value === 'string') continue;
      const place = `Go struct field jsonPatchOp.${field} of type string`;
      throw new JsonPatchFormatError(`json: cannot unmarshal ${goKind(value)} into ${place}`);
    }
  }
  return patch.map((operation) => operation ?? {}) as Operation[];
}

function goKind(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

/** Applies the operations in order to a copy; the document is not changed. */
export function applyJsonPatch(document: unknown, operations: readonly Operation[]): unknown {
  const root: JsonObject = { document };
  // Containers that this call made and may write to; all others are copied before the first write.
  const own = new WeakSet<object>([root]);
  let copied = 0;
  for (const operation of operations) {
    const { op, path } = operation;
    if (typeof path !== 'string') throw new JsonPatchError('Unexpected kind: unknown');
    switch (op) {
      case 'add':
        add(root, own, path, valueIn(operation));
        break;
      case 'remove':
        // There is no document without a root.
        if (path === '') throw missing('remove', path);
        remove(root, own, path);
        break;
      case 'replace': {
        const { container, key } = locate(root, own, path, 'replace');
        write(container, key, valueIn(operation));
        break;
      }
      case 'move': {
        const from = sourceOf(operation);
        const { container, key } = locate(root, own, from, 'move');
        if (!has(container, key)) throw missing('move', from);
        const moved = read(container, key);
        remove(root, own, from);
        add(root, own, path, moved);
        break;
      }
      case 'copy': {
        const from = sourceOf(operation);
        const { container, key } = locate(root, own, from, 'copy');
        const value = read(container, key) ?? null;
        copied += jsonSize(value, maxCopied - copied);
        if (copied >= maxCopied) throw new JsonPatchError('copy operations exceed the allowed size');
        // A copy of its own: what this call may write to must not be in two places.
        add(root, own, path, mutableCopy(value));
        break;
      }
      case 'test': {
        const { container, key } = locate(root, own, path, 'test');
        const actual = has(container, key) ? read(container, key) : null;
        if (!jsonEqual(actual ?? null, operation.value ?? null)) {
          throw new JsonPatchTestFailed(`testing value ${path} failed: test failed`);
        }
        break;
      }
      default:
        throw new JsonPatchError(`Unexpected kind: ${op}`);
    }
  }
  return root.document;
}

function sourceOf({ op, from }: Operation): string {
  if (typeof from !== 'string') throw missing(op, '');
  return from;
}

type Container = JsonObject | unknown[];

function valueIn(operation: Operation): unknown {
  return operation.value ?? null;
}

/** The container that holds the last token of a pointer, made writable along the way. */
function locate(
  root: JsonObject,
  own: WeakSet<object>,
  path: string,
  op: string,
): { container: Container; key: string } {
  if (path === '') return { container: root, key: 'document' };
  if (!path.startsWith('/')) throw missing(op, path);
  const tokens = path
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = tokens.pop() ?? '';
  let container: Container = root;
  let key = 'document';
  for (const token of tokens) {
    container = writable(container, key, own, op, path);
    key = token;
  }
  return { container: writable(container, key, own, op, path), key: last };
}

function writable(parent: Container, key: string, own: WeakSet<object>, op: string, path: string): Container {
  const value = has(parent, key) ? read(parent, key) : undefined;
  if (typeof value !== 'object' || value === null) throw missing(op, path);
  if (own.has(value)) return value as Container;
  const copy = Array.isArray(value) ? [...value] : copyObject(value as JsonObject);
  own.add(copy);
  write(parent, key, copy);
  return copy;
}

function missing(op: string, path: string): JsonPatchError {
  return new JsonPatchError(`${op} operation does not apply: doc is missing path: ${path}: missing value`);
}

/** Position of a token in a list; the end itself ('-', length) only where one may be added. */
function position(list: readonly unknown[], token: string, adding: boolean): number {
  if (token === '-' && adding) return list.length;
  if (!/^[-+]?\d+$/.test(token))
    throw new JsonPatchError(`Unable to access invalid index: ${token}: invalid index referenced`);
  let index = Number(token);
  const limit = adding ? list.length : list.length - 1;
  if (index < 0) index += limit + 1;
  if (index < 0 || index > limit) {
    throw new JsonPatchError(`Unable to access invalid index: ${token}: invalid index referenced`);
  }
  return index;
}

function has(container: Container, key: string): boolean {
  if (!Array.isArray(container)) return Object.hasOwn(container, key);
  return /^[-+]?\d+$/.test(key) && position(container, key, false) >= 0;
}

function read(container: Container, key: string): unknown {
  if (Array.isArray(container)) return container[position(container, key, false)];
  return Object.hasOwn(container, key) ? container[key] : undefined;
}

function write(container: Container, key: string, value: unknown): void {
  if (Array.isArray(container)) container[position(container, key, false)] = value;
  else setMember(container, key, value);
}

function add(root: JsonObject, own: WeakSet<object>, path: string, value: unknown): void {
  const { container, key } = locate(root, own, path, 'add');
  if (Array.isArray(container)) container.splice(position(container, key, true), 0, value);
  else setMember(container, key, value);
}

function remove(root: JsonObject, own: WeakSet<object>, path: string): void {
  const { container, key } = locate(root, own, path, 'remove');
  if (Array.isArray(container)) container.splice(position(container, key, false), 1);
  else {
    if (!Object.hasOwn(container, key)) {
      const cause = `Unable to remove nonexistent key: ${key}: missing value`;
      throw new JsonPatchError(`error in remove for path: '${path}': ${cause}`);
    }
    delete container[key];
  }
}

/** About as many characters as the value's JSON has, counted up to a bound. */
function jsonSize(value: unknown, bound: number): number {
  if (typeof value === 'string') return value.length + 3;
  if (bound <= 0 || typeof value !== 'object' || value === null) return 3;
  let size = 3;
  for (const key in value) {
    size += (Array.isArray(value) ? 0 : key.length + 3) + jsonSize((value as JsonObject)[key], bound - size);
    if (size >= bound) break;
  }
  return size;
}
