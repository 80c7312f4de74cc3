/** Runs an expression in the newest environment; for the libraries' tests. */

import type { Environment, Library } from '../environment.ts';
import { extendEnvironment } from '../environment.ts';
import { formatIssues } from '../issues.ts';
import { kubernetesEnvironment } from '../kubernetes.ts';
import type { Bindings } from '../program.ts';
import { compile, createProgram } from '../program.ts';
import type { Value } from '../values.ts';
import { CelError, CelList, CelMap, OptionalValue, Uint } from '../values.ts';

const environment = kubernetesEnvironment({ version: '1.36' });

export function environmentWith(...libraries: readonly Library[]): Environment {
  return extendEnvironment(environment, ...libraries);
}

export interface Run {
  /** Plain JavaScript; an error is its message behind 'error: ', issues are their text. */
  readonly result: unknown;
  readonly cost: number;
}

export function run(expression: string, within: Environment = environment, bindings: Bindings = new Map()): Run {
  const compiled = compile(expression, within);
  if (!compiled.ok) return { result: formatIssues(expression, compiled.issues), cost: 0 };
  const { result, cost } = createProgram(compiled.checked, within).evaluate(bindings);
  return { result: result instanceof CelError ? `error: ${result.message}` : plain(result), cost };
}

function plain(value: Value): unknown {
  if (value instanceof CelList) return [...value].map(plain);
  if (value instanceof Uint) return `${value.value}u`;
  if (value instanceof OptionalValue) return value.value === undefined ? 'none' : { some: plain(value.value) };
  if (value instanceof CelMap) {
    return Object.fromEntries([...value.keys()].map((key) => [String(plain(key)), plain(value.get(key) ?? null)]));
  }
  return value;
}
