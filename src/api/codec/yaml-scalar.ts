/**
 * What a plain YAML scalar means to kubectl and the API server: go-yaml v2's rules (YAML 1.1 booleans and octals, no base 60, dates stay
 * text). Reading resolves by them; writing quotes what they would turn into something else than text.
 */

export type PlainScalar =
  | { readonly type: 'string' | 'timestamp' | 'merge'; readonly value: string }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'null'; readonly value: null }
  | { readonly type: 'number'; readonly value: number };

const words = new Map<string, PlainScalar>();
for (const word of ['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'])
  words.set(word, { type: 'bool', value: true });
for (const word of ['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'])
  words.set(word, { type: 'bool', value: false });
for (const word of ['', '~', 'null', 'Null', 'NULL']) words.set(word, { type: 'null', value: null });
for (const word of ['.nan', '.NaN', '.NAN']) words.set(word, { type: 'number', value: Number.NaN });
for (const word of ['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'])
  words.set(word, { type: 'number', value: Number.POSITIVE_INFINITY });
for (const word of ['-.inf', '-.Inf', '-.INF']) words.set(word, { type: 'number', value: Number.NEGATIVE_INFINITY });
words.set('<<', { type: 'merge', value: '<<' });

const decimalFloat = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/;
const integer = /^([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9]\d*))$/;
const date =
  /^\d{4}-(\d{1,2})-(\d{1,2})(?:[Tt](\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})| (\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.\d+)?)?$/;

export function resolvePlain(text: string): PlainScalar {
  const known = words.get(text);
  if (known) return known;
  const first = text.charCodeAt(0);
  const isDigit = first >= 0x30 && first <= 0x39;
  if (isDigit || first === 0x2b || first === 0x2d) {
    if (isTimestamp(text)) return { type: 'timestamp', value: text };
    const plain = text.replaceAll('_', '');
    const value = integerValue(plain) ?? floatValue(plain);
    if (value !== undefined) return { type: 'number', value };
  } else if (first === 0x2e) {
    const value = floatValue(text);
    if (value !== undefined) return { type: 'number', value };
  }
  return { type: 'string', value: text };
}

/** By sign: without one, 64 bits hold twice as much. */
const largest: ReadonlyMap<string | undefined, bigint> = new Map([
  ['', 2n ** 64n - 1n],
  ['+', 2n ** 63n - 1n],
  ['-', 2n ** 63n],
]);

/** Of what 64 bits hold, with a sign or without. Addresses and hashes in hexadecimal digits are longer: text. */
function integerValue(text: string): number | undefined {
  const match = integer.exec(text);
  if (!match) return undefined;
  const [, sign, hexadecimal, binary, octal, decimal] = match;
  const digits = hexadecimal ?? binary ?? octal ?? decimal ?? '';
  const value = Number.parseInt(digits, hexadecimal ? 16 : binary ? 2 : octal ? 8 : 10);
  if (value > 2 ** 64) return undefined;
  const prefix = hexadecimal ? '0x' : binary ? '0b' : octal ? '0o' : '';
  if (value >= 2 ** 63 && BigInt(prefix + digits) > (largest.get(sign) ?? 0n)) return undefined;
  return sign === '-' ? -value : value;
}

/** Undefined for what is none, or more than one holds. */
function floatValue(text: string): number | undefined {
  const value = decimalFloat.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
}

function isTimestamp(text: string): boolean {
  const match = date.exec(text);
  if (!match) return false;
  const [month = 0, day = 0, ...time] = match.slice(1).map((part) => Number(part ?? 0));
  const [hour = 0, minute = 0, second = 0] = time.slice(time[0] || time[1] || time[2] ? 0 : 3);
  const days = new Date(Date.UTC(Number(text.slice(0, 4)), month, 0)).getUTCDate();
  return month >= 1 && month <= 12 && day >= 1 && day <= days && hour < 24 && minute < 60 && second < 60;
}
