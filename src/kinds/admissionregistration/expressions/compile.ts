/** Expressions of admission, compiled: for validation of what is configured, and for running it. */

import { type Environment, extendEnvironment } from '#cel/environment.ts';
import { formatIssues } from '#cel/issues.ts';
import { jsonPatchType } from '#cel/libraries/json-patch.ts';
import { compile, createProgram, type Program } from '#cel/program.ts';
import {
  boolType,
  type CelType,
  dynType,
  type Field,
  isSameType,
  listType,
  mapType,
  nullType,
  type ObjectType,
  objectType,
  stringType,
  typeText,
} from '#cel/types.ts';
import { type ExpressionScope, scopeEnvironment } from './variables.ts';

export type CompiledExpression =
  | { readonly ok: true; readonly expression: string; readonly program: Program; readonly outputType: CelType }
  | {
      readonly ok: false;
      readonly expression: string;
      /** Upstream answers faults of programs as internal errors. */
      readonly kind: 'invalid' | 'internal';
      /** 'compilation failed: ERROR: <input>:1:1: ...' */
      readonly message: string;
    };

/** What an expression must evaluate to, exactly: dyn is not enough. Undefined: anything. */
export type ResultTypes = readonly CelType[] | undefined;

export const conditionResult: ResultTypes = [boolType];
export const messageResult: ResultTypes = [stringType];
export const auditAnnotationResult: ResultTypes = [stringType, nullType];
export const jsonPatchResult: ResultTypes = [listType(jsonPatchType)];
export const applyConfigurationResult: ResultTypes = [objectType('Object', {})];

/** Compiles in one environment. Rules that are stored and new ones have the same libraries since 1.34, so that they need no difference. */
export function compileExpression(
  expression: string,
  results: ResultTypes,
  environment: Environment,
): CompiledExpression {
  const compiled = compile(expression, environment);
  if (!compiled.ok) return invalid(`compilation failed: ${formatIssues(expression, compiled.issues)}`);
  const { outputType, checked } = compiled;
  if (results && !results.some((type) => isSameType(outputType, type))) {
    const wanted =
      results.length === 1 ? results.map(typeText).join('') : `one of [${results.map(typeText).join(' ')}]`;
    return invalid(`must evaluate to ${wanted} but got ${typeText(outputType)}`);
  }
  const program = createProgram(checked, environment);
  if (program.fault) {
    const message = `program instantiation failed: ${program.fault.message}`;
    return { ok: false, expression, kind: 'internal', message };
  }
  return { ok: true, expression, program, outputType };

  function invalid(message: string): CompiledExpression {
    return { ok: false, expression, kind: 'invalid', message };
  }
}

/** Compiles the expressions of one policy: each variable is there for those after it, under `variables`. */
export class PolicyCompiler {
  readonly variables = new Map<string, CompiledExpression>();
  readonly variablesType: ObjectType;
  readonly #fields = new Map<string, Field>();
  readonly #environments = new Map<Environment, Environment>();
  readonly #environmentOf: (scope: ExpressionScope) => Environment;

  constructor(environmentOf: (scope: ExpressionScope) => Environment = scopeEnvironment) {
    this.#environmentOf = environmentOf;
    this.variablesType = { kind: 'object', name: 'kubernetes.variables', fields: this.#fields };
  }

  addVariable(name: string, expression: string, scope: ExpressionScope): CompiledExpression {
    const compiled = this.compile(expression, undefined, scope);
    this.declare(name, compiled.ok ? compiled.outputType : dynType);
    this.variables.set(name, compiled);
    return compiled;
  }

  /** A variable of that type for what is compiled after it. */
  declare(name: string, type: CelType): void {
    this.#fields.set(name, { type: variableType(type) });
  }

  compile(expression: string, results: ResultTypes, scope: ExpressionScope): CompiledExpression {
    return compileExpression(expression, results, this.environment(scope));
  }

  environment(scope: ExpressionScope): Environment {
    const base = this.#environmentOf(scope);
    const known = this.#environments.get(base);
    if (known) return known;
    const type = this.variablesType;
    const extended = extendEnvironment(base, { variables: [{ name: 'variables', type }], types: [type] });
    this.#environments.set(base, extended);
    return extended;
  }
}

const plainKinds: ReadonlySet<CelType['kind']> = new Set([
  ...(['bool', 'bytes', 'double', 'duration', 'int', 'null', 'string', 'timestamp', 'uint'] as const),
]);

/** Objects and what libraries make lose their type in a variable. */
function variableType(type: CelType): CelType {
  if (type.kind === 'list') return listType(variableType(type.element));
  if (type.kind === 'map') return mapType(variableType(type.key), variableType(type.value));
  return plainKinds.has(type.kind) ? type : dynType;
}
