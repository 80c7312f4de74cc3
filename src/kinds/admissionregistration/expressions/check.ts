/** Findings of validation about expressions: what does not compile is no valid configuration. */

import { type FieldError, internalError, invalid } from '#api/field-error.ts';
import { type CompiledExpression, compileExpression, PolicyCompiler, type ResultTypes } from './compile.ts';
import { type ExpressionScope, scopeEnvironment } from './variables.ts';

/** An expression that knows no variables of a policy. */
export function checkExpression(
  expression: string,
  results: ResultTypes,
  scope: ExpressionScope,
  path: string,
  errors: FieldError[],
): void {
  report(compileExpression(expression, results, scopeEnvironment(scope)), path, errors);
}

/** `shown` is what the finding prints where the expression was trimmed before. */
function report(compiled: CompiledExpression, path: string, errors: FieldError[], shown = compiled.expression): void {
  if (compiled.ok) return;
  const { kind, message } = compiled;
  errors.push(kind === 'invalid' ? invalid(path, shown, message) : internalError(path, message));
}

/** The expressions of one policy, checked in their order. */
export class PolicyExpressions {
  readonly #compiler: PolicyCompiler | undefined;
  readonly #params: boolean;

  /** Without `composed` there is no name `variables`. */
  constructor(options: { readonly params: boolean; readonly composed: boolean }) {
    this.#params = options.params;
    this.#compiler = options.composed ? new PolicyCompiler() : undefined;
  }

  checkVariable(name: string, expression: string, path: string, errors: FieldError[]): void {
    const compiled = this.#compiler?.addVariable(name, expression, { params: this.#params, authorizer: true });
    if (compiled) report(compiled, path, errors);
  }

  check(
    expression: string,
    results: ResultTypes,
    scope: Omit<ExpressionScope, 'params'>,
    path: string,
    errors: FieldError[],
    shown?: string,
  ): void {
    const whole = { ...scope, params: this.#params };
    const compiled = this.#compiler
      ? this.#compiler.compile(expression, results, whole)
      : compileExpression(expression, results, scopeEnvironment(whole));
    report(compiled, path, errors, shown);
  }
}
