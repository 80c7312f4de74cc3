/** cel-go's strings extension. Positions count code points. */

import type { FunctionDeclaration, Library, Range } from '../environment.ts';
import { formatForMessage } from '../format.ts';
import { addRanges, maxCost, multiplyRanges, scaleRange } from '../range.ts';
import { stringTraversalFactor } from '../runtime-cost.ts';
import { dynType, intType, listType, stringType } from '../types.ts';
import type { Result, Value } from '../values.ts';
import { ArrayList, CelError, CelList, codePoints, offsetOf } from '../values.ts';
import { elementOf, everyElement, traversal, traversed } from './costs.ts';
import type { Costs } from './declare.ts';
import { global, member } from './declare.ts';
import { formatLocalized } from './string-format.ts';

function outOfRange(index: bigint): CelError {
  return new CelError(`index out of range: ${index}`);
}

function charAt(text: string, index: bigint): Result {
  const offset = index < 0n ? undefined : offsetOf(text, Number(index));
  if (offset === undefined) return outOfRange(index);
  return offset === text.length ? '' : String.fromCodePoint(text.codePointAt(offset) ?? 0);
}

function indexOf(text: string, part: string, offset = 0n): Result {
  if (part === '') return offset;
  if (offset < 0n) return outOfRange(offset);
  const skipped = offsetOf(text, Number(offset)) ?? text.length;
  if (skipped === text.length) return -1n;
  const found = text.indexOf(part, skipped);
  return found < 0 ? -1n : BigInt(codePoints(text.slice(0, found)));
}

function lastIndexOf(text: string, part: string, offset?: bigint): Result {
  if (offset === undefined) {
    return BigInt(part === '' ? codePoints(text) : codePointsBefore(text, text.lastIndexOf(part)));
  }
  if (part === '') return offset;
  if (offset < 0n) return outOfRange(offset);
  const start = offsetOf(text, Number(offset)) ?? text.length;
  if (start === text.length) return -1n;
  return BigInt(codePointsBefore(text, text.lastIndexOf(part, start)));
}

function codePointsBefore(text: string, index: number): number {
  return index < 0 ? -1 : codePoints(text.slice(0, index));
}

function substring(text: string, start: bigint, end?: bigint): Result {
  if (end !== undefined && start > end) {
    return new CelError(`invalid substring range. start: ${start}, end: ${end}`);
  }
  const from = start < 0n ? undefined : offsetOf(text, Number(start));
  if (from === undefined) return outOfRange(start);
  const to = end === undefined ? text.length : offsetOf(text, Number(end));
  return end !== undefined && to === undefined ? outOfRange(end) : text.slice(from, to);
}

/** Of what replacing makes: its cost does not count that (as upstream), and a request has no longer ones. */
const maxReplacedLength = 1 << 24;

/** Go's strings.Replace: a negative limit is none; an empty text is found before every character and at the end. */
function replace(text: string, old: string, replacement: string, limit = -1n): Result {
  const parts = old === '' ? ['', ...text] : text.split(old);
  const found = old === '' ? parts.length : parts.length - 1;
  const count = limit < 0n || limit > BigInt(found) ? found : Number(limit);
  if (text.length + count * replacement.length > maxReplacedLength) return new CelError('text is too long');
  if (old === '') {
    return parts.map((part, index) => (index < count ? part + replacement : part)).join('');
  }
  return [...parts.slice(0, count), parts.slice(count).join(old)].join(replacement);
}

/** Go's strings.SplitN: a negative limit is none, the last part is the rest. */
function split(text: string, separator: string, limit = -1n): Result {
  const parts = separator === '' ? [...text] : text.split(separator);
  if (limit < 0n || limit >= BigInt(parts.length)) return new ArrayList(parts);
  const kept = Number(limit);
  if (kept === 0) return new ArrayList([]);
  return new ArrayList([...parts.slice(0, kept - 1), parts.slice(kept - 1).join(separator)]);
}

const space = '[\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+';
const leadingSpace = new RegExp(`^${space}`);
const spaceCharacter = new RegExp(`^${space}$`);

function trim(text: string): string {
  let end = text.length;
  while (end > 0 && spaceCharacter.test(text.charAt(end - 1))) end--;
  return text.slice(0, end).replace(leadingSpace, '');
}

function join(list: CelList, separator = ''): Result {
  const texts: string[] = [];
  for (const item of list) {
    if (typeof item !== 'string') return new CelError(`join: invalid input: ${formatForMessage(item)}`);
    texts.push(item);
  }
  return texts.join(separator);
}

const escapes: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};

function quote(text: string): string {
  let quoted = '"';
  for (const character of text.toWellFormed()) quoted += escapes[character] ?? character;
  return `${quoted}"`;
}

const textPass = traversal(1, true);

/** The longest and the shortest text that replacing can make of the texts' sizes. */
function replacedSize(text: Range, old: Range, replacement: Range): Range {
  const most =
    old.min === 0
      ? { count: text.max + 1, kept: text.max }
      : replacement.max <= old.min
        ? { count: 0, kept: text.max }
        : { count: Math.ceil(text.max / old.min), kept: 0 };
  const least =
    old.max === 0
      ? { count: text.min + 1, kept: text.min }
      : old.max <= replacement.min
        ? { count: 0, kept: text.min }
        : { count: Math.ceil(text.min / old.max), kept: 0 };
  const count = { min: Math.min(least.count, maxCost), max: Math.min(most.count, maxCost) };
  return addRanges(multiplyRanges(count, replacement), { min: least.kept, max: most.kept });
}

