/** Content-Type: what a body says it is, read as Go's mime.ParseMediaType does. */

/** Types and subtypes, names and plain values of parameters (RFC 9110: token). */
const token = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y;
const quotedText = /"(?:[^"\\\r\n]|\\[^\r\n])*"/y;
const space = /[ \t\r\n\f\v]*/y;

const known = new Map<string, string>();
const knownBound = 256;
const knownLength = 128;

/** 'application/json' of 'Application/JSON; charset=utf-8'; '' of none. Undefined for what is no media type: 415. */
export function mediaTypeOf(contentType: string): string | undefined {
  if (contentType === '') return '';
  const before = known.get(contentType);
  if (before !== undefined) return before;
  const type = parse(contentType);
  if (type === undefined || contentType.length > knownLength) return type;
  if (known.size >= knownBound) known.clear();
  known.set(contentType, type);
  return type;
}

function parse(text: string): string | undefined {
  const [head = ''] = text.split(';', 1);
  const type = head.trim().toLowerCase();
  const [major = '', minor, ...more] = type.split('/');
  if (!isToken(major) || (minor !== undefined && !isToken(minor)) || more.length > 0) return undefined;
  return hasGoodParameters(text, head.length) ? type : undefined;
}

/** Each is `; name=value`, no name twice; nothing but semicolons may follow the last. */
function hasGoodParameters(text: string, start: number): boolean {
  const names = new Set<string>();
  let position = start;
  const take = (expression: RegExp): string | undefined => {
    expression.lastIndex = position;
    const found = expression.exec(text)?.[0];
    if (found !== undefined) position += found.length;
    return found;
  };
  for (;;) {
    take(space);
    const rest = text.length - position <= 2 ? text.slice(position).trim() : text;
    if (position === text.length || rest === ';') return true;
    if (text[position] !== ';') return false;
    position++;
    take(space);
    const name = take(token)?.toLowerCase();
    take(space);
    if (name === undefined || names.has(name) || text[position] !== '=') return false;
    names.add(name);
    position++;
    take(space);
    if ((take(token) ?? take(quotedText)) === undefined) return false;
  }
}

function isToken(text: string): boolean {
  token.lastIndex = 0;
  return token.exec(text)?.[0] === text;
}
