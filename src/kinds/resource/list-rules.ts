/** Bounded lists and maps. What is too long is not looked into: the bound is there to keep validation cheap. */

import { duplicate, entry, type FieldError, index, tooMany } from '#api/field-error.ts';

type Check<T> = (item: T, path: string, errors: FieldError[]) => void;

export function checkItems<T>(
  items: readonly T[] | undefined,
  max: number,
  path: string,
  errors: FieldError[],
  check: Check<T>,
): boolean {
  const length = items?.length ?? 0;
  if (length > max) {
    errors.push(tooMany(path, length, max));
    return false;
  }
  items?.forEach((item, position) => {
    check(item, index(path, position), errors);
  });
  return true;
}

export function checkSet<T>(
  items: readonly T[] | undefined,
  max: number,
  path: string,
  errors: FieldError[],
  keyOf: (item: T) => string,
  check: Check<T>,
  /** What is printed of an item that is there twice. */
  shownOf: (item: T) => unknown = keyOf,
): void {
  if (!checkItems(items, max, path, errors, check)) return;
  const seen = new Set<string>();
  items?.forEach((item, position) => {
    const key = keyOf(item);
    if (seen.has(key)) errors.push(duplicate(index(path, position), shownOf(item)));
    seen.add(key);
  });
}

/** Faults of a key are told at the map itself. */
export function checkMap<T>(
  map: Readonly<Record<string, T>> | undefined,
  max: number,
  shownKeyLength: number,
  path: string,
  errors: FieldError[],
  checkKey: Check<string>,
  check: Check<T>,
): void {
  const entries = Object.entries(map ?? {});
  if (entries.length > max) {
    errors.push(tooMany(path, entries.length, max));
    return;
  }
  for (const [key, value] of entries) {
    checkKey(key, path, errors);
    check(value, entry(path, shortened(key, shownKeyLength)), errors);
  }
}

function shortened(key: string, length: number): string {
  if (key.length <= length) return key;
  const kept = length - 3;
  return `${key.slice(0, Math.floor((kept + 1) / 2))}...${key.slice(key.length - Math.floor(kept / 2))}`;
}
