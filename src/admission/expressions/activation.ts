/**
 * Evaluation of the compiled expressions of one policy or webhook for one request (apiserver admission/plugin/cel/activation.go). The expressions of
 * an activation share the values of variables, each evaluated when it is first used, and a budget of cost.
 */

import type { UserInfo } from '#api/request.ts';
import { perCallCostLimit } from '#cel/kubernetes.ts';
import { type Ask, authorizerValue, type RequestResource, requestResourceValue } from '#cel/libraries/authorizer.ts';
import type { Bindings } from '#cel/program.ts';
import { CelError, LazyObject, type Result, type Value } from '#cel/values.ts';
import type { CompiledExpression, PolicyCompiler } from '#kinds/admissionregistration/expressions/compile.ts';

export type Evaluation =
  | { readonly ok: true; readonly value: Value }
  /** `message` says which expression failed, and why. */
  | { readonly ok: false; readonly message: string };

/** The expressions together cost more than they may; nothing more is evaluated. */
export class BudgetExceeded extends Error {
  override readonly name = 'BudgetExceeded';

  constructor() {
    super('validation failed due to running out of cost budget, no further validation rules will be run');
  }
}

/** What evaluations may still cost. */
export class Budget {
  #left: number;

  constructor(cost: number) {
    this.#left = cost;
  }

  spend(cost: number): void {
    if (cost > this.#left) throw new BudgetExceeded();
    this.#left -= cost;
  }
}

/** What the variables authorizer and authorizer.requestResource are made of. */
export interface Authority {
  readonly user: UserInfo;
  readonly resource: RequestResource;
  readonly ask: Ask;
}

/** Values by variable. `namespaceObject` and `params` are null where there is none. */
export interface ActivationValues {
  readonly object: Value;
  readonly oldObject: Value;
  readonly request: Value;
  readonly namespaceObject: Value;
  readonly params: Value;
}

export class Activation implements Bindings {
  readonly #values: ActivationValues;
  readonly #authority: Authority | undefined;
  readonly #variables: Value | undefined;
  #variablesCost = 0;

  /** Without an authority the expressions cannot ask the authorizer. */
  constructor(values: ActivationValues, authority: Authority | undefined, compiler?: PolicyCompiler) {
    this.#values = values;
    this.#authority = authority;
    this.#variables =
      compiler && new LazyObject(compiler.variablesType, (name) => this.#variable(name, compiler.variables.get(name)));
  }

  get(name: string): Value | undefined {
    switch (name) {
      case 'object':
      case 'oldObject':
      case 'request':
      case 'namespaceObject':
      case 'params':
        return this.#values[name];
      case 'variables':
        return this.#variables;
      case 'authorizer':
        return this.#authority && authorizerValue(this.#authority.user, this.#authority.ask);
      case 'authorizer.requestResource':
        return (
          this.#authority && requestResourceValue(this.#authority.user, this.#authority.ask, this.#authority.resource)
        );
      default:
        return undefined;
    }
  }

  /** Throws BudgetExceeded. */
  evaluate(compiled: CompiledExpression, budget: Budget): Evaluation {
    if (!compiled.ok) return { ok: false, message: `compilation error: ${compiled.message}` };
    const { result, cost } = compiled.program.evaluate(this, { costLimit: perCallCostLimit });
    const variables = this.#variablesCost;
    this.#variablesCost = 0;
    budget.spend(variables);
    budget.spend(cost);
    if (!(result instanceof CelError)) return { ok: true, value: result };
    return { ok: false, message: `expression '${compiled.expression}' resulted in error: ${result.message}` };
  }

  #variable(name: string, compiled: CompiledExpression | undefined): Result {
    if (!compiled) return new CelError(`no such key: ${name}`);
    const quoted = JSON.stringify(name);
    if (!compiled.ok) return new CelError(`composited variable ${quoted} fails to compile: ${compiled.message}`);
    const { result, cost } = compiled.program.evaluate(this, { costLimit: perCallCostLimit });
    this.#variablesCost += cost;
    if (!(result instanceof CelError)) return result;
    return new CelError(`composited variable ${quoted} fails to evaluate: ${result.message}`);
  }
}
