/** string.format(args): %s %d %f %e %b %x %X %o, with numbers of %f and %e as English text has them (cel-go's extension, versions 1 to 3). */

import { goQuote } from '#base/go-quote.ts';
import { formatDouble } from '../format.ts';
import { formatSeconds, formatTimestamp } from '../time.ts';
import { runtimeTypeName } from '../types.ts';
import type { Result, Value } from '../values.ts';
import { bytesOf, CelError, CelList, CelMap, Duration, Timestamp, TypeValue, typeOf, Uint } from '../values.ts';

/** Ends the formatting; the message is the error's. */
export class FormatFault extends Error {}

const defaultPrecision = 6;

const hexRefusal = 'only integers, byte buffers, and strings can be formatted as hex';

/** What is said of a value that the clause cannot print, by its verb. */
export const refusals: Readonly<Record<string, string>> = {
  s: 'string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps',
  d: 'decimal clause can only be used on integers',
  f: 'fixed-point clause can only be used on doubles',
  e: 'scientific clause can only be used on doubles',
  b: 'only integers and bools can be formatted as binary',
  o: 'octal clause can only be used on integers',
  x: hexRefusal,
  X: hexRefusal,
};

export function formatLocalized(template: string, args: CelList): Result {
  try {
    return fill(template, args);
  } catch (error) {
    if (error instanceof FormatFault) return new CelError(error.message);
    throw error;
  }
}

function fill(template: string, args: CelList): string {
  let text = '';
  let index = 0;
  for (let at = 0; at < template.length; at++) {
    const character = template.charAt(at);
    if (character !== '%') {
      text += character;
      continue;
    }
    if (template[at + 1] === '%') {
      text += '%';
      at++;
      continue;
    }
    if (index >= args.size) throw new FormatFault(`index ${index} out of range`);
    if (at + 1 >= template.length) throw new FormatFault('unexpected end of string');
    const clause = readClause(template, at + 1);
    text += formatClause(args.get(index), clause);
    index++;
    at = clause.last;
  }
  return text;
}

interface Clause {
  readonly verb: string;
  readonly precision: number;
  /** Index of its last character. */
  readonly last: number;
}

const parseFault = 'could not parse formatting clause: ';

export function readClause(template: string, from: number): Clause {
  let at = from;
  let precision = defaultPrecision;
  if (template[at] === '.') {
    const digits = /^\d*/.exec(template.slice(at + 1))?.[0] ?? '';
    at += 1 + digits.length;
    const fault = `${parseFault}error while parsing precision: `;
    if (at >= template.length) throw new FormatFault(`${fault}could not find end of precision specifier`);
    if (digits === '') {
      const reason = 'strconv.Atoi: parsing "": invalid syntax';
      throw new FormatFault(`${fault}error while converting precision to integer: ${reason}`);
    }
    precision = Number(digits);
    if (precision > maxPrecision) throw new FormatFault(`${fault}precision is limited to ${maxPrecision}`);
  }
  const verb = template.charAt(at);
  if (!/[sdfebxXo]/.test(verb)) throw new FormatFault(`${parseFault}unrecognized formatting clause "${verb}"`);
  return { verb, precision, last: at };
}

/** So that a short expression makes no huge text. */
const maxPrecision = 1000;

function formatClause(value: Value, { verb, precision }: Clause): string {
  switch (verb) {
    case 's':
      return formatString(value);
    case 'd':
      return formatDecimal(value);
    case 'f':
      return formatFixed(numberOf(value, verb), precision);
    case 'e':
      return formatScientific(numberOf(value, verb), precision);
    case 'b':
      if (typeof value === 'boolean') return value ? '1' : '0';
      return inRadix(value, 2, verb);
    case 'o':
      return inRadix(value, 8, verb);
    default: {
      const text = formatHex(value);
      return verb === 'X' ? text.toUpperCase() : text;
    }
  }
}

function fault(verb: string, value: Value): FormatFault {
  return new FormatFault(`error during formatting: ${refusals[verb]}, was given ${runtimeTypeName(typeOf(value))}`);
}

function formatDecimal(value: Value): string {
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Uint) return String(value.value);
  throw fault('d', value);
}

function inRadix(value: Value, radix: number, verb: string): string {
  if (typeof value === 'bigint') return value.toString(radix);
  if (value instanceof Uint) return value.value.toString(radix);
  throw fault(verb, value);
}

