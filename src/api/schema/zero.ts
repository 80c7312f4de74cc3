/** Go's zero values of texts, numbers and booleans, which decoding, OpenAPI and server-side apply go by. */

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
