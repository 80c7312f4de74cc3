/** Literal tokens to values. A string that comes back is the message. */

import type { Token } from './lexer.ts';
import { bytesOf, Uint } from './values.ts';

const maxInt64 = 2n ** 63n - 1n;
const minInt64 = -(2n ** 63n);
const maxUint64 = 2n ** 64n - 1n;

export function intLiteral(text: string, negative: boolean): bigint | undefined {
  const value = negative ? -BigInt(text) : BigInt(text);
  return value > maxInt64 || value < minInt64 ? undefined : value;
}

export function uintLiteral(text: string): Uint | undefined {
  const value = BigInt(text.slice(0, -1));
  return value > maxUint64 ? undefined : new Uint(value);
}

export function doubleLiteral(text: string, negative: boolean): number | undefined {
  const value = Number(text);
  if (!Number.isFinite(value)) return undefined;
  return negative ? -value : value;
}

/** The text of a string token, or undefined for a code point that is none. */
export function stringLiteral(token: Token): string | undefined {
  const { body, raw } = unquote(token.text);
  return raw ? body : decodeEscapes(body, (value) => codePoint(value));
}

/** The bytes of a bytes token: \x and octal escapes are single bytes, other characters are UTF-8. */
export function bytesLiteral(token: Token): Uint8Array | undefined {
  const { body, raw } = unquote(token.text.slice(1));
  if (raw) return bytesOf(body);
  const parts: Uint8Array[] = [];
  let plain = '';
  const flush = () => {
    if (plain !== '') parts.push(bytesOf(plain));
    plain = '';
  };
  const done = decodeEscapes(
    body,
    (value, isByte) => {
      if (!isByte) return undefined;
      flush();
      parts.push(Uint8Array.of(value));
      return '';
    },
    (text) => {
      plain += text;
    },
  );
  if (done === undefined) return undefined;
  flush();
  const bytes = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

function unquote(text: string): { readonly body: string; readonly raw: boolean } {
  const normal = text.replace(/\r\n?/g, '\n');
  const raw = /^[rR]/.test(normal);
  const quoted = raw ? normal.slice(1) : normal;
  const size = quoted.length >= 6 && (quoted.startsWith('"""') || quoted.startsWith("'''")) ? 3 : 1;
  return { body: quoted.slice(size, -size), raw };
}

const simpleEscapes: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

function decodeEscapes(
  body: string,
  ofCode: (value: number, isByte: boolean) => string | undefined,
  onText: (text: string) => void = () => {},
): string | undefined {
  if (!body.includes('\\')) {
    onText(body);
    return body;
  }
  let text = '';
  const add = (part: string) => {
    onText(part);
    text += part;
  };
  for (let index = 0; index < body.length; index++) {
    const character = body[index] ?? '';
    if (character !== '\\') {
      add(character);
      continue;
    }
    const kind = body[++index] ?? '';
    const digits = kind === 'u' ? 4 : kind === 'U' ? 8 : kind === 'x' || kind === 'X' ? 2 : 0;
    if (digits > 0) {
      const made = ofCode(Number.parseInt(body.slice(index + 1, index + 1 + digits), 16), digits === 2);
      if (made === undefined) return undefined;
      text += made;
      index += digits;
    } else if (kind >= '0' && kind <= '3') {
      const made = ofCode(Number.parseInt(body.slice(index, index + 3), 8), true);
      if (made === undefined) return undefined;
      text += made;
      index += 2;
    } else {
      add(simpleEscapes[kind] ?? kind);
    }
  }
  return text;
}

function codePoint(value: number): string | undefined {
  return value > 0x10ffff || (value >= 0xd800 && value < 0xe000) ? undefined : String.fromCodePoint(value);
}
