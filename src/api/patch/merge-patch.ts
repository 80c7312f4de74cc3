/**
 * JSON merge patch (RFC 7386): objects merge, null removes, everything else replaces. Inputs are not changed. As upstream's library does it,
 * members that are null go from the objects in a new list too, unless an object was in its place.
 */

import { copyObject, isObject, setMember } from './json-tree.ts';

export function applyMergePatch(document: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return Array.isArray(patch) && !isObject(document) ? patch.map(withoutNulls) : patch;
  const result = isObject(document) ? copyObject(document) : {};
  for (const key of Object.keys(patch)) {
    const change = patch[key];
    if (change === null) delete result[key];
    else setMember(result, key, applyMergePatch(Object.hasOwn(result, key) ? result[key] : undefined, change));
  }
  return result;
}

function withoutNulls(element: unknown): unknown {
  return isObject(element) || Array.isArray(element) ? applyMergePatch(undefined, element) : element;
}
