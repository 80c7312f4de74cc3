/** Scalars with codecs of their own, from what clients send to the one form that upstream answers. Throws DecodeError. */

import { canonicalQuantity, QuantityError } from '../quantity.ts';
import { formatTime, parseTime } from '../time.ts';
import { DecodeError } from './decode-error.ts';

/** 0001-01-01T00:00:00Z, metav1.Time's zero value, which is encoded as null. Milliseconds since 1970. */
export const zeroTimeMs = -62_135_596_800_000;

const canonicalTimePattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;
const canonicalMicroTimePattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$/;

/** Whole seconds in UTC; undefined for the zero time. */
export function canonicalTime(text: string): string | undefined {
  if (isCanonicalTime(text)) return text;
  const ms = parseTime(text);
  if (ms === undefined) throw new DecodeError(timeError(text, '2006-01-02T15:04:05Z07:00'));
  if (ms === zeroTimeMs) return undefined;
  return canonicalTimePattern.test(text) ? text : formatTime(ms);
}

/** The form that nearly every time has already, told without regular expressions or dates: decoding meets several in every object. */
function isCanonicalTime(text: string): boolean {
  if (text.length !== 20 || text.charCodeAt(19) !== 0x5a) return false;
  const digit = (position: number): number => text.charCodeAt(position) - 0x30;
  for (let i = 0; i < 19; i++) {
    const code = text.charCodeAt(i);
    const separator = separators[i];
    if (separator === undefined ? code < 0x30 || code > 0x39 : code !== separator) return false;
  }
  const two = (position: number): number => digit(position) * 10 + digit(position + 1);
  const month = two(5);
  const day = two(8);
  // Days that only some months have, and times before the year 1000, are left to the slow way.
  return (
    digit(0) > 0 && month >= 1 && month <= 12 && day >= 1 && day <= 28 && two(11) < 24 && two(14) < 60 && two(17) < 60
  );
}

/** Character codes of what is no digit, by position: '2006-01-02T15:04:05Z'. */
const separators: readonly (number | undefined)[] = Array.from('2006-01-02T15:04:05', (character) =>
  /\d/.test(character) ? undefined : character.charCodeAt(0),
);

/** Six decimals in UTC; undefined for the zero time. Upstream takes any number of decimals but cuts after the sixth. */
export function canonicalMicroTime(text: string): string | undefined {
  const ms = parseTime(text);
  const fraction = /[.,](\d+)/.exec(text)?.[1];
  if (ms === undefined || fraction?.length !== 6)
    throw new DecodeError(timeError(text, '2006-01-02T15:04:05.000000Z07:00'));
  if (ms === zeroTimeMs && Number(fraction) === 0) return undefined;
  return canonicalMicroTimePattern.test(text) ? text : `${formatTime(ms).slice(0, -1)}.${fraction}Z`;
}

export function quantity(text: string): string {
  try {
    return canonicalQuantity(text.trim());
  } catch (error) {
    if (error instanceof QuantityError) throw new DecodeError(error.message, { cause: error });
    throw error;
  }
}

/** Base64 as Go reads it: line breaks are dropped, anything else that does not belong there is an error. */
export function base64Text(text: string): string {
  if (isBase64(text)) return text;
  const joined = text.replace(/[\r\n]/g, '');
  if (isBase64(joined)) return joined;
  const good = /^[A-Za-z0-9+/\r\n]*/.exec(text)?.[0].length ?? 0;
  // Input that ends too early is bad from where its last group of four began.
  const bad = good === text.length ? good - (joined.length % 4) : good;
  throw new DecodeError(`illegal base64 data at input byte ${bad}`);
}

/** Without a group that repeats, for which the engine would need a stack as long as the text. */
const base64Pattern = /^[A-Za-z0-9+/]*={0,2}$/;

function isBase64(text: string): boolean {
  return text.length % 4 === 0 && base64Pattern.test(text);
}

/** Go's words for a text that its time layout does not fit. */
function timeError(text: string, layout: string): string {
  const quoted = JSON.stringify(text);
  const elements: readonly (readonly [RegExp, string])[] = [
    [/^\d{4}/, '2006'],
    [/^-/, '-'],
    [/^\d{2}/, '01'],
    [/^-/, '-'],
    [/^\d{2}/, '02'],
    [/^T/, 'T'],
    [/^\d{2}/, '15'],
    [/^:/, ':'],
    [/^\d{2}/, '04'],
    [/^:/, ':'],
    [/^\d{2}/, '05'],
    layout.includes('.000000') ? [/^\.\d{6}/, '.000000'] : [/^(?:[.,]\d+)?/, ''],
    [/^(?:Z|[+-]\d{2}:\d{2})/, 'Z07:00'],
  ];
  let rest = text;
  for (const [pattern, name] of elements) {
    const match = pattern.exec(rest);
    if (!match)
      return `parsing time ${quoted} as ${JSON.stringify(layout)}: cannot parse ${JSON.stringify(rest)} as ${JSON.stringify(name)}`;
    rest = rest.slice(match[0].length);
  }
  if (rest !== '') return `parsing time ${quoted}: extra text: ${JSON.stringify(rest)}`;
  return `parsing time ${quoted}: ${outOfRange(text)} out of range`;
}

function outOfRange(text: string): string {
  const [, month = 0, , hour = 0, minute = 0, second = 0] = text.split(/[-T:.Z+]/).map(Number);
  if (month < 1 || month > 12) return 'month';
  if (hour > 23) return 'hour';
  if (minute > 59) return 'minute';
  return second > 59 ? 'second' : 'day';
}
