/**
 * The door of the engine: compile once, when configuration changes; evaluate often.
 *
 *   const compiled = compile('self.replicas <= self.maxReplicas', environment, { expectedTypes: [boolType] });
 *   if (!compiled.ok) return formatIssues(expression, compiled.issues);
 *   const { result, cost } = createProgram(compiled.checked, environment).evaluate(new Map([['self', self]]));
 */

import type { CheckedExpression, ParsedExpression } from './ast.ts';
import { checkExpression } from './checker.ts';
import type { Environment } from './environment.ts';
import { EvaluationStopped, Frame } from './frame.ts';
import type { Issue } from './issues.ts';
import { forgetSizes } from './json.ts';
import { checkLiterals } from './literal-checks.ts';
import { parseExpression } from './parser.ts';
import { planExpression } from './planner.ts';
import type { CelType } from './types.ts';
import { formatType } from './types.ts';
import { TypeBindings } from './unification.ts';
import type { Result, Value } from './values.ts';
import { CelError } from './values.ts';

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
  /** Asked at every hundredth step of comprehensions; evaluation ends with 'operation interrupted' on true. */
  readonly interrupted?: () => boolean;
}

export interface Outcome {
  readonly result: Result;
  /** Actual cost, by cel-go's rules. */
  readonly cost: number;
  /** The cost limit or an interruption ended the evaluation. */
  readonly stopped?: true;
}

export interface Program {
  /** A conversion of a constant that can only fail; upstream instantiates no program then. */
  readonly fault: CelError | undefined;
  evaluate(bindings: Bindings, options?: EvaluateOptions): Outcome;
}

/** Parses and checks. With expectedTypes the expression must be of one of them, or dyn. */
export function compile(
  expression: string,
  environment: Environment,
  { expectedTypes }: { readonly expectedTypes?: readonly CelType[] } = {},
): Compiled {
  const parsed = parseExpression(expression, environment);
  if (!parsed.ok) return parsed;
  const checked = checkExpression(parsed.parsed, environment);
  if (!checked.ok) return checked;
  const faults = checkLiterals(checked.checked, environment.options);
  if (faults.length > 0) return { ok: false, issues: faults };
  if (!expectedTypes) return checked;
  const { outputType } = checked;
  const bindings = new TypeBindings();
  if (expectedTypes.some((type) => bindings.isAssignable(outputType, type))) return checked;
  const names = expectedTypes.map(formatType).join(', ');
  const message = `expected type '${names}' but found '${formatType(outputType)}'`;
  return { ok: false, issues: [{ message, line: 1, column: 0 }] };
}

/** The program of a compiled expression; of one that was only parsed, names and overloads are found as it runs. */
export function createProgram(expression: CheckedExpression | ParsedExpression, environment: Environment): Program {
  const { step, slots, fault } = planExpression(expression, environment);
  return {
    fault,
    evaluate(bindings, { costLimit = Number.POSITIVE_INFINITY, interrupted } = {}) {
      forgetSizes();
      const frame = new Frame(bindings, slots, costLimit, interrupted);
      try {
        const result = step(frame);
        frame.checkCost();
        return { result, cost: frame.cost };
      } catch (error) {
        if (error instanceof EvaluationStopped) {
          return { result: new CelError(error.message), cost: frame.cost, stopped: true };
        }
        throw error;
      }
    },
  };
}
