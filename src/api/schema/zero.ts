/** Go's zero values of texts, numbers and booleans, which decoding, OpenAPI and server-side apply go by; and its nil lists and maps. */

import type { Schema } from './schema.ts';

/** Undefined for all other types. */
export function plainZero({ type }: Schema): '' | false | 0 | undefined {
  switch (type) {
    case 'string':
      return '';
    case 'bool':
      return false;
    case 'int':
    case 'int32':
    case 'int64':
    case 'float64':
      return 0;
    default:
      return undefined;
  }
}

/**
 * What a required list or map is that was not sent: empty to readers, null on the wire, as Go's nil is. Told from a list that was
 * sent empty by identity, so it is frozen; a copy of it is a plain empty list.
 */
export const nilList: readonly never[] = Object.freeze([]);
export const nilMap: Readonly<Record<string, never>> = Object.freeze({});
