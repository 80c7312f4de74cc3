/** cel.@mapInsert: what transformMap and transformMapEntry collect with. */

import { formatForMessage } from '../format.ts';
import type { MapKey, Result, Value } from '../values.ts';
import { CelError, CelMap, mapKey } from '../values.ts';

/**
 * A map that grows in place. Only the accumulator of a comprehension is ever one, and expressions cannot name that: nobody sees it change.
 */
class GrowingMap extends CelMap {
  readonly #entries = new Map<MapKey, readonly [Value, Value]>();

  static from(map: CelMap): GrowingMap {
    if (map instanceof GrowingMap) return map;
    const grown = new GrowingMap();
    for (const key of map.keys()) grown.insert(key, map.get(key) ?? null);
    return grown;
  }

  /** false when the key is there already. */
  insert(key: Value, value: Value): boolean {
    const normal = mapKey(key);
    if (normal === undefined || this.#entries.has(normal)) return false;
    this.#entries.set(normal, [key, value]);
    return true;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: Value): Value | undefined {
    const normal = mapKey(key);
    return normal === undefined ? undefined : this.#entries.get(normal)?.[1];
  }

  *keys(): Iterable<Value> {
    for (const [key] of this.#entries.values()) yield key;
  }
}

export function insertOne(map: CelMap, key: Value, value: Value): Result {
  const grown = GrowingMap.from(map);
  return grown.insert(key, value) ? grown : refused(key);
}

export function insertAll(map: CelMap, added: CelMap): Result {
  const grown = GrowingMap.from(map);
  for (const key of added.keys()) if (!grown.insert(key, added.get(key) ?? null)) return refused(key);
  return grown;
}

function refused(key: Value): CelError {
  return new CelError(`insert failed: key ${formatForMessage(key)} already exists`);
}
