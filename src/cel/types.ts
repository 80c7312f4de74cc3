/**
 * CEL's types as frozen data. Null is assignable to opaque and object types, durations, timestamps and wrappers, as cel-go's
 * checker has it. Object types are known by their name alone, so that two schemas with one name must not meet in an environment.
 */

import type { Value } from './values.ts';

export type SimpleKind =
  | 'bool'
  | 'int'
  | 'uint'
  | 'double'
  | 'string'
  | 'bytes'
  | 'null'
  | 'timestamp'
  | 'duration'
  | 'dyn'
  /** google.protobuf.Any: dyn that cannot be gone through. */
  | 'any'
  | 'error';

export interface SimpleType {
  readonly kind: SimpleKind;
}
export interface ListType {
  readonly kind: 'list';
  readonly element: CelType;
}
export interface MapType {
  readonly kind: 'map';
  readonly key: CelType;
  readonly value: CelType;
}
/** A type of a library, known by name and parameters: 'kubernetes.Quantity', optional_type(T). */
export interface OpaqueType {
  readonly kind: 'opaque';
  readonly name: string;
  readonly parameters: readonly CelType[];
}
/** The type of a type value: type(int). */
export interface TypeType {
  readonly kind: 'type';
  readonly of: CelType | undefined;
}
/** A type parameter of a function: T in list(T). */
export interface ParameterType {
  readonly kind: 'parameter';
  readonly name: string;
}
/** T or null. */
export interface WrapperType {
  readonly kind: 'wrapper';
  readonly of: CelType;
}
export interface ObjectType {
  readonly kind: 'object';
  readonly name: string;
  /** By the name that expressions use (escaped, where the JSON name is no identifier). May be a getter that builds on first use. */
  readonly fields: ReadonlyMap<string, Field>;
  /** Makes the value of `Name{field: value}`; without it an ObjectValue with those fields. */
  readonly construct?: (fields: ReadonlyMap<string, Value>) => Value;
}
export interface Field {
  readonly type: CelType;
  /** The name in JSON, where it differs. */
  readonly jsonName?: string;
  /** Makes the value from JSON; without it wrapperOf(type). Schemas give their own lists here (sets, lists by key). */
  readonly wrap?: (json: unknown) => Value;
}

export type CelType =
  | SimpleType
  | ListType
  | MapType
  | OpaqueType
  | TypeType
  | ParameterType
  | WrapperType
  | ObjectType;

export const boolType: SimpleType = { kind: 'bool' };
export const intType: SimpleType = { kind: 'int' };
export const uintType: SimpleType = { kind: 'uint' };
export const doubleType: SimpleType = { kind: 'double' };
export const stringType: SimpleType = { kind: 'string' };
export const bytesType: SimpleType = { kind: 'bytes' };
export const nullType: SimpleType = { kind: 'null' };
export const timestampType: SimpleType = { kind: 'timestamp' };
export const durationType: SimpleType = { kind: 'duration' };
export const dynType: SimpleType = { kind: 'dyn' };
export const anyType: SimpleType = { kind: 'any' };
export const errorType: SimpleType = { kind: 'error' };

export function listType(element: CelType): ListType {
  return { kind: 'list', element };
}

export function mapType(key: CelType, value: CelType): MapType {
  return { kind: 'map', key, value };
}

export function opaqueType(name: string, ...parameters: readonly CelType[]): OpaqueType {
  return { kind: 'opaque', name, parameters };
}

export function optionalType(of: CelType): OpaqueType {
  return { kind: 'opaque', name: 'optional_type', parameters: [of] };
}

export function typeType(of?: CelType): TypeType {
  return { kind: 'type', of };
}

export function parameterType(name: string): ParameterType {
  return { kind: 'parameter', name };
}

export function wrapperType(of: CelType): WrapperType {
  return { kind: 'wrapper', of };
}

export function objectType(name: string, fields: Readonly<Record<string, CelType | Field>>): ObjectType {
  const declared = new Map<string, Field>();
  for (const [field, type] of Object.entries(fields)) declared.set(field, 'kind' in type ? { type } : type);
  return { kind: 'object', name, fields: declared };
}

export function isDyn(type: CelType): boolean {
  return type.kind === 'dyn' || type.kind === 'any';
}

/** The type inside optional_type(T), or undefined for other types. */
export function optionalOf(type: CelType): CelType | undefined {
  return type.kind === 'opaque' && type.name === 'optional_type' ? type.parameters[0] : undefined;
}

/** As cel-go's checker prints types in issues: 'list(string)', 'map(string, int)', 'wrapper(int)'. */
export function formatType(type: CelType): string {
  switch (type.kind) {
    case 'error':
      return '!error!';
    case 'list':
      return `list(${formatType(type.element)})`;
    case 'map':
      return `map(${formatType(type.key)}, ${formatType(type.value)})`;
    case 'wrapper':
      return `wrapper(${formatType(type.of)})`;
    case 'type':
      return type.of ? `type(${formatType(type.of)})` : 'type';
    case 'opaque':
      return type.parameters.length === 0 ? type.name : `${type.name}(${type.parameters.map(formatType).join(', ')})`;
    case 'parameter':
    case 'object':
      return type.name;
    default:
      return type.kind;
  }
}

/** The name that a type value carries at run time: 'int', 'list', 'google.protobuf.Timestamp', 'null_type'. */
export function runtimeTypeName(type: CelType): string {
  switch (type.kind) {
    case 'null':
      return 'null_type';
    case 'timestamp':
      return 'google.protobuf.Timestamp';
    case 'duration':
      return 'google.protobuf.Duration';
    case 'any':
      return 'google.protobuf.Any';
    case 'wrapper':
      return runtimeTypeName(type.of);
    case 'opaque':
    case 'object':
    case 'parameter':
      return type.name;
    default:
      return type.kind;
  }
}

/** As Go prints a type: by the names that values carry. */
export function typeText(type: CelType): string {
  switch (type.kind) {
    case 'list':
      return `list(${typeText(type.element)})`;
    case 'map':
      return `map(${typeText(type.key)}, ${typeText(type.value)})`;
    case 'wrapper':
      return `wrapper(${typeText(type.of)})`;
    case 'type':
      return type.of ? `type(${typeText(type.of)})` : 'type';
    case 'opaque':
      return type.parameters.length === 0 ? type.name : `${type.name}(${type.parameters.map(typeText).join(', ')})`;
    default:
      return runtimeTypeName(type);
  }
}

/** Are both the same type, parameters too? */
export function isSameType(left: CelType, right: CelType): boolean {
  if (left === right) return true;
  switch (left.kind) {
    case 'list':
      return right.kind === 'list' && isSameType(left.element, right.element);
    case 'map':
      return right.kind === 'map' && isSameType(left.key, right.key) && isSameType(left.value, right.value);
    case 'wrapper':
      return right.kind === 'wrapper' && isSameType(left.of, right.of);
    case 'type':
      if (right.kind !== 'type') return false;
      return left.of && right.of ? isSameType(left.of, right.of) : left.of === right.of;
    case 'opaque':
      return (
        right.kind === 'opaque' &&
        left.name === right.name &&
        left.parameters.length === right.parameters.length &&
        left.parameters.every((parameter, index) => isSameType(parameter, right.parameters[index] ?? errorType))
      );
    case 'parameter':
    case 'object':
      return right.kind === left.kind && right.name === left.name;
    default:
      return right.kind === left.kind;
  }
}
