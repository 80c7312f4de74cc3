/** Types of JSON values as kube-openapi's validator names them. */

import { isInt64 } from '../int64.ts';
import type { JsonSchema } from './schema.ts';

export function typeName(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return isInt64(value) ? 'integer' : 'number';
  return typeof value;
}

/** The types that a schema takes, with commas between; '' for every type. */
export function typesOf(schema: JsonSchema): string {
  return schema['x-kubernetes-int-or-string'] ? 'integer,string' : (schema.type ?? '');
}

export function hasType(value: unknown, types: string): boolean {
  const actual = typeName(value);
  return types === '' || types.split(',').includes(actual) || (types === 'number' && actual === 'integer');
}
