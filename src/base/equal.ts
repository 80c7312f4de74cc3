/** Equality of plain JSON-like trees: by value, in any member order; an absent member equals an undefined one. */

export function equalTrees(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => equalTrees(item, b[index]));
  }
  if (Array.isArray(b)) return false;
  return equalMembers(a as Readonly<Record<string, unknown>>, b as Readonly<Record<string, unknown>>);
}

function equalMembers(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): boolean {
  for (const key in a) {
    if (!equalTrees(a[key], b[key])) return false;
  }
  for (const key in b) {
    if (b[key] !== undefined && a[key] === undefined) return false;
  }
  return true;
}
