/**
 * Stored JSON looked at as bytes, without decoding it.
 *
 * It is made by this server's encoders: apiVersion and kind before metadata, and metadata's name, generateName, namespace, selfLink and
 * uid before its other fields, none of them with an escape; no space between tokens.
 */

const encoder = new TextEncoder();
const decoder = new TextDecoder();

const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const openBracket = 0x5b;
const closeBrace = 0x7d;
const closeBracket = 0x5d;
const comma = 0x2c;
const metadataKey = encoder.encode('"metadata":{');
const labelsKey = encoder.encode('labels');

/** Where in stored JSON the version goes: after the last of metadata's leading fields. */
export function versionOffset(value: Uint8Array): number {
  let at = metadataStart(value);
  let end = at;
  for (;;) {
    // "key":"text", repeated
    if (value[at] !== quote) return end;
    const keyEnd = skipString(value, at);
    if (!isLeadingField(value[at + 1] as number, keyEnd - at - 2) || value[keyEnd + 1] !== quote) return end;
    end = skipString(value, keyEnd + 1);
    at = end + 1;
  }
}

/** Where the version goes, there is no field yet. */
export function isFirstField(value: Uint8Array, offset: number): boolean {
  return value[offset - 1] === openBrace;
}

export function isField(value: Uint8Array, offset: number): boolean {
  return value[offset] === quote;
}

/** metadata.labels. */
export function labelsIn(value: Uint8Array): Readonly<Record<string, string>> | undefined {
  let at = metadataStart(value);
  while (value[at] === quote) {
    const keyEnd = skipString(value, at);
    const end = skipValue(value, keyEnd + 1);
    if (keyEnd - at - 2 === labelsKey.length && startsAt(value, at + 1, labelsKey)) {
      return JSON.parse(decoder.decode(value.subarray(keyEnd + 1, end))) as Readonly<Record<string, string>>;
    }
    at = end + 1;
  }
  return undefined;
}

/** name, namespace, generateName, selfLink, uid: no other field of metadata has such a first letter and length. */
function isLeadingField(first: number, length: number): boolean {
  switch (first) {
    case 0x6e:
      return length === 4 || length === 9;
    case 0x67:
      return length === 12;
    case 0x73:
      return length === 8;
    case 0x75:
      return length === 3;
    default:
      return false;
  }
}

/** Offset of metadata's first field. */
function metadataStart(value: Uint8Array): number {
  for (let at = value.indexOf(quote); at >= 0; at = value.indexOf(quote, at + 1)) {
    if (startsAt(value, at, metadataKey)) return at + metadataKey.length;
  }
  throw new Error('stored object without metadata');
}

function startsAt(value: Uint8Array, at: number, pattern: Uint8Array): boolean {
  for (let index = 0; index < pattern.length; index++) if (value[at + index] !== pattern[index]) return false;
  return true;
}

/** Offset after the string that starts at `at`. */
function skipString(value: Uint8Array, at: number): number {
  let position = at + 1;
  while (position < value.length && value[position] !== quote) position += value[position] === backslash ? 2 : 1;
  return position + 1;
}

/** Offset after the value that starts at `at`. */
function skipValue(value: Uint8Array, at: number): number {
  let depth = 0;
  let position = at;
  while (position < value.length) {
    const byte = value[position];
    if (byte === quote) position = skipString(value, position);
    else {
      const ends = byte === closeBrace || byte === closeBracket;
      if (depth === 0 && (ends || byte === comma)) return position;
      if (byte === openBrace || byte === openBracket) depth++;
      if (ends) depth--;
      position++;
    }
    if (depth === 0 && (value[position] === comma || value[position] === closeBrace)) return position;
  }
  return position;
}
