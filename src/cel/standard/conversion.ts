/** int(), uint(), double(), string(), bool(), bytes(), timestamp(), duration(), type() and dyn(). */

import { parseDuration } from '../../api/duration.ts';
import type { FunctionDeclaration, Overload } from '../environment.ts';
import { formatDouble } from '../format.ts';
import { durationOf, formatSeconds, formatTimestamp, timestampFromText, timestampOf, unixSeconds } from '../time.ts';
import type { CelType } from '../types.ts';
import {
  boolType,
  bytesType,
  doubleType,
  durationType,
  dynType,
  intType,
  parameterType,
  runtimeTypeName,
  stringType,
  timestampType,
  typeType,
  uintType,
} from '../types.ts';
import type { Duration, Timestamp, Value } from '../values.ts';
import { bytesOf, CelError, TypeValue, typeOf, Uint } from '../values.ts';
import { intOf, uintOf } from './arithmetic.ts';

function convert(
  id: string,
  from: CelType,
  to: CelType,
  implementation: NonNullable<Overload['implementation']>,
): Overload {
  return { id, parameters: [from], result: to, implementation };
}

function identity(id: string, type: CelType): Overload {
  return convert(id, type, type, (value: Value) => value);
}

function failed(from: CelType, to: CelType): CelError {
  return new CelError(`type conversion error from '${runtimeTypeName(from)}' to '${runtimeTypeName(to)}'`);
}

const twoTo63 = 2 ** 63;
const twoTo64 = 2 ** 64;

const toInt: readonly Overload[] = [
  identity('int64_to_int64', intType),
  convert('double_to_int64', doubleType, intType, (value: number) =>
    value > -twoTo63 && value < twoTo63 ? BigInt(Math.trunc(value)) : new CelError('integer overflow'),
  ),
  convert('duration_to_int64', durationType, intType, (value: Duration) => value.nanos),
  convert('string_to_int64', stringType, intType, (text: string) => {
    const match = /^([+-]?)0*([0-9]{1,19})$/.exec(text);
    if (!match) return failed(stringType, intType);
    const digits = BigInt(match[2] ?? '');
    const value = intOf(match[1] === '-' ? -digits : digits);
    return value instanceof CelError ? failed(stringType, intType) : value;
  }),
  convert('timestamp_to_int64', timestampType, intType, (value: Timestamp) => unixSeconds(value)),
  convert('uint64_to_int64', uintType, intType, (value: Uint) => intOf(value.value)),
];

const toUint: readonly Overload[] = [
  identity('uint64_to_uint64', uintType),
  convert('double_to_uint64', doubleType, uintType, (value: number) =>
    value >= 0 && value < twoTo64 ? new Uint(BigInt(Math.trunc(value))) : new CelError('unsigned integer overflow'),
  ),
  convert('int64_to_uint64', intType, uintType, (value: bigint) => uintOf(value)),
  convert('string_to_uint64', stringType, uintType, (text: string) => {
    const match = /^0*([0-9]{1,20})$/.exec(text);
    if (!match) return failed(stringType, uintType);
    const value = uintOf(BigInt(match[1] ?? ''));
    return value instanceof CelError ? failed(stringType, uintType) : value;
  }),
];

/** What Go's strconv.ParseFloat takes; undefined for other text and for numbers out of range. */
function parseDouble(text: string): number | undefined {
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) {
    const value = Number(text);
    return Number.isFinite(value) ? value : undefined;
  }
  const special = /^([+-]?)(inf|infinity|nan)$/i.exec(text);
  if (!special) return undefined;
  if (special[2]?.toLowerCase() === 'nan') return special[1] === '' ? Number.NaN : undefined;
  return special[1] === '-' ? -Infinity : Infinity;
}

const toDouble: readonly Overload[] = [
  identity('double_to_double', doubleType),
  convert('int64_to_double', intType, doubleType, (value: bigint) => Number(value)),
  convert(
    'string_to_double',
    stringType,
    doubleType,
    (text: string) => parseDouble(text) ?? failed(stringType, doubleType),
  ),
  convert('uint64_to_double', uintType, doubleType, (value: Uint) => Number(value.value)),
];

const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function textOf(bytes: Uint8Array): string | CelError {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return new CelError('invalid UTF-8 in bytes, cannot convert to string');
  }
}

const toText: readonly Overload[] = [
  identity('string_to_string', stringType),
  convert('bool_to_string', boolType, stringType, (value: boolean) => String(value)),
  convert('bytes_to_string', bytesType, stringType, textOf),
  convert('double_to_string', doubleType, stringType, (value: number) => formatDouble(value)),
  convert('duration_to_string', durationType, stringType, (value: Duration) => formatSeconds(value)),
  convert('int64_to_string', intType, stringType, (value: bigint) => String(value)),
  convert('timestamp_to_string', timestampType, stringType, (value: Timestamp) => formatTimestamp(value)),
  convert('uint64_to_string', uintType, stringType, (value: Uint) => String(value.value)),
];

const truths = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);
const falsehoods = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False']);

const toBool: readonly Overload[] = [
  identity('bool_to_bool', boolType),
  convert('string_to_bool', stringType, boolType, (text: string) => {
    if (truths.has(text)) return true;
    return falsehoods.has(text) ? false : failed(stringType, boolType);
  }),
];

const toBytes: readonly Overload[] = [
  identity('bytes_to_bytes', bytesType),
  convert('string_to_bytes', stringType, bytesType, bytesOf),
];

const toTimestamp: readonly Overload[] = [
  identity('timestamp_to_timestamp', timestampType),
  convert('int64_to_timestamp', intType, timestampType, (seconds: bigint) => timestampOf(seconds * 1_000_000_000n)),
  convert(
    'string_to_timestamp',
    stringType,
    timestampType,
    (text: string) => timestampFromText(text) ?? failed(stringType, timestampType),
  ),
];

const toDuration: readonly Overload[] = [
  identity('duration_to_duration', durationType),
  convert('int64_to_duration', intType, durationType, (nanos: bigint) => durationOf(nanos)),
  convert('string_to_duration', stringType, durationType, (text: string) => {
    const nanos = parseDuration(text);
    const made = nanos === undefined ? undefined : durationOf(nanos);
    return made === undefined || made instanceof CelError ? failed(stringType, durationType) : made;
  }),
];

const anything = parameterType('A');

/** Functions whose result for a constant is a constant too (cel-go's optimizer: their cost is then 0). */
export const conversionNames: ReadonlySet<string> = new Set([
  'bool',
  'bytes',
  'double',
  'duration',
  'dyn',
  'int',
  'string',
  'timestamp',
  'type',
  'uint',
]);

export const conversion: readonly FunctionDeclaration[] = [
  { name: 'int', overloads: toInt },
  { name: 'uint', overloads: toUint },
  { name: 'double', overloads: toDouble },
  { name: 'string', overloads: toText },
  { name: 'bool', overloads: toBool },
  { name: 'bytes', overloads: toBytes },
  { name: 'timestamp', overloads: toTimestamp },
  { name: 'duration', overloads: toDuration },
  {
    name: 'type',
    overloads: [convert('type', anything, typeType(anything), (value: Value) => new TypeValue(typeOf(value)))],
  },
  { name: 'dyn', overloads: [convert('to_dyn', anything, dynType, (value: Value) => value)] },
];
