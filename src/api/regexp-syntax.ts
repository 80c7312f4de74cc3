/** What Go's regexp package finds wrong with an expression (RE2 syntax), in its words; nothing is compiled. */

const escapes = new Set('afnrtvAbBzdDsSwWCQE');
const maxRepeat = 1000;

/** Undefined for what Go compiles. */
export function regexpFault(pattern: string): string | undefined {
  const fault = faultOf(pattern);
  return fault === undefined ? undefined : `error parsing regexp: ${fault}`;
}

function faultOf(pattern: string): string | undefined {
  let open = 0;
  let canRepeat = false;
  /** Where the repetition begins that ends here; nothing may be repeated twice. */
  let repeatedFrom = -1;
  let at = 0;
  while (at < pattern.length) {
    const rest = pattern.slice(at);
    const repeat = /^(?:[*+?]|\{\d+(?:,\d*)?\})\??/.exec(rest)?.[0];
    if (repeat !== undefined) {
      if (!canRepeat) return `missing argument to repetition operator: \`${repeat.replace(/(?<=.)\?$/, '')}\``;
      if (repeatedFrom >= 0) {
        return `invalid nested repetition operator: \`${pattern.slice(repeatedFrom, at + repeat.length)}\``;
      }
      const counts = [...repeat.matchAll(/\d+/g)].map(([digits]) => Number(digits));
      if (counts.some((count) => count > maxRepeat) || (counts[1] ?? maxRepeat) < (counts[0] ?? 0)) {
        return `invalid repeat count: \`${repeat.replace(/\?$/, '')}\``;
      }
      repeatedFrom = at;
      at += repeat.length;
      continue;
    }
    repeatedFrom = -1;
    canRepeat = true;
    const character = rest[0];
    if (character === '(') {
      const group = /^\((?:\?(?:P?<[A-Za-z_]\w*>|[imsU]*(?:-[imsU]+)?[:)]))?/.exec(rest)?.[0] ?? '(';
      if (group === '(' && rest.startsWith('(?')) {
        return `invalid or unsupported Perl syntax: \`${rest.slice(0, 3)}\``;
      }
      if (!group.endsWith(')')) open++;
      canRepeat = false;
      at += group.length;
    } else if (character === ')') {
      if (open === 0) return `unexpected ): \`${pattern}\``;
      open--;
      at++;
    } else if (character === '[') {
      const length = classLength(rest);
      if (length === undefined) return `missing closing ]: \`${rest}\``;
      const fault = classFault(rest.slice(0, length));
      if (fault !== undefined) return fault;
      at += length;
    } else if (character === '\\') {
      const length = escapeLength(rest);
      if (length === 0) return rest.length === 1 ? 'trailing backslash at end of expression: ``' : badEscape(rest);
      at += length;
    } else {
      if (character === '|' || character === '^') canRepeat = false;
      at++;
    }
  }
  return open > 0 ? `missing closing ): \`${pattern}\`` : undefined;
}

function badEscape(text: string): string {
  return `invalid escape sequence: \`${text.slice(0, 2)}\``;
}

/** Characters of the escape that the text begins with; 0 when Go knows none. */
function escapeLength(text: string): number {
  const next = text[1];
  if (next === undefined) return 0;
  if (next === 'Q') {
    const end = text.indexOf('\\E', 2);
    return end < 0 ? text.length : end + 2;
  }
  if (next === 'p' || next === 'P') return /^\\[pP](?:\{\^?\w+\}|[A-Z])/.exec(text)?.[0].length ?? 0;
  if (next === 'x') return /^\\x(?:\{[0-9a-fA-F]+\}|[0-9a-fA-F]{2})/.exec(text)?.[0].length ?? 0;
  if (next === '0') return /^\\0[0-7]{0,2}/.exec(text)?.[0].length ?? 0;
  if (/[1-7]/.test(next)) return /^\\[1-7][0-7]{1,2}/.exec(text)?.[0].length ?? 0;
  if (escapes.has(next) || !/[A-Za-z0-9_]/.test(next)) return 2;
  return 0;
}

/** Characters of the class that the text begins with. A ']' that comes first is itself. */
function classLength(text: string): number | undefined {
  let at = text[1] === '^' ? 2 : 1;
  if (text[at] === ']') at++;
  while (at < text.length) {
    if (text[at] === ']') return at + 1;
    if (text[at] === '\\') at += 2;
    else at += /^\[:\^?\w+:\]/.exec(text.slice(at))?.[0].length ?? 1;
  }
  return undefined;
}

function classFault(text: string): string | undefined {
  for (const { 0: sequence, index } of text.matchAll(/\\./gs)) {
    if (escapeLength(text.slice(index)) === 0) return badEscape(sequence);
  }
  for (const [range, low = '', high = ''] of text.matchAll(/(?<![\\-])([A-Za-z0-9])-([A-Za-z0-9])/g)) {
    if (low > high) return `invalid character class range: \`${range}\``;
  }
  return undefined;
}
