/**
 * How many types a type is written with. `{x: x}` has its variable's type twice, so that a chain of `map` doubles it with each; the checker refuses
 * what is larger than anybody writes, and need not mind otherwise how often it walks a type (upstream has no bound).
 */

import type { CelType } from './types.ts';

export const maxTypeSize = 10_000;

const known = new WeakMap<CelType, number>();

export function typeSize(type: CelType): number {
  const parts = partsOf(type);
  if (parts.length === 0) return 1;
  const found = known.get(type);
  if (found !== undefined) return found;
  const size = parts.reduce((sum, part) => sum + typeSize(part), 1);
  known.set(type, size);
  return size;
}

/** Fields of objects do not count: they are declared, not written. */
function partsOf(type: CelType): readonly CelType[] {
  switch (type.kind) {
    case 'list':
      return [type.element];
    case 'map':
      return [type.key, type.value];
    case 'opaque':
      return type.parameters;
    case 'type':
      return type.of ? [type.of] : [];
    default:
      return [];
  }
}
