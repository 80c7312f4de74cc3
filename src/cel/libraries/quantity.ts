/** quantity("1.5Gi"): amounts of resources, with comparison and arithmetic. */

import type { Quantity } from '#api/quantity.ts';
import { isQuantity, makeQuantity, parseQuantity, QuantityError } from '#api/quantity.ts';
import type { Library } from '../environment.ts';
import { boolType, doubleType, intType, opaqueType, stringType } from '../types.ts';
import type { Result, Value } from '../values.ts';
import { CelError, OpaqueValue } from '../values.ts';
import { nominal, traversal } from './costs.ts';
import { global, member } from './declare.ts';

export const quantityType = opaqueType('kubernetes.Quantity');

/**
 * `scale` is the power of ten in which upstream keeps the amount, and undefined where it keeps an arbitrary decimal: an amount is an
 * integer to isInteger and asInteger only when that power is not negative ("1000m" is none).
 */
class QuantityValue extends OpaqueValue {
  readonly type = quantityType;
  readonly quantity: Quantity;
  readonly #scale: number | undefined;

  constructor(quantity: Quantity, scale: number | undefined) {
    super();
    this.quantity = quantity;
    this.#scale = scale;
  }

  /** Throws QuantityError. */
  static parse(text: string): QuantityValue {
    return new QuantityValue(parseQuantity(text), scaleOf(text));
  }

  equals(other: Value): boolean {
    return other instanceof QuantityValue && other.quantity.nano === this.quantity.nano;
  }

  compare(other: QuantityValue): number {
    const [left, right] = [this.quantity.nano, other.quantity.nano];
    if (left === right) return 0;
    return left < right ? -1 : 1;
  }

  plus(other: QuantityValue, sign: 1n | -1n = 1n): QuantityValue {
    const { nano, format } = this.quantity;
    const sum = makeQuantity(nano + sign * other.quantity.nano, nano === 0n ? other.quantity.format : format);
    const known = this.#scale !== undefined && other.#scale !== undefined;
    return new QuantityValue(sum, known ? Math.min(this.#scale, other.#scale) : undefined);
  }

  /** undefined where upstream's AsInt64 fails. */
  get integer(): bigint | undefined {
    if (this.#scale === undefined || this.#scale < 0) return undefined;
    const value = this.quantity.nano / nanosPerUnit;
    return BigInt.asIntN(64, value) === value ? value : undefined;
  }

  static ofInt(value: bigint): QuantityValue {
    return new QuantityValue(makeQuantity(value * nanosPerUnit, 'DecimalExponent'), 0);
  }
}

const nanosPerUnit = 1_000_000_000n;
const suffixes = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];

/** Amounts of up to 18 digits are kept as an integer and a power of ten (apimachinery's int64Amount). */
function scaleOf(text: string): number | undefined {
  const match = /^[+-]?0*(\d*)(?:\.(\d*))?(?:([numkMGTPE]?)|[eE]([+-]?\d+))$/.exec(text);
  if (!match) return /^[+-]?0*\d{1,14}[KMGTPE]i$/.test(text) ? 0 : undefined;
  const [, whole = '', fraction = '', suffix = '', exponent] = match;
  if (Math.max(whole.length, 1) + fraction.length > 18) return undefined;
  return (exponent === undefined ? 3 * (suffixes.indexOf(suffix) - 3) : Number(exponent)) - fraction.length;
}

function toQuantity(text: string): Result {
  try {
    return QuantityValue.parse(text);
  } catch (error) {
    if (error instanceof QuantityError) return new CelError(error.message);
    throw error;
  }
}

const pair = [quantityType, quantityType];

export const quantityLibrary: Library = {
  types: [quantityType],
  functions: [
    {
      name: 'quantity',
      overloads: [global('string_to_quantity', [stringType], quantityType, toQuantity, traversal())],
    },
    { name: 'isQuantity', overloads: [global('is_quantity_string', [stringType], boolType, isQuantity, traversal())] },
    {
      name: 'sign',
      overloads: [global('quantity_sign', [quantityType], intType, (value: QuantityValue) => signOf(value), nominal)],
    },
    {
      name: 'isGreaterThan',
      overloads: [
        member(
          'quantity_is_greater_than',
          pair,
          boolType,
          (left: QuantityValue, right: QuantityValue) => left.compare(right) > 0,
          nominal,
        ),
      ],
    },
    {
      name: 'isLessThan',
      overloads: [
        member(
          'quantity_is_less_than',
          pair,
          boolType,
          (left: QuantityValue, right: QuantityValue) => left.compare(right) < 0,
          nominal,
        ),
      ],
    },
    {
      name: 'compareTo',
      overloads: [
        member(
          'quantity_compare_to',
          pair,
          intType,
          (left: QuantityValue, right: QuantityValue) => BigInt(left.compare(right)),
          nominal,
        ),
      ],
    },
    {
      name: 'asApproximateFloat',
      overloads: [
        member(
          'quantity_get_float',
          [quantityType],
          doubleType,
          (value: QuantityValue) => Number(value.quantity.nano) / 1e9,
          nominal,
        ),
      ],
    },
    {
      name: 'asInteger',
      overloads: [
        member(
          'quantity_get_int',
          [quantityType],
          intType,
          (value: QuantityValue) => value.integer ?? new CelError('cannot convert value to integer'),
          nominal,
        ),
      ],
    },
    {
      name: 'isInteger',
      overloads: [
        member(
          'quantity_is_integer',
          [quantityType],
          boolType,
          (value: QuantityValue) => value.integer !== undefined,
          nominal,
        ),
      ],
    },
    {
      name: 'add',
      overloads: [
        member(
          'quantity_add',
          pair,
          quantityType,
          (left: QuantityValue, right: QuantityValue) => left.plus(right),
          nominal,
        ),
        member(
          'quantity_add_int',
          [quantityType, intType],
          quantityType,
          (left: QuantityValue, right: bigint) => left.plus(QuantityValue.ofInt(right)),
          nominal,
        ),
      ],
    },
    {
      name: 'sub',
      overloads: [
        member(
          'quantity_sub',
          pair,
          quantityType,
          (left: QuantityValue, right: QuantityValue) => left.plus(right, -1n),
          nominal,
        ),
        member(
          'quantity_sub_int',
          [quantityType, intType],
          quantityType,
          (left: QuantityValue, right: bigint) => left.plus(QuantityValue.ofInt(right), -1n),
          nominal,
        ),
      ],
    },
  ],
};

function signOf({ quantity }: QuantityValue): bigint {
  if (quantity.nano === 0n) return 0n;
  return quantity.nano > 0n ? 1n : -1n;
}
