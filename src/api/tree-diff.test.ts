import assert from 'node:assert/strict';
import { test } from 'node:test';
import { treeDiff } from './tree-diff.ts';

test('treeDiff shows what changed with three lines around it', () => {
  const before = { a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7, h: 8 };
  assert.equal(
    treeDiff(before, { ...before, e: 0 }),
    [
      '@@ -3,7 +3,7 @@',
      '  "b": 2,',
      '  "c": 3,',
      '  "d": 4,',
      '- "e": 5,',
      '+ "e": 0,',
      '  "f": 6,',
      '  "g": 7,',
      '  "h": 8',
      '',
    ].join('\n'),
  );
});

test('treeDiff makes two hunks of changes that are far apart', () => {
  const before = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`k${index}`, index]));
  const diff = treeDiff(before, { ...before, k0: 'x', k19: 'y' });
  assert.deepEqual(diff.match(/^@@.*$/gm), ['@@ -1,5 +1,5 @@', '@@ -18,5 +18,5 @@']);
});

test('treeDiff of additions and removals counts lines of both sides', () => {
  assert.equal(treeDiff([1, 2], [1, 3, 2]), '@@ -1,4 +1,5 @@\n [\n  1,\n+ 3,\n  2\n ]\n');
  assert.equal(treeDiff([1], [1]), '');
});

test('treeDiff matches the longest run of lines first, as difflib does', () => {
  // Line by line [b] would match first and 'a' would move; the run a, b is longer.
  assert.equal(treeDiff(['b', 'a', 'b'], ['a', 'b', 'b']), '@@ -1,5 +1,5 @@\n [\n+ "a",\n  "b",\n- "a",\n  "b"\n ]\n');
});

test('treeDiff starts no match at lines that are nearly everywhere, but takes them beside one', () => {
  const many = (last: string): string[] => [...Array.from({ length: 250 }, () => 'x'), last];
  const diff = treeDiff(many('y'), many('z'));
  assert.equal(diff.split('\n').filter((line) => line.startsWith('-')).length, 1);
});

test('treeDiff escapes what HTML would misread', () => {
  assert.match(treeDiff(['<'], ['&']), /- "\\u003c"\n\+ "\\u0026"/);
});
