/** Rules of ConfigMaps. */

import { child, entry, type FieldError, forbidden, invalid, tooLong, wholeObject } from '#api/field-error.ts';
import { utf8Length } from '#api/label-rules.ts';
import { isConfigMapKey } from '#api/name-format.ts';
import { equalTrees } from '#base/equal.ts';
import type { ConfigMap } from '#kinds/generated/core-v1.ts';

/** Bytes of all values of a ConfigMap or a Secret. */
export const maxDataBytes = 1024 * 1024;
export const immutableDataMessage = 'field is immutable when `immutable` is set';

export function validateConfigMap({ data = {}, binaryData = {} }: ConfigMap): FieldError[] {
  const errors: FieldError[] = [];
  let units = 0;
  for (const key in data) {
    const path = entry('data', key);
    for (const message of isConfigMapKey(key)) errors.push(invalid(path, key, message));
    if (Object.hasOwn(binaryData, key)) errors.push(invalid(path, key, 'duplicate of key present in binaryData'));
    units += data[key]?.length ?? 0;
  }
  let size = 0;
  for (const key in binaryData) {
    for (const message of isConfigMapKey(key)) errors.push(invalid(entry('binaryData', key), key, message));
    size += base64Bytes(binaryData[key] ?? '');
  }
  // A UTF-16 unit is at most three bytes: what is small is not counted.
  if (size + 3 * units > maxDataBytes) for (const key in data) size += utf8Length(data[key] ?? '');
  if (size > maxDataBytes) errors.push(tooLong(wholeObject, maxDataBytes));
  return errors;
}

export function validateConfigMapUpdate(configMap: ConfigMap, old: ConfigMap): FieldError[] {
  const errors: FieldError[] = [];
  if (!old.immutable) return errors;
  if (!configMap.immutable) errors.push(forbidden(child('', 'immutable'), immutableDataMessage));
  for (const field of ['data', 'binaryData'] as const) {
    if (!equalTrees(configMap[field], old[field])) errors.push(forbidden(field, immutableDataMessage));
  }
  return errors;
}

/** Bytes that a canonical base64 text stands for. */
export function base64Bytes(text: string): number {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  return (text.length / 4) * 3 - padding;
}
