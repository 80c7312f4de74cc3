/** Source text to tokens. Characters that begin no token are issues, and reading goes on after them, as cel-go's lexer does. */

export type TokenKind =
  | 'identifier'
  | 'escaped'
  | 'keyword'
  | 'int'
  | 'uint'
  | 'double'
  | 'string'
  | 'bytes'
  | 'operator'
  | 'end';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** UTF-16 offset in the source. */
  readonly offset: number;
}

export interface LexerFault {
  readonly offset: number;
  readonly text: string;
}

const keywords = new Set(['in', 'true', 'false', 'null']);

const space = /[\t \r\n\f]+|\/\/[^\n]*/y;
const identifier = /[A-Za-z_][A-Za-z0-9_]*/y;
const escapedIdentifier = /`[A-Za-z0-9_.\-/ ]+`/y;
const double = /(?:[0-9]+\.[0-9]+(?:[eE][+-]?[0-9]+)?|[0-9]+[eE][+-]?[0-9]+|\.[0-9]+(?:[eE][+-]?[0-9]+)?)/y;
const integer = /0x[0-9a-fA-F]+[uU]?|[0-9]+[uU]?/y;
const operator = /==|!=|<=|>=|&&|\|\||[-<>[\]{}().,!?:+*/%]/y;

const escapeSequence = String.raw`\\(?:[abfnrtv"'\\?\x60]|[0-3][0-7][0-7]|[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})`;
const string = new RegExp(
  [
    `[rR]"""[^]*?"""`,
    "[rR]'''[^]*?'''",
    String.raw`[rR]"[^"\n\r]*"`,
    String.raw`[rR]'[^'\n\r]*'`,
    String.raw`"""(?:${escapeSequence}|[^\\])*?"""`,
    String.raw`'''(?:${escapeSequence}|[^\\])*?'''`,
    String.raw`"(?:${escapeSequence}|[^\\"\n\r])*"`,
    String.raw`'(?:${escapeSequence}|[^\\'\n\r])*'`,
  ].join('|'),
  'y',
);

export function tokenize(source: string): {
  readonly tokens: readonly Token[];
  readonly faults: readonly LexerFault[];
} {
  const tokens: Token[] = [];
  const faults: LexerFault[] = [];
  let offset = 0;
  const take = (pattern: RegExp, at = offset): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(source)?.[0];
  };
  while (offset < source.length) {
    const blank = take(space);
    if (blank !== undefined) {
      offset += blank.length;
      continue;
    }
    const token = nextToken(take, offset, source);
    if (token) {
      tokens.push(token);
      offset += token.text.length;
      continue;
    }
    const text = faultText(source, offset);
    faults.push({ offset, text });
    offset += text.length;
  }
  tokens.push({ kind: 'end', text: '<EOF>', offset: source.length });
  return { tokens, faults };
}

function nextToken(
  take: (pattern: RegExp, at?: number) => string | undefined,
  offset: number,
  source: string,
): Token | undefined {
  const first = source[offset] ?? '';
  if (first === 'b' || first === 'B') {
    const text = take(string, offset + 1);
    if (text !== undefined) return { kind: 'bytes', text: first + text, offset };
  }
  const quoted = take(string);
  if (quoted !== undefined) return { kind: 'string', text: quoted, offset };
  const name = take(identifier);
  if (name !== undefined) return { kind: keywords.has(name) ? 'keyword' : 'identifier', text: name, offset };
  const fraction = take(double);
  const whole = take(integer);
  if (fraction !== undefined && fraction.length > (whole?.length ?? 0)) {
    return { kind: 'double', text: fraction, offset };
  }
  if (whole !== undefined) return { kind: /[uU]$/.test(whole) ? 'uint' : 'int', text: whole, offset };
  const sign = take(operator);
  if (sign !== undefined) return { kind: 'operator', text: sign, offset };
  const escaped = take(escapedIdentifier);
  return escaped === undefined ? undefined : { kind: 'escaped', text: escaped, offset };
}

/** What begins like a string: upstream's lexer names the text up to the character that does not fit. */
const unfinished = new RegExp(
  String.raw`"(?:${escapeSequence}|[^\\"\n\r])*(?:\\(?:[xX][0-9a-fA-F]?|u[0-9a-fA-F]{0,3}|U[0-9a-fA-F]{0,7}|[0-3][0-7]?)?)?[^]?|` +
    String.raw`'(?:${escapeSequence}|[^\\'\n\r])*(?:\\(?:[xX][0-9a-fA-F]?|u[0-9a-fA-F]{0,3}|U[0-9a-fA-F]{0,7}|[0-3][0-7]?)?)?[^]?|` +
    '`[A-Za-z0-9_./ -]*[^]?|[|&=][^]?',
  'yu',
);

function faultText(source: string, offset: number): string {
  unfinished.lastIndex = offset;
  return unfinished.exec(source)?.[0] ?? String.fromCodePoint(source.codePointAt(offset) ?? 0);
}
