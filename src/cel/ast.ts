/** Expressions as trees. Ids are unique in one expression; positions say where each began in the source. */

import type { CelType } from './types.ts';
import type { Uint } from './values.ts';

export type Literal = null | boolean | bigint | Uint | number | string | Uint8Array;

export type Expr =
  | LiteralExpr
  | IdentExpr
  | SelectExpr
  | CallExpr
  | ListExpr
  | MapExpr
  | StructExpr
  | ComprehensionExpr;

export interface LiteralExpr {
  readonly kind: 'literal';
  readonly id: number;
  readonly value: Literal;
}
export interface IdentExpr {
  readonly kind: 'ident';
  readonly id: number;
  readonly name: string;
}
export interface SelectExpr {
  readonly kind: 'select';
  readonly id: number;
  readonly operand: Expr;
  readonly field: string;
  /** has(operand.field) */
  readonly testOnly: boolean;
}
/** Operators are calls of functions with cel-go's names: '_+_', '_[_]', '_?_:_', '@in', '_?._', '_[?_]'. */
export interface CallExpr {
  readonly kind: 'call';
  readonly id: number;
  readonly target: Expr | undefined;
  readonly function: string;
  readonly args: readonly Expr[];
}
export interface ListExpr {
  readonly kind: 'list';
  readonly id: number;
  readonly elements: readonly Expr[];
  /** Indices of elements written `?element`. */
  readonly optional: readonly number[];
}
export interface MapExpr {
  readonly kind: 'map';
  readonly id: number;
  readonly entries: readonly MapEntry[];
}
export interface MapEntry {
  readonly id: number;
  readonly key: Expr;
  readonly value: Expr;
  readonly optional: boolean;
}
export interface StructExpr {
  readonly kind: 'struct';
  readonly id: number;
  readonly name: string;
  readonly fields: readonly StructField[];
}
export interface StructField {
  readonly id: number;
  readonly name: string;
  readonly value: Expr;
  readonly optional: boolean;
}
/** What macros become: for each element while the condition holds, the accumulator is the step; at the end, the result. */
export interface ComprehensionExpr {
  readonly kind: 'comprehension';
  readonly id: number;
  readonly range: Expr;
  readonly variable: string;
  readonly variable2: string | undefined;
  readonly accumulator: string;
  readonly init: Expr;
  readonly condition: Expr;
  readonly step: Expr;
  readonly result: Expr;
}

export interface ParsedExpression {
  readonly source: string;
  readonly expr: Expr;
  /** UTF-16 offset of each node in the source. */
  readonly positions: ReadonlyMap<number, number>;
}

/** What the checker found for a node: the variable's full name, or the overloads that a call may reach. */
export interface Reference {
  readonly name?: string;
  readonly overloads?: readonly string[];
}

export interface CheckedExpression extends ParsedExpression {
  readonly types: ReadonlyMap<number, CelType>;
  readonly references: ReadonlyMap<number, Reference>;
}

/** Names of the accumulator of macros: an identifier cannot be written like it. */
export const accumulatorName = '@result';
