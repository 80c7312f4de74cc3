/** What is wrong with an expression, as cel-go prints it. */

export interface Issue {
  readonly message: string;
  /** From 1. */
  readonly line: number;
  /** Code points from 0; printed from 1. */
  readonly column: number;
}

/** Issue at a code point offset of the source. */
export function issueAt(source: string, offset: number, message: string): Issue {
  let line = 1;
  let column = 0;
  let position = 0;
  for (const character of source) {
    if (position++ === offset) break;
    column++;
    if (character === '\n') {
      line++;
      column = 0;
    }
  }
  return { message, line, column };
}

/** All issues of an expression, sorted by place, a line break between them. */
export function formatIssues(source: string, issues: readonly Issue[]): string {
  const sorted = [...issues].sort((left, right) => left.line - right.line || left.column - right.column);
  return sorted.map((issue) => formatIssue(source, issue)).join('\n');
}

function formatIssue(source: string, issue: Issue): string {
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