function formatHex(value: Value): string {
  if (typeof value === 'string') return bytesOf(value).toHex();
  if (value instanceof Uint8Array) return value.toHex();
  return inRadix(value, 16, 'x');
}

function numberOf(value: Value, verb: string): number {
  if (typeof value === 'number') return value;
  if (value === 'NaN') return Number.NaN;
  if (value === 'Infinity') return Number.POSITIVE_INFINITY;
  if (value === '-Infinity') return Number.NEGATIVE_INFINITY;
  throw fault(verb, value);
}

function formatString(value: Value): string {
  if (value instanceof CelList || value instanceof CelMap) return formatNested(value);
  if (typeof value === 'number') return formatDouble(value);
  if (value instanceof Timestamp) return formatTimestamp(value);
  if (value instanceof Duration) return formatSeconds(value);
  return formatScalar(value);
}

function formatScalar(value: Value): string {
  if (typeof value === 'string') return value;
  if (value === null) return 'null';
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (value instanceof Uint) return String(value.value);
  if (value instanceof TypeValue) return value.name;
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  throw fault('s', value);
}

/** A value inside a list or a map: as it is written in CEL. */
function formatNested(value: Value): string {
  if (value instanceof CelList) return `[${[...value].map(formatNested).join(', ')}]`;
  if (value instanceof CelMap) return formatMap(value);
  if (typeof value === 'string') return goQuote(value);
  if (value instanceof Uint8Array) return `b${goQuote(formatScalar(value))}`;
  if (typeof value === 'number') {
    return Number.isFinite(value) ? fixed(value, defaultPrecision) : goQuote(formatDouble(value));
  }
  if (value instanceof Timestamp) return `timestamp(${goQuote(formatTimestamp(value))})`;
  if (value instanceof Duration) return `duration(${goQuote(formatSeconds(value))})`;
  if (typeof value === 'object' && value !== null && !(value instanceof Uint) && !(value instanceof TypeValue)) {
    throw new FormatFault(`error during formatting: no formatting function for ${runtimeTypeName(typeOf(value))}`);
  }
  return formatScalar(value);
}

function formatMap(map: CelMap): string {
  const entries = [...map.keys()].map((key) => {
    if (typeof key === 'number') {
      throw new FormatFault('error during formatting: no formatting function for map key of type double');
    }
    return [formatNested(key), formatNested(map.get(key) ?? null)] as const;
  });
  entries.sort(([left], [right]) => (left < right ? -1 : Number(left > right)));
  return `{${entries.map(([key, value]) => `${key}:${value}`).join(', ')}}`;
}

function special(value: number): string | undefined {
  if (Number.isNaN(value)) return 'NaN';
  if (Number.isFinite(value)) return undefined;
  return value > 0 ? '∞' : '-∞';
}

/** 1,234.500000 */
function formatFixed(value: number, precision: number): string {
  const known = special(value);
  if (known !== undefined) return known;
  const [whole = '', fraction] = fixed(value, precision).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** 1.052033×10⁰³ */
function formatScientific(value: number, precision: number): string {
  const known = special(value);
  if (known !== undefined) return known;
  const [mantissa = '', exponent = '0'] = value.toExponential(Math.min(precision, 100)).split('e');
  const digits = String(Math.abs(Number(exponent))).padStart(2, '0');
  const power = [...digits].map((digit) => superscripts[Number(digit)] ?? '').join('');
  return `${mantissa}×10${exponent.startsWith('-') ? '⁻' : ''}${power}`;
}

/** As many digits behind the point, ties to the even digit, as Go's %f. Exact: a double is a whole number of halvings. */
function fixed(value: number, precision: number): string {
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  let halvings = 0n;
  let magnitude = Math.abs(value);
  while (!Number.isInteger(magnitude)) {
    magnitude *= 2;
    halvings++;
  }
  const divisor = 1n << halvings;
  const scaled = BigInt(magnitude) * 10n ** BigInt(precision);
  let quotient = scaled / divisor;
  const twice = (scaled % divisor) * 2n;
  if (twice > divisor || (twice === divisor && quotient % 2n === 1n)) quotient++;
  const digits = String(quotient).padStart(precision + 1, '0');
  if (precision === 0) return sign + digits;
  return `${sign}${digits.slice(0, -precision)}.${digits.slice(-precision)}`;
}
