/** Sets of completion indexes as text: '1,3-5,7', increasing (upstream's batch validation, validateIndexesFormat). */

export interface IndexRange {
  readonly first: number;
  readonly last: number;
}

/** Throws an Error with upstream's words; every index is below `completions`. */
export function parseIndexRanges(text: string, completions: number): IndexRange[] {
  if (text === '') return [];
  const ranges: IndexRange[] = [];
  for (const part of text.split(',')) {
    const range = parseRange(part, completions);
    const before = ranges.at(-1);
    if (before && before.last >= range.first) throw new Error(notIncreasing(before.last, range.first));
    ranges.push(range);
  }
  return ranges;
}

export function countIndexes(ranges: readonly IndexRange[]): number {
  return ranges.reduce((count, { first, last }) => count + last - first + 1, 0);
}

/** The first index that is in both; both are sorted. */
export function firstCommonIndex(a: readonly IndexRange[], b: readonly IndexRange[]): number | undefined {
  let [i, j] = [0, 0];
  for (;;) {
    const left = a[i];
    const right = b[j];
    if (!left || !right) return undefined;
    if (left.first <= right.last && right.first <= left.last) return Math.max(left.first, right.first);
    if (left.first <= right.first) i++;
    else j++;
  }
}

function parseRange(text: string, completions: number): IndexRange {
  const limits = text.split('-');
  if (limits.length > 2) {
    throw new Error(
      `the fragment ${JSON.stringify(text)} violates the requirement that an index interval can have at most two parts separated by '-'`,
    );
  }
  const [first = 0, last = first] = limits.map((limit) => parseIndex(limit, completions));
  if (limits.length > 1 && first >= last) throw new Error(notIncreasing(first, last));
  return { first, last };
}

function parseIndex(text: string, completions: number): number {
  if (!/^[+-]?\d+$/.test(text)) throw new Error(`cannot convert string to integer for index: ${JSON.stringify(text)}`);
  const value = Number(text);
  if (value >= completions) throw new Error(`too large index: ${JSON.stringify(text)}`);
  return value;
}

function notIncreasing(previous: number, current: number): string {
  return `non-increasing order, previous: ${previous}, current: ${current}`;
}
