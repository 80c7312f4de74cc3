/** The difference of two objects for people: a unified diff of their indented JSON, as messages about immutable fields end with. */

/** Lines of context around a change. */
const context = 3;

/** Beyond this many lines of both sides the whole of what changed is one hunk. */
const alignmentBound = 1_000_000;

export function treeDiff(before: unknown, after: unknown): string {
  const a = linesOf(before);
  const b = linesOf(after);
  const edits = align(a, b);
  return hunksOf(edits).map(hunkText).join('');
}

function linesOf(value: unknown): string[] {
  return (JSON.stringify(value, undefined, ' ') ?? 'null').split('\n');
}

interface Edit {
  readonly sign: ' ' | '-' | '+';
  readonly line: string;
}

/** Longest common subsequence between the equal head and tail. */
function align(a: readonly string[], b: readonly string[]): Edit[] {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const keep = (lines: readonly string[]): Edit[] => lines.map((line) => ({ sign: ' ', line }));
  const middle = alignMiddle(a.slice(head, a.length - tail), b.slice(head, b.length - tail));
  return [...keep(a.slice(0, head)), ...middle, ...keep(a.slice(a.length - tail))];
}

function alignMiddle(a: readonly string[], b: readonly string[]): Edit[] {
  const edits: Edit[] = [];
  let [i, j] = [0, 0];
  if (a.length * b.length <= alignmentBound) {
    const width = b.length + 1;
    const lengths = new Uint32Array((a.length + 1) * width);
    for (let row = a.length - 1; row >= 0; row--) {
      for (let column = b.length - 1; column >= 0; column--) {
        const at = row * width + column;
        lengths[at] =
          a[row] === b[column]
            ? (lengths[at + width + 1] ?? 0) + 1
            : Math.max(lengths[at + width] ?? 0, lengths[at + 1] ?? 0);
      }
    }
    while (i < a.length && j < b.length) {
      if (a[i] === b[j]) {
        edits.push({ sign: ' ', line: a[i] ?? '' });
        i++;
        j++;
      } else if ((lengths[(i + 1) * width + j] ?? 0) >= (lengths[i * width + j + 1] ?? 0)) {
        edits.push({ sign: '-', line: a[i++] ?? '' });
      } else edits.push({ sign: '+', line: b[j++] ?? '' });
    }
  }
  for (; i < a.length; i++) edits.push({ sign: '-', line: a[i] ?? '' });
  for (; j < b.length; j++) edits.push({ sign: '+', line: b[j] ?? '' });
  return edits;
}

interface Hunk {
  /** 1-based line where it starts, on either side. */
  readonly start: { readonly before: number; readonly after: number };
  readonly edits: readonly Edit[];
}

function hunksOf(edits: readonly Edit[]): Hunk[] {
  const hunks: Hunk[] = [];
  let open: Edit[] | undefined;
  let start = { before: 1, after: 1 };
  let quiet = 0;
  let [before, after] = [1, 1];
  const close = (): void => {
    if (open) hunks.push({ start, edits: open.slice(0, open.length - Math.max(0, quiet - context)) });
    open = undefined;
  };
  edits.forEach((edit, position) => {
    if (edit.sign !== ' ') {
      if (!open) {
        const lead = edits.slice(Math.max(0, position - context), position);
        const leading = lead.slice(lead.findLastIndex(({ sign }) => sign !== ' ') + 1);
        open = [...leading];
        start = { before: before - leading.length, after: after - leading.length };
      }
      quiet = 0;
    } else quiet++;
    open?.push(edit);
    if (open && quiet > 2 * context) close();
    if (edit.sign !== '+') before++;
    if (edit.sign !== '-') after++;
  });
  close();
  return hunks;
}

function hunkText({ start, edits }: Hunk): string {
  const count = (skip: Edit['sign']): number => edits.filter(({ sign }) => sign !== skip).length;
  const header = `@@ -${start.before},${count('+')} +${start.after},${count('-')} @@\n`;
  return header + edits.map(({ sign, line }) => `${sign}${line}\n`).join('');
}
