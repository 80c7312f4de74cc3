/** String formats that schemas may name (apiextensions supportedFormats); one that is not known says nothing. */

import { parseIP, parsePrefix } from '../ip-address.ts';
import { withoutLeadingZeros } from '../ip-rules.ts';
import { isDNS1123Label, isDNS1123Subdomain } from '../name-format.ts';
import { isBase64, isDate, isDateTime, isUUID } from '../string-format.ts';
import { isCreditCard, isISBN10, isISBN13 } from './number-formats.ts';
import type { JsonSchema } from './schema.ts';
import { isDuration, isHardwareAddress, isHostname, isMailAddress } from './text-formats.ts';

/** Of the version that the letter is in the pattern of; versions 4 and 5 have a variant too. */
const uuid3 = /^[0-9a-f]{8}-?[0-9a-f]{4}-?3[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const uuid4 = /^[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i;
const uuid5 = /^[0-9a-f]{8}-?[0-9a-f]{4}-?5[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i;
const byte = '(0|[1-9]\\d?|1\\d\\d?|2[0-4]\\d|25[0-5])';
const rgb = new RegExp(`^rgb\\(\\s*${byte}\\s*,\\s*${byte}\\s*,\\s*${byte}\\s*\\)$`);

const formats: Readonly<Record<string, (text: string) => boolean>> = {
  'date-time': isDateTime,
  datetime: isDateTime,
  date: isDate,
  uuid: isUUID,
  uuid3: (text) => uuid3.test(text),
  uuid4: (text) => uuid4.test(text),
  uuid5: (text) => uuid5.test(text),
  byte: isBase64,
  hostname: isHostname,
  email: isMailAddress,
  uri: (text) => /^([a-z][a-z0-9+.-]*:\S+|\/\S*)$/i.test(text),
  ipv4: (text) => text.includes('.') && parseIP(withoutLeadingZeros(text)) !== undefined,
  ipv6: (text) => text.includes(':') && parseIP(withoutLeadingZeros(text)) !== undefined,
  cidr: (text) => parsePrefix(withoutLeadingZeros(text)) !== undefined,
  hexcolor: (text) => /^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/.test(text),
  rgbcolor: (text) => rgb.test(text),
  ssn: (text) => text.length === 11 && /^\d{3}[- ]?\d{2}[- ]?\d{4}$/.test(text),
  bsonobjectid: (text) => /^[0-9a-fA-F]{24}$/.test(text),
  isbn: (text) => isISBN10(text) || isISBN13(text),
  isbn10: isISBN10,
  isbn13: isISBN13,
  creditcard: isCreditCard,
  password: () => true,
  'k8s-short-name': (text) => isDNS1123Label(text).length === 0,
  'k8s-long-name': (text) => isDNS1123Subdomain(text).length === 0,
  mac: isHardwareAddress,
  duration: isDuration,
};

/** The format that counts: those that a type does not know say nothing. */
export function formatOf({ type = '', format }: JsonSchema): string | undefined {
  if (format === undefined) return undefined;
  return formatsByType[type]?.(format) ? format : undefined;
}

const formatsByType: Readonly<Record<string, (format: string) => boolean>> = {
  '': isKnownFormat,
  string: isKnownFormat,
  integer: (format) => format === 'int32' || format === 'int64',
  number: (format) => format === 'float' || format === 'double',
};

export function isKnownFormat(format: string): boolean {
  return Object.hasOwn(formats, format);
}

/** True when the text is not of the format. */
export function formatProblem(format: string, text: string): boolean {
  const matches = isKnownFormat(format) ? formats[format] : undefined;
  return matches !== undefined && !matches(text);
}