const replaceCosts: Costs = {
  actualCost: ([text = null]) => traversed(text, 2),
  estimateCost(call) {
    const [old, replacement] = call.args;
    if (!call.target || !old || !replacement) return undefined;
    const size = call.sizeOf(call.target);
    return {
      ...scaleRange(size, 2 * stringTraversalFactor),
      resultSize: replacedSize(size, call.sizeOf(old), call.sizeOf(replacement)),
    };
  },
};

const splitCosts: Costs = {
  actualCost: ([text = null]) => traversed(text, 2),
  estimateCost(call) {
    if (!call.target) return undefined;
    const size = call.sizeOf(call.target);
    const limit = call.args[1]?.expr;
    const isWritten = limit?.kind === 'literal' && typeof limit.value === 'bigint';
    const max = isWritten ? Number(BigInt.asUintN(64, limit.value)) : size.max;
    return { ...scaleRange(size, 2 * stringTraversalFactor), resultSize: { min: 0, max } };
  },
};

/** Two passes over the text that is made; 1 where none can be. */
function joinedCost(list: Value | undefined, separator: Value | undefined): number {
  if (!(list instanceof CelList)) return 1;
  const between = typeof separator === 'string' ? codePoints(separator) : 0;
  let size = between * Math.max(0, list.size - 1);
  for (const item of list) {
    if (typeof item !== 'string') return 1;
    size += codePoints(item);
  }
  return Math.ceil(size * 2 * stringTraversalFactor);
}

const joinCosts: Costs = {
  actualCost: ([list, separator]) => joinedCost(list, separator),
  estimateCost(call) {
    if (!call.target) return undefined;
    const count = call.sizeOf(call.target);
    const element = elementOf(call.target);
    const [separator] = call.args;
    let size: Range = element ? multiplyRanges(count, call.sizeOf(element)) : { min: 0, max: 0 };
    if (separator) {
      const separators = { min: Math.max(0, count.min - 1), max: Math.max(0, count.max - 1) };
      size = addRanges(size, multiplyRanges(call.sizeOf(separator), separators));
    }
    return { ...scaleRange(size, stringTraversalFactor), resultSize: size };
  },
};

const s = stringType;

const functions: readonly FunctionDeclaration[] = [
  { name: 'charAt', overloads: [member('string_char_at_int', [s, intType], s, charAt)] },
  {
    name: 'indexOf',
    overloads: [
      member('string_index_of_string', [s, s], intType, indexOf, everyElement),
      member('string_index_of_string_int', [s, s, intType], intType, indexOf, everyElement),
    ],
  },
  {
    name: 'lastIndexOf',
    overloads: [
      member('string_last_index_of_string', [s, s], intType, lastIndexOf, everyElement),
      member('string_last_index_of_string_int', [s, s, intType], intType, lastIndexOf, everyElement),
    ],
  },
  {
    name: 'lowerAscii',
    overloads: [
      member(
        'string_lower_ascii',
        [s],
        s,
        (text: string) => text.replace(/[A-Z]+/g, (part) => part.toLowerCase()),
        textPass,
      ),
    ],
  },
  {
    name: 'upperAscii',
    overloads: [
      member(
        'string_upper_ascii',
        [s],
        s,
        (text: string) => text.replace(/[a-z]+/g, (part) => part.toUpperCase()),
        textPass,
      ),
    ],
  },
  {
    name: 'replace',
    overloads: [
      member('string_replace_string_string', [s, s, s], s, replace, replaceCosts),
      member('string_replace_string_string_int', [s, s, s, intType], s, replace, replaceCosts),
    ],
  },
  {
    name: 'split',
    overloads: [
      member('string_split_string', [s, s], listType(s), split, splitCosts),
      member('string_split_string_int', [s, s, intType], listType(s), split, splitCosts),
    ],
  },
  {
    name: 'substring',
    overloads: [
      member('string_substring_int', [s, intType], s, substring, textPass),
      member('string_substring_int_int', [s, intType, intType], s, substring, textPass),
    ],
  },
  { name: 'trim', overloads: [member('string_trim', [s], s, trim, textPass)] },
  {
    name: 'join',
    overloads: [
      member('list_join', [listType(s)], s, join, joinCosts),
      member('list_join_string', [listType(s), s], s, join, joinCosts),
    ],
  },
];

const laterFunctions: readonly FunctionDeclaration[] = [
  {
    name: 'format',
    overloads: [member('string_format', [s, listType(dynType)], s, formatLocalized)],
  },
  { name: 'strings.quote', overloads: [global('strings_quote', [s], s, quote)] },
];

/** Version 0 of the extension, which environments before Kubernetes 1.29 have; version 2 adds format and strings.quote. */
export const stringsLibraryV0: Library = { functions };

export const stringsLibrary: Library = { functions: [...functions, ...laterFunctions] };
