/** Makers of overloads: a library is a list of these. */

import type { Overload } from '../environment.ts';
import type { CelType } from '../types.ts';
import type { Result, Value } from '../values.ts';

export type Costs = Pick<Overload, 'actualCost' | 'estimateCost'>;

/** As a method, so that an implementation may name the types of its parameters, and leave out the last ones by a default. */
interface Implementable {
  implementation(...args: readonly (Value | undefined)[]): Result;
}
type Implementation = Implementable['implementation'];

/** name(args) */
export function global(
  id: string,
  parameters: readonly CelType[],
  result: CelType,
  implementation: Implementation,
  costs: Costs = {},
): Overload {
  return { id, parameters, result, implementation, ...costs };
}

/** target.name(args); the target is the first parameter. */
export function member(
  id: string,
  parameters: readonly CelType[],
  result: CelType,
  implementation: Implementation,
  costs: Costs = {},
): Overload {
  return { id, member: true, parameters, result, implementation, ...costs };
}
