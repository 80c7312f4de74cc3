/** Applying a patch of one of the three kinds that carry changes, with upstream's answers to what is no patch or does not fit. */

import { newBadRequest, newInvalid, newRequestEntityTooLarge, newUnprocessable } from '#api/errors.ts';
import { invalid } from '#api/field-error.ts';
import type { KubeObject } from '#api/object.ts';
import { applyJsonPatch, JsonPatchError, JsonPatchFormatError, parseJsonPatch } from '#api/patch/json-patch.ts';
import { isObject } from '#api/patch/json-tree.ts';
import { applyMergePatch } from '#api/patch/merge-patch.ts';
import {
  applyStrategicMergePatch,
  StrategicPatchError,
  StrategicPatchFormatError,
} from '#api/patch/strategic-merge.ts';
import type { StructSchema } from '#api/schema/schema.ts';
import { assert } from '#base/errors.ts';

export type PatchType = 'json' | 'merge' | 'strategic';

/** The patched tree, not checked against the schema yet. `current` is not changed. Throws 400, 413, 415 or 422. */
export function patchTree(
  type: PatchType,
  current: KubeObject,
  patch: unknown,
  schema: StructSchema | undefined,
): unknown {
  try {
    switch (type) {
      case 'json':
        if (patch === null) return applyJsonPatch(current, []);
        if (!Array.isArray(patch)) {
          throw newBadRequest(`error decoding patch: ${mismatch(patch, '[]handlers.jsonPatchOp')}`);
        }
        return applyJsonPatch(current, parseJsonPatch(patch));
      case 'merge':
        if (patch === null) throw newBadRequest('Invalid JSON Patch');
        if (!isObject(patch)) throw newBadRequest(`error decoding patch: ${notAnObject(patch)}`);
        return applyMergePatch(current, patch);
      case 'strategic':
        assert(schema, 'kinds that take no strategic merge patches were asked for before');
        if (patch === null) return current;
        if (!isObject(patch)) throw newBadRequest(notAnObject(patch));
        return applyStrategicMergePatch(current as Readonly<Record<string, unknown>>, patch, schema);
    }
  } catch (error) {
    if (error instanceof JsonPatchFormatError) throw newBadRequest(`error decoding patch: ${error.message}`);
    if (error instanceof RangeError) throw newRequestEntityTooLarge(error.message);
    if (error instanceof JsonPatchError) throw newUnprocessable();
    if (error instanceof StrategicPatchFormatError) throw newBadRequest(error.message);
    if (error instanceof StrategicPatchError) {
      throw newInvalid({ group: '', kind: '' }, '', [invalid('patch', JSON.stringify(patch), error.message)]);
    }
    throw error;
  }
}

function notAnObject(value: unknown): string {
  return mismatch(value, 'map[string]interface {}');
}

function mismatch(value: unknown, goType: string): string {
  const what = Array.isArray(value)
    ? 'array'
    : value === null
      ? 'null'
      : typeof value === 'boolean'
        ? 'bool'
        : typeof value;
  return `json: cannot unmarshal ${what} into Go value of type ${goType}`;
}
