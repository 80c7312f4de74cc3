/** What is wrong with an expression, as cel-go prints it. */

import { codePoints } from './values.ts';

export interface Issue {
  readonly message: string;
  /** From 1; -1 when it is about the whole expression. */
  readonly line: number;
  /** Code points from 0; printed from 1. */
  readonly column: number;
}

/** More of them are not collected, as upstream does: a source is as long as 100,000 characters, and each may be one. */
export const maxIssues = 100;

/** Issue at a UTF-16 offset of the source. */
export function issueAt(source: string, offset: number, message: string): Issue {
  const before = source.slice(0, offset);
  const start = before.lastIndexOf('\n') + 1;
  return { message, line: before.split('\n').length, column: codePoints(before.slice(start)) };
}

/** All issues of an expression, sorted by place, a line break between them. */
export function formatIssues(source: string, issues: readonly Issue[]): string {
  const sorted = [...issues].sort((left, right) => left.line - right.line || left.column - right.column);
  return sorted.map((issue) => formatIssue(source, issue)).join('\n');
}

function formatIssue(source: string, issue: Issue): string {
  // A source of nothing has no first line to point into.
  if (source === '' && issue.line > 0) return `ERROR: <input>:1:0: ${issue.message}`;
  const snippet = source.split('\n')[issue.line - 1];
  const head = `ERROR: <input>:${issue.line}:${issue.column + 1}: ${issue.message}`;
  if (snippet === undefined) return head;
  let indicator = '';
  const characters = [...snippet];
  for (let index = 0; index < issue.column && index < characters.length; index++) {
    indicator += isWide(characters[index]) ? '．' : '.';
  }
  indicator += isWide(characters[issue.column]) ? '＾' : '^';
  return `${head}\n | ${snippet.replaceAll('\t', ' ')}\n | ${indicator}`;
}

/** Characters of more than one byte are marked with full-width signs, so that the marks stay under them. */
function isWide(character: string | undefined): boolean {
  return character !== undefined && (character.codePointAt(0) ?? 0) > 127;
}
