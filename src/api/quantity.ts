/**
 * Quantity: resource amounts such as "100m", "1.5Gi", "12e6" (apimachinery api/resource).
 *
 * Objects carry quantities as their text; this module gives the text a value. Values are exact: every quantity is a whole
 * number of nano units (finer ones round up, away from zero), held as a bigint. Three things are upstream's and surprising:
 * 1. The text is kept as written when it is "nearly canonical" ("1.500", "+5", "100m"); other texts print canonically
 *    ("0.5" is "500m", "1024Ki" is "1Mi").
 * 2. A binary text between -1024 and 1024, or one that is not whole, prints with decimal suffixes.
 * 3. Binary amounts are capped at 2^63-1.
 */

export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

export interface Quantity {
  /** The amount in units of 10^-9. */
  readonly nano: bigint;
  readonly format: QuantityFormat;
  /** How it prints. */
  readonly text: string;
}

export class QuantityError extends Error {
  override readonly name = 'QuantityError';
}

const formatMessage = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const suffixMessage = "unable to parse quantity's suffix";
const numericMessage = 'unable to parse numeric part of quantity';

const grammar = /^([+-]?)([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)$/;

const decimalExponents: ReadonlyMap<string, number> = new Map([
  ['n', -9],
  ['u', -6],
  ['m', -3],
  ['', 0],
  ['k', 3],
  ['M', 6],
  ['G', 9],
  ['T', 12],
  ['P', 15],
  ['E', 18],
]);
const binaryExponents: ReadonlyMap<string, number> = new Map([
  ['Ki', 10],
  ['Mi', 20],
  ['Gi', 30],
  ['Ti', 40],
  ['Pi', 50],
  ['Ei', 60],
]);
const decimalSuffixes = new Map([...decimalExponents].map(([suffix, exponent]) => [exponent, suffix]));
const binarySuffixes = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

/** Upstream takes any int32 exponent; beyond this the text is refused, so that no short text makes a huge number. */
const maxExponent = 400;
/** The time that digits take grows with their square. */
const maxLength = 1000;
const maxInt64 = 2n ** 63n - 1n;
const nanosPerUnit = 1_000_000_000n;
const nanosPerMilli = 1_000_000n;

/** Distinct quantity texts in a cluster are few, and short; parsing each once makes sums over pods cheap. */
const cacheBound = 8192;
const cachedLength = 32;
const cache = new Map<string, Quantity>();

/** Throws QuantityError with upstream's wording. */
export function parseQuantity(text: string): Quantity {
  let quantity = cache.get(text);
  if (quantity === undefined) {
    quantity = parse(text);
    if (text.length > cachedLength) return quantity;
    if (cache.size >= cacheBound) cache.clear();
    cache.set(text, quantity);
  }
  return quantity;
}

export function isQuantity(text: string): boolean {
  try {
    parseQuantity(text);
    return true;
  } catch (error) {
    if (error instanceof QuantityError) return false;
    throw error;
  }
}

/** The text that upstream would answer for this text. */
export function canonicalQuantity(text: string): string {
  return parseQuantity(text).text;
}

/** A quantity of this many nano units, printed canonically in `format`. */
export function makeQuantity(nano: bigint, format: QuantityFormat = 'DecimalSI'): Quantity {
  return { nano, format, text: canonicalText(nano, format) };
}

/** Whole units, rounded away from zero (upstream's Value): bytes of memory, counts. */
export function quantityValue(text: string): number {
  return Number(ceilDivide(parseQuantity(text).nano, nanosPerUnit));
}

/** Thousandths, rounded away from zero (upstream's MilliValue): CPU. */
export function quantityMilliValue(text: string): number {
  return Number(quantityMillis(text));
}

/** The same, exact: thousandths of bytes are soon more than a number holds. */
export function quantityMillis(text: string): bigint {
  return ceilDivide(parseQuantity(text).nano, nanosPerMilli);
}

/** So many thousandths, printed canonically (upstream's NewMilliQuantity). */
export function milliQuantity(millis: bigint, format: QuantityFormat): string {
  return canonicalText(millis * nanosPerMilli, format);
}

/** Negative, zero or positive as `a` is less than, equal to or greater than `b`. */
export function compareQuantities(a: string, b: string): number {
  const left = parseQuantity(a).nano;
  const right = parseQuantity(b).nano;
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The sum in the format of `a`, or of `b` when `a` is zero. */
export function addQuantities(a: string, b: string): string {
  const left = parseQuantity(a);
  const right = parseQuantity(b);
  return canonicalText(left.nano + right.nano, left.nano === 0n ? right.format : left.format);
}

/** The difference in the format of `a`, or of `b` when `a` is zero. */
export function subtractQuantities(a: string, b: string): string {
  const left = parseQuantity(a);
  const right = parseQuantity(b);
  return canonicalText(left.nano - right.nano, left.nano === 0n ? right.format : left.format);
}

function parse(text: string): Quantity {
  if (text === '') throw new QuantityError(formatMessage);
  if (text.length > maxLength) throw new QuantityError(numericMessage);
  const match = grammar.exec(text);
  if (!match) throw new QuantityError(formatMessage);
  const [, sign = '', whole = '', fraction = '', suffix = ''] = match;
  if (whole === '' && fraction === '' && !/^[+-]?(\.)?$/.test(text)) throw new QuantityError(numericMessage);
  const { base, exponent, format } = readSuffix(suffix);

  // Leading zeros do not count as digits; "0" stands for none.
  const integer = whole.replace(/^0+/, '') || '0';
  const digits = integer + fraction;
  let unscaled = BigInt(digits === '' ? '0' : digits);
  if (base === 2) unscaled <<= BigInt(exponent);
  const scale = (base === 10 ? exponent : 0) - fraction.length;
  const shift = scale + 9;
  let nano = shift >= 0 ? unscaled * 10n ** BigInt(shift) : ceilDivide(unscaled, 10n ** BigInt(-shift));
  let effective: QuantityFormat = format;
  if (format === 'BinarySI') {
    if (nano > maxInt64 * nanosPerUnit) nano = maxInt64 * nanosPerUnit;
    if (nano > 0n && nano < nanosPerUnit) effective = 'DecimalSI';
  }
  if (sign === '-') nano = -nano;
  const text2 = keepsText(format, exponent, integer, fraction, digits, unscaled, scale)
    ? text
    : canonicalText(nano, effective);
  return { nano, format: effective, text: text2 };
}

/** Upstream reuses the text of numbers that fit its fast path and look canonical to a quick test. */
function keepsText(
  format: QuantityFormat,
  exponent: number,
  integer: string,
  fraction: string,
  digits: string,
  unscaled: bigint,
  scale: number,
): boolean {
  if (unscaled > maxInt64) return false;
  if (format === 'BinarySI') {
    const precision = 15 - integer.length - Math.trunc((Math.fround(exponent) * 3) / 10) - 1;
    return fraction === '' && precision >= 0 && (BigInt(digits) & 7n) !== 0n;
  }
  const precision = 18 - digits.length;
  return precision >= 0 && scale >= -9 && scale % 3 === 0 && !digits.endsWith('000') && !digits.startsWith('0');
}

function readSuffix(suffix: string): { base: 2 | 10; exponent: number; format: QuantityFormat } {
  const decimal = decimalExponents.get(suffix);
  if (decimal !== undefined) return { base: 10, exponent: decimal, format: 'DecimalSI' };
  const binary = binaryExponents.get(suffix);
  if (binary !== undefined) return { base: 2, exponent: binary, format: 'BinarySI' };
  if (/^[eE][-+]?[0-9]+$/.test(suffix)) {
    const exponent = Number(suffix.slice(1));
    if (Math.abs(exponent) <= maxExponent) return { base: 10, exponent, format: 'DecimalExponent' };
  }
  throw new QuantityError(suffixMessage);
}

function canonicalText(nano: bigint, format: QuantityFormat): string {
  if (nano === 0n) return '0';
  if (format === 'BinarySI') {
    const small = nano > -1024n * nanosPerUnit && nano < 1024n * nanosPerUnit;
    if (!small && nano % nanosPerUnit === 0n) {
      let mantissa = nano / nanosPerUnit;
      let power = 0;
      while (power < binarySuffixes.length - 1 && mantissa % 1024n === 0n) {
        mantissa /= 1024n;
        power++;
      }
      return `${mantissa}${binarySuffixes[power]}`;
    }
  }
  let mantissa = nano;
  let exponent = -9;
  while (mantissa % 1000n === 0n) {
    mantissa /= 1000n;
    exponent += 3;
  }
  if (format === 'DecimalExponent') return exponent === 0 ? String(mantissa) : `${mantissa}e${exponent}`;
  // Beyond the largest suffix the zeros are written out.
  while (exponent > 18) {
    mantissa *= 1000n;
    exponent -= 3;
  }
  return `${mantissa}${decimalSuffixes.get(exponent)}`;
}

function ceilDivide(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  if (quotient * divisor === value) return quotient;
  return value > 0n ? quotient + 1n : quotient - 1n;
}
