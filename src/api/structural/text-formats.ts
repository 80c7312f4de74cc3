/** Formats that need more than a pattern, as kube-openapi's strfmt takes them: hosts, mail addresses, hardware addresses, durations. */

import { parseDuration } from '../duration.ts';
import { utf8Length } from '../label-rules.ts';

const label = String.raw`[a-zA-Z0-9\p{S}\p{L}]`;
/** One label, or several with dots between them, of which the last has letters only. */
const oneLabel = new RegExp(`^${label}(?:-?${label}{0,62})?$`, 'u');
const innerLabel = new RegExp(`^${label}(?:(?:${label}|-){0,61}${label})?$`, 'u');
const topLabel = /^[a-zA-Z\p{L}]{2,63}$/u;

export function isHostname(text: string): boolean {
  if (utf8Length(text) > 255) return false;
  const labels = text.split('.');
  if (labels.some((each) => utf8Length(each) > 63)) return false;
  const top = labels.pop() ?? '';
  return labels.length === 0 ? oneLabel.test(top) : topLabel.test(top) && labels.every((each) => innerLabel.test(each));
}

const atom = String.raw`[\p{L}\p{N}!#$%&'*+\-/=?^_\x60{|}~]+`;
const quoted = String.raw`"(?:[^"\\\n]|\\.)*"`;
const address = String.raw`(?:${atom}(?:\.${atom})*|${quoted})@(?:${atom}(?:\.${atom})*|\[[^\[\]\\\s]*\])`;
/** Before the address in angle brackets: one character at a time, so that there is one way only to read a text. */
const word = String.raw`[\s.\p{L}\p{N}!#$%&'*+\-/=?^_\x60{|}~]|${quoted}`;
const mail = new RegExp(String.raw`^(?:\s*${address}|(?:${word})*<${address}>)\s*$`, 'u');
const maxMailLength = 4096;

/** An address as in a mail's header (RFC 5322), with or without the name of who has it. */
export function isMailAddress(text: string): boolean {
  return text.length <= maxMailLength && text.includes('@') && mail.test(text);
}

/** Of 6, 8 or 20 octets: in pairs with colons or dashes between, or in fours with dots. */
export function isHardwareAddress(text: string): boolean {
  const separator = /[:.-]/.exec(text)?.[0] ?? '';
  const width = separator === '.' ? 4 : 2;
  const groups = separator === '' ? [] : text.split(separator);
  const digits = new RegExp(`^[0-9a-f]{${width}}$`, 'i');
  return [6, 8, 20].includes((groups.length * width) / 2) && groups.every((group) => digits.test(group));
}

/** What a unit may be called; of the last everything that begins so. */
const units: readonly (readonly string[])[] = [
  ['ns', 'nano'],
  ['us', '\u00b5s', 'micro'],
  ['ms', 'milli'],
  ['s', 'sec'],
  ['m', 'min'],
  ['h', 'hr', 'hour'],
  ['d', 'day'],
  ['w', 'wk', 'week'],
];
const maxInteger = 2n ** 63n - 1n;

/** Numbers, words, the space between them, and anything else. */
const durationParts = /(\d+)|([A-Za-z\u00b5]+)|\s+|[^\dA-Za-z\u00b5\s]+/g;

/** Go's form, or any text in which a number stands before the name of a unit: '3 days'. */
export function isDuration(text: string): boolean {
  if (parseDuration(text) !== undefined) return true;
  let found = false;
  let count: string | undefined;
  for (const [part, number, name] of text.matchAll(durationParts)) {
    if (number !== undefined) count = number;
    else if (name !== undefined) {
      if (count !== undefined && isBeyondInteger(count)) return false;
      found ||= count !== undefined && isUnit(name.toLowerCase());
      count = undefined;
    } else if (part.trim() !== '') count = undefined;
  }
  return found;
}

function isUnit(name: string): boolean {
  return units.some((names) => names.includes(name) || name.startsWith(names.at(-1) ?? ''));
}

function isBeyondInteger(digits: string): boolean {
  const significant = digits.replace(/^0+/, '');
  return significant.length > 19 || BigInt(significant) > maxInteger;
}
