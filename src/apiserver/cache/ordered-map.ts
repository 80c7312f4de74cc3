/**
 * OrderedMap: a map with string keys that is iterated in key order, from any key on.
 *
 * A sorted array cut into chunks: insertion and removal move at most one chunk's pointers, iteration is a walk over arrays
 * (a balanced tree costs more memory and is slower to walk, and walking is what lists do).
 *
 * Invariants: chunks are not empty and hold at most `chunkBound` entries; keys ascend within and across chunks; `index` holds
 * exactly the entries of the chunks.
 */

interface Chunk<V> {
  readonly keys: string[];
  readonly values: V[];
}

const chunkBound = 512;

export class OrderedMap<V> {
  private readonly chunks: Chunk<V>[] = [];
  private readonly index = new Map<string, V>();

  get size(): number {
    return this.index.size;
  }

  get(key: string): V | undefined {
    return this.index.get(key);
  }

  set(key: string, value: V): void {
    const existed = this.index.has(key);
    this.index.set(key, value);
    let at = this.chunkFor(key);
    if (at === this.chunks.length) {
      if (at === 0) this.chunks.push({ keys: [], values: [] });
      else at--;
    }
    const chunk = this.chunks[at] as Chunk<V>;
    const position = lowerBound(chunk.keys, key);
    if (existed) {
      chunk.values[position] = value;
      return;
    }
    chunk.keys.splice(position, 0, key);
    chunk.values.splice(position, 0, value);
    if (chunk.keys.length > chunkBound) {
      const half = chunk.keys.length >> 1;
      this.chunks.splice(at + 1, 0, { keys: chunk.keys.splice(half), values: chunk.values.splice(half) });
    }
  }

  delete(key: string): V | undefined {
    const value = this.index.get(key);
    if (!this.index.delete(key)) return undefined;
    const at = this.chunkFor(key);
    const chunk = this.chunks[at] as Chunk<V>;
    const position = lowerBound(chunk.keys, key);
    chunk.keys.splice(position, 1);
    chunk.values.splice(position, 1);
    if (chunk.keys.length === 0) this.chunks.splice(at, 1);
    return value;
  }

  clear(): void {
    this.chunks.length = 0;
    this.index.clear();
  }

  /** Values with `from` <= key and, unless it is '', key < `to`, in key order. Do not change the map while iterating. */
  *range(from: string, to: string): Generator<V, void, void> {
    for (let at = this.chunkFor(from); at < this.chunks.length; at++) {
      const { keys, values } = this.chunks[at] as Chunk<V>;
      let position = keys.length > 0 && (keys[0] as string) < from ? lowerBound(keys, from) : 0;
      for (; position < keys.length; position++) {
        if (to !== '' && (keys[position] as string) >= to) return;
        yield values[position] as V;
      }
    }
  }

  /** The values of `range` as an array; without the cost of a generator, which counts for lists of thousands. */
  slice(from: string, to: string): V[] {
    const result: V[] = [];
    for (let at = this.chunkFor(from); at < this.chunks.length; at++) {
      const { keys, values } = this.chunks[at] as Chunk<V>;
      const start = (keys[0] as string) < from ? lowerBound(keys, from) : 0;
      const last = keys[keys.length - 1] as string;
      const end = to !== '' && last >= to ? lowerBound(keys, to) : keys.length;
      for (let position = start; position < end; position++) result.push(values[position] as V);
      if (end < keys.length) break;
    }
    return result;
  }

  /** How many keys lie in the range. */
  count(from: string, to: string): number {
    let total = 0;
    for (let at = this.chunkFor(from); at < this.chunks.length; at++) {
      const { keys } = this.chunks[at] as Chunk<V>;
      const start = (keys[0] as string) < from ? lowerBound(keys, from) : 0;
      const end = to !== '' && (keys[keys.length - 1] as string) >= to ? lowerBound(keys, to) : keys.length;
      total += Math.max(0, end - start);
      if (end < keys.length) break;
    }
    return total;
  }

  /** The first chunk whose last key is not below `key`; the number of chunks when all are below. */
  private chunkFor(key: string): number {
    let low = 0;
    let high = this.chunks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const { keys } = this.chunks[middle] as Chunk<V>;
      if ((keys[keys.length - 1] as string) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function lowerBound(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((keys[middle] as string) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
