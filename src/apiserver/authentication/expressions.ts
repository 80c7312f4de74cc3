/** The seam to CEL in authentication: expressions over `claims` and over `user`, compiled when configuration is read. */

/** What an expression may give. */
export type ResultKind = 'bool' | 'string' | 'string or list of strings';

export interface CompiledExpression {
  /** The value as JSON; throws when evaluation fails. */
  evaluate(value: unknown): unknown;
  /** Whether the expression reads this field of its variable. */
  reads(field: string): boolean;
}

export type ExpressionVariable = 'claims' | 'user';

/** A compiled expression, or what is wrong with it in upstream's words. */
export type ExpressionCompiler = (
  expression: string,
  variable: ExpressionVariable,
  result: ResultKind,
) => CompiledExpression | { readonly fault: string };

export function isFault(
  compiled: CompiledExpression | { readonly fault: string },
): compiled is { readonly fault: string } {
  return 'fault' in compiled;
}
