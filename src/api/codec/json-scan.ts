/**
 * The exact JSON scanner: what JSON.parse does not tell. It words syntax errors as Go does (sigs.k8s.io/json scanner) and finds
 * duplicate keys with their path. It is an order slower than JSON.parse and runs only when something is wrong already; counting
 * the members of a text, which finds out whether it has to run, is fast.
 */

import { goQuote } from '#base/go-quote.ts';
import type { Schema } from '../schema/schema.ts';
import { DecodeError, duplicateField, maxDepth, maxStrictErrors, unknownField } from './decode-error.ts';

/** Object members in well-formed JSON text, duplicates included. */
export function countMembers(text: string): number {
  let count = 0;
  let position = text.indexOf('"');
  while (position >= 0) {
    let end = text.indexOf('"', position + 1);
    while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
    let next = end + 1;
    let code = text.charCodeAt(next);
    while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) code = text.charCodeAt(++next);
    if (code === 0x3a) count++;
    position = text.indexOf('"', next);
  }
  return count;
}

/** Whether an odd number of backslashes stands before the quote. */
function isEscaped(text: string, quote: number): boolean {
  let start = quote;
  while (text.charCodeAt(start - 1) === 0x5c) start--;
  return ((quote - start) & 1) === 1;
}

/**
 * Reads the whole text and returns the findings of strict decoding along `schema`, in document order. Below what the schema does not
 * know, and in raw values, upstream looks for none. Throws DecodeError for text that is not JSON.
 */
export function scanJson(text: string, schema: Schema | undefined): readonly string[] {
  return new Scanner(text).document(schema);
}

class Scanner {
  private readonly text: string;
  private position = 0;
  private depth = 0;
  private readonly findings = new Set<string>();

  constructor(text: string) {
    this.text = text;
  }

  document(schema: Schema | undefined): readonly string[] {
    this.value(schema, '');
    this.space();
    if (this.position < this.text.length) this.fail('after top-level value');
    return [...this.findings];
  }

  private value(schema: Schema | undefined, path: string): void {
    this.space();
    const character = this.text[this.position];
    if (character === '{') this.object(schema, path);
    else if (character === '[') this.array(schema, path);
    else if (character === '"') this.string();
    else if (character === 't') this.literal('true');
    else if (character === 'f') this.literal('false');
    else if (character === 'n') this.literal('null');
    else if (character === '-' || isDigit(character)) this.number();
    else this.fail('looking for beginning of value');
  }

  private object(schema: Schema | undefined, path: string): void {
    this.enter();
    // Keys with how often they came, as far as it matters: what is found of one is worded once, since paths can be long.
    const seen = checksKeys(schema) ? new Map<string, 'once' | 'again'>() : undefined;
    this.position++;
    this.space();
    if (this.text[this.position] === '}') {
      this.leave();
      return;
    }
    for (;;) {
      this.space();
      if (this.text[this.position] !== '"') this.fail('looking for beginning of object key string');
      const key = this.string();
      const inner = path === '' ? key : `${path}.${key}`;
      const before = seen?.get(key);
      const member = memberOf(schema, key);
      if (seen && schema?.type === 'struct' && !member) {
        if (before === undefined) this.find(unknownField, inner);
      } else if (before === 'once') this.find(duplicateField, inner);
      seen?.set(key, before === undefined ? 'once' : 'again');
      this.space();
      if (this.text[this.position] !== ':') this.fail('after object key');
      this.position++;
      this.value(member, inner);
      this.space();
      const character = this.text[this.position];
      if (character === '}') {
        this.leave();
        return;
      }
      if (character !== ',') this.fail('after object key:value pair');
      this.position++;
    }
  }

