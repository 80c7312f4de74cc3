/** Sets of completion indexes as Indexed jobs write them into status: '1,3-5,7' (KEP-2214). Ordered, disjoint, never adjacent. */

export interface IndexInterval {
  readonly first: number;
  readonly last: number;
}

export type IndexSet = readonly IndexInterval[];

/** Reads a status text; indexes from `completions` on, and what is no interval, are left out. */
export function parseIndexes(text: string | undefined, completions: number): IndexSet {
  const indexes: IndexInterval[] = [];
  for (const part of (text ?? '').split(',')) {
    const match = /^(\d+)(?:-(\d+))?$/.exec(part);
    if (!match) continue;
    const first = Number(match[1]);
    if (first >= completions) break;
    indexes.push({ first, last: Math.min(completions - 1, Number(match[2] ?? match[1])) });
  }
  return merged(indexes);
}

export function formatIndexes(indexes: IndexSet): string {
  return indexes
    .map(({ first, last }) =>
      first === last ? `${first}` : last === first + 1 ? `${first},${last}` : `${first}-${last}`,
    )
    .join(',');
}

export function addIndexes(indexes: IndexSet, more: Iterable<number>): IndexSet {
  return unite(
    indexes,
    [...more].map((index) => ({ first: index, last: index })),
  );
}

export function unite(a: IndexSet, b: IndexSet): IndexSet {
  return merged([...a, ...b].toSorted((x, y) => x.first - y.first));
}

export function countIndexes(indexes: IndexSet): number {
  return indexes.reduce((sum, { first, last }) => sum + last - first + 1, 0);
}

export function hasIndex(indexes: IndexSet, index: number): boolean {
  return indexes.some(({ first, last }) => first <= index && index <= last);
}

/** How many indexes the two have in common. */
export function overlap(a: IndexSet, b: IndexSet): number {
  let count = 0;
  for (const x of a) {
    for (const y of b) count += Math.max(0, Math.min(x.last, y.last) - Math.max(x.first, y.first) + 1);
  }
  return count;
}

/** The lowest `count` indexes below `completions` that are not in the set. */
export function firstMissing(indexes: IndexSet, count: number, completions: number): number[] {
  const missing: number[] = [];
  let candidate = 0;
  for (const { first, last } of [...indexes, { first: completions, last: completions }]) {
    for (; candidate < Math.min(first, completions) && missing.length < count; candidate++) missing.push(candidate);
    candidate = Math.max(candidate, last + 1);
  }
  return missing;
}

function merged(ordered: readonly IndexInterval[]): IndexInterval[] {
  const result: IndexInterval[] = [];
  for (const interval of ordered) {
    const previous = result.at(-1);
    if (previous && interval.first <= previous.last + 1) {
      result[result.length - 1] = { first: previous.first, last: Math.max(previous.last, interval.last) };
    } else result.push(interval);
  }
  return result;
}
