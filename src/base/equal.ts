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

/**
 * Two values without the members, `levels` deep, that are equal in both: where a whole is judged by its parts, what is left says as much.
 * Undefined when nothing is. `counts`: which members of the values themselves are looked at.
 */
export function unequalParts(
  a: unknown,
  b: unknown,
  levels: number,
  counts: (member: string) => boolean = every,
): readonly [unknown, unknown] | undefined {
  if (levels === 0 || !isPlain(a) || !isPlain(b)) return equalTrees(a, b) ? undefined : [a, b];
  const left: [string, unknown][] = [];
  const right: [string, unknown][] = [];
  const add = (member: string): void => {
    const parts = counts(member) ? unequalParts(own(a, member), own(b, member), levels - 1) : undefined;
    if (!parts) return;
    left.push([member, parts[0]]);
    right.push([member, parts[1]]);
  };
  for (const member in a) add(member);
  for (const member in b) if (!Object.hasOwn(a, member)) add(member);
  return left.length === 0 ? undefined : [Object.fromEntries(left), Object.fromEntries(right)];
}

const every = (): boolean => true;

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function equalMembers(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): boolean {
  for (const key in a) {
    if (!equalTrees(a[key], own(b, key))) return false;
  }
  for (const key in b) {
    if (b[key] !== undefined && own(a, key) === undefined) return false;
  }
  return true;
}

/** Not what every object inherits: a label may be called constructor. */
function own(object: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
