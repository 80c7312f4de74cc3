/**
 * Equality as the API sees it (apimachinery api/equality Semantic): what is empty equals what is absent, and quantities are equal
 * by amount. Only inside resource lists a text is taken for a quantity.
 */

import { compareQuantities, isQuantity } from './quantity.ts';

const resourceLists: ReadonlySet<string> = new Set([
  'requests',
  'limits',
  'overhead',
  'capacity',
  'allocatable',
  'hard',
]);

export function semanticallyEqual(a: unknown, b: unknown): boolean {
  return equal(a, b, false);
}

function equal(a: unknown, b: unknown, inResourceList: boolean): boolean {
  if (a === b) return true;
  if (typeof a === 'string' && typeof b === 'string') {
    return inResourceList && isQuantity(a) && isQuantity(b) && compareQuantities(a, b) === 0;
  }
  if (isEmpty(a) && isEmpty(b)) return true;
  if (!isObject(a) || !isObject(b)) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, position) => equal(item, b[position], false));
  }
  for (const key in a) if (!equal(a[key], own(b, key), inResourceList || resourceLists.has(key))) return false;
  for (const key in b) if (own(a, key) === undefined && !isEmpty(b[key])) return false;
  return true;
}

/** Keys of maps are what somebody sent: 'constructor' is a label like others. */
function own(object: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (!isObject(value)) return false;
  for (const key in value) if (value[key] !== undefined) return false;
  return true;
}
