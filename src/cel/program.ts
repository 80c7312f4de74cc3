/** What a compiled expression is to its users. */

import type { CheckedExpression } from './ast.ts';
import type { NodeToEstimate, Range } from './environment.ts';
import type { Issue } from './issues.ts';
import type { CelType } from './types.ts';
import type { Result, Value } from './values.ts';

export type Compiled =
  | { readonly ok: true; readonly checked: CheckedExpression; readonly outputType: CelType }
  | { readonly ok: false; readonly issues: readonly Issue[] };

/** Values of the environment's variables; a Map is one. Asked when the variable is used, so values may be made late. */
export interface Bindings {
  get(name: string): Value | undefined;
}

export interface EvaluateOptions {
  /** Evaluation ends with 'operation cancelled: actual cost limit exceeded' above it. */
  readonly costLimit?: number;
  /** Asked at every hundredth step of a comprehension; evaluation ends with 'operation interrupted' on true. */
  readonly interrupted?: () => boolean;
}

export interface Outcome {
  readonly result: Result;
  /** Actual cost, by cel-go's rules. */
  readonly cost: number;
}

export interface Program {
  evaluate(bindings: Bindings, options?: EvaluateOptions): Outcome;
}

/** Sizes that a schema knows: of the strings, bytes, lists and maps at a node's path. undefined: not known. */
export type SizeOf = (node: NodeToEstimate) => Range | undefined;
