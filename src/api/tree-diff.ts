/**
 * The difference of two objects for people: a unified diff of their indented JSON, as messages about immutable fields end with. Lines are
 * matched as difflib matches them (the longest run that both sides have, then what is left and right of it), so that the text is
 * upstream's (apimachinery util/diff).
 */

import { escapeHtml } from '#base/html-escape.ts';

/** Lines of context around a change. */
const context = 3;

/** From so many lines on, those that are more than a hundredth of all start no match. */
const popularFrom = 200;

/** Beyond this many pairs of lines nothing is matched: the whole is one change. */
const pairsBound = 25_000_000;

export function treeDiff(before: unknown, after: unknown): string {
  const a = linesOf(before);
  const b = linesOf(after);
  const blocks = a.length * b.length > pairsBound ? [] : matchingBlocks(a, b);
  return hunksOf(changesOf(blocks, a, b), a, b).join('');
}

/** Strings as encoding/json writes them, which escapes what HTML would misread. */
function linesOf(value: unknown): string[] {
  const text = JSON.stringify(value, undefined, ' ') ?? 'null';
  return escapeHtml(text).split('\n');
}

/** a[a, a + size) is b[b, b + size). */
interface Block {
  readonly a: number;
  readonly b: number;
  readonly size: number;
}

/** Parts of both sides, half-open. */
interface Range {
  readonly a: number;
  readonly aEnd: number;
  readonly b: number;
  readonly bEnd: number;
}

/** In order; none borders on the next on both sides. */
function matchingBlocks(a: readonly string[], b: readonly string[]): readonly Block[] {
  const places = placesOf(b);
  const blocks: Block[] = [];
  // What is next to look at is last.
  const open: (Range | Block)[] = [{ a: 0, aEnd: a.length, b: 0, bEnd: b.length }];
  for (let next = open.pop(); next; next = open.pop()) {
    if ('size' in next) {
      addBlock(blocks, next);
      continue;
    }
    const block = longestBlock(a, b, places, next);
    if (block.size === 0) continue;
    const right = { a: block.a + block.size, aEnd: next.aEnd, b: block.b + block.size, bEnd: next.bEnd };
    const left = { a: next.a, aEnd: block.a, b: next.b, bEnd: block.b };
    open.push(...[right, block, left].filter((part) => 'size' in part || (part.a < part.aEnd && part.b < part.bEnd)));
  }
  return blocks;
}

function addBlock(blocks: Block[], block: Block): void {
  const last = blocks.at(-1);
  if (last && last.a + last.size === block.a && last.b + last.size === block.b) {
    blocks[blocks.length - 1] = { ...last, size: last.size + block.size };
  } else blocks.push(block);
}

/** Where each line is, without those that are nearly everywhere. */
function placesOf(lines: readonly string[]): ReadonlyMap<string, readonly number[]> {
  const places = new Map<string, number[]>();
  lines.forEach((line, position) => {
    const known = places.get(line);
    if (known) known.push(position);
    else places.set(line, [position]);
  });
  if (lines.length < popularFrom) return places;
  const most = Math.floor(lines.length / 100) + 1;
  for (const [line, positions] of places) if (positions.length > most) places.delete(line);
  return places;
}

/** The longest block; of several the first in a, and of those the first in b. */
function longestBlock(
  a: readonly string[],
  b: readonly string[],
  places: ReadonlyMap<string, readonly number[]>,
  range: Range,
): Block {
  let best: Block = { a: range.a, b: range.b, size: 0 };
  // By position in b: how long the match is that ends there and at the line of a before.
  let lengths = new Map<number, number>();
  for (let i = range.a; i < range.aEnd; i++) {
    const next = new Map<number, number>();
    for (const j of places.get(a[i] ?? '') ?? []) {
      if (j < range.b) continue;
      if (j >= range.bEnd) break;
      const size = (lengths.get(j - 1) ?? 0) + 1;
      next.set(j, size);
      if (size > best.size) best = { a: i - size + 1, b: j - size + 1, size };
    }
    lengths = next;
  }
  return extended(best, a, b, range);
}

/** With the lines around it that start no match but are equal. */
function extended(block: Block, a: readonly string[], b: readonly string[], range: Range): Block {
  let { a: i, b: j, size } = block;
  while (i > range.a && j > range.b && a[i - 1] === b[j - 1]) {
    i--;
    j--;
    size++;
  }
  while (i + size < range.aEnd && j + size < range.bEnd && a[i + size] === b[j + size]) size++;
  return { a: i, b: j, size };
}

/** What is between the blocks. */
function changesOf(blocks: readonly Block[], a: readonly string[], b: readonly string[]): readonly Range[] {
  const changes: Range[] = [];
  let [i, j] = [0, 0];
  for (const block of [...blocks, { a: a.length, b: b.length, size: 0 }]) {
    if (i < block.a || j < block.b) changes.push({ a: i, aEnd: block.a, b: j, bEnd: block.b });
    i = block.a + block.size;
    j = block.b + block.size;
  }
  return changes;
}

/** Changes with no more between them than the context of both are one hunk. */
function hunksOf(changes: readonly Range[], a: readonly string[], b: readonly string[]): readonly string[] {
  const hunks: Range[][] = [];
  for (const change of changes) {
    const hunk = hunks.at(-1);
    const last = hunk?.at(-1);
    if (hunk && last && change.a - last.aEnd <= 2 * context) hunk.push(change);
    else hunks.push([change]);
  }
  return hunks.map((hunk) => hunkText(hunk, a, b));
}

function hunkText(changes: readonly Range[], a: readonly string[], b: readonly string[]): string {
  const first = changes[0];
  const last = changes.at(-1);
  if (!first || !last) return '';
  const lead = Math.min(context, first.a);
  const trail = Math.min(context, a.length - last.aEnd);
  const lines = (sign: string, of: readonly string[]): string => of.map((line) => `${sign}${line}\n`).join('');
  let text = `@@ -${place(first.a - lead, last.aEnd + trail)} +${place(first.b - lead, last.bEnd + trail)} @@\n`;
  let from = first.a - lead;
  for (const change of changes) {
    text += lines(' ', a.slice(from, change.a));
    text += lines('-', a.slice(change.a, change.aEnd)) + lines('+', b.slice(change.b, change.bEnd));
    from = change.aEnd;
  }
  return text + lines(' ', a.slice(from, last.aEnd + trail));
}

/** From 1; a place without lines is after the line that it names. */
function place(start: number, end: number): string {
  const length = end - start;
  if (length === 1) return `${start + 1}`;
  return `${length === 0 ? start : start + 1},${length}`;
}