  private array(schema: Schema | undefined, path: string): void {
    this.enter();
    this.position++;
    this.space();
    if (this.text[this.position] === ']') {
      this.leave();
      return;
    }
    const element = schema?.type === 'list' ? schema.element : schema?.type === 'any' ? schema : undefined;
    for (let i = 0; ; i++) {
      this.value(element, `${path}[${i}]`);
      this.space();
      const character = this.text[this.position];
      if (character === ']') {
        this.leave();
        return;
      }
      if (character !== ',') this.fail('after array element');
      this.position++;
    }
  }

  private enter(): void {
    if (++this.depth > maxDepth) throw new DecodeError('exceeded max depth');
  }

  private leave(): void {
    this.depth--;
    this.position++;
  }

  private string(): string {
    const start = this.position++;
    for (;;) {
      const character = this.text[this.position];
      if (character === '"') break;
      if (character === '\\') this.escape();
      else if (character === undefined || character < ' ') this.fail('in string literal');
      else this.position++;
    }
    this.position++;
    return JSON.parse(this.text.slice(start, this.position)) as string;
  }

  private escape(): void {
    const kind = this.text[++this.position];
    if (kind === undefined || !'"\\/bfnrtu'.includes(kind)) this.fail('in string escape code');
    this.position++;
    if (kind !== 'u') return;
    for (let i = 0; i < 4; i++) {
      if (!/^[0-9a-fA-F]$/.test(this.text[this.position] ?? '')) this.fail('in \\u hexadecimal character escape');
      this.position++;
    }
  }

  private number(): void {
    if (this.text[this.position] === '-') this.position++;
    if (this.text[this.position] === '0') this.position++;
    else this.digits('in numeric literal');
    if (this.text[this.position] === '.') {
      this.position++;
      this.digits('after decimal point in numeric literal');
    }
    if (this.text[this.position] === 'e' || this.text[this.position] === 'E') {
      this.position++;
      if (this.text[this.position] === '+' || this.text[this.position] === '-') this.position++;
      this.digits('in exponent of numeric literal');
    }
  }

  private digits(context: string): void {
    if (!isDigit(this.text[this.position])) this.fail(context);
    while (isDigit(this.text[this.position])) this.position++;
  }

  private literal(word: string): void {
    for (const character of word) {
      if (this.text[this.position] !== character) this.fail(`in literal ${word} (expecting '${character}')`);
      this.position++;
    }
  }

  private space(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.position);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.position++;
    }
  }

  private find(finding: (path: string) => string, path: string): void {
    if (this.findings.size < maxStrictErrors) this.findings.add(finding(path));
  }

  private fail(context: string): never {
    let character = this.text[this.position];
    if (character === undefined) {
      // Go ends its input with a space, which only words, numbers and escapes take offence at.
      if (!/^in (?:literal|numeric|exponent|string escape|\\u)|^after decimal/.test(context))
        throw new DecodeError('unexpected end of JSON input');
      character = ' ';
    }
    throw new DecodeError(`invalid character ${quotedCharacter(character)} ${context}`);
  }
}

/** The schema of a member; undefined when it is not known or not looked into. */
function memberOf(schema: Schema | undefined, key: string): Schema | undefined {
  switch (schema?.type) {
    case 'struct':
      return schema.memberByName.get(key)?.schema;
    case 'map':
      return schema.element;
    case 'any':
      return schema;
    default:
      return undefined;
  }
}

function checksKeys(schema: Schema | undefined): boolean {
  return schema?.type === 'struct' || schema?.type === 'map' || schema?.type === 'any';
}

const encoder = new TextEncoder();

function isDigit(character: string | undefined): boolean {
  return character !== undefined && character >= '0' && character <= '9';
}

/** As Go quotes one character in its messages. */
function quotedCharacter(character: string): string {
  if (character === "'") return "'\\''";
  if (character === '"') return "'\"'";
  // Go looks at bytes: of a character beyond ASCII it shows the first one.
  const [byte = 0] = encoder.encode(character);
  return `'${goQuote(String.fromCharCode(byte)).slice(1, -1)}'`;
}
