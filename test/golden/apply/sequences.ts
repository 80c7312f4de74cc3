/** The sequences that are recorded, by name. */

import { ofDefinitions } from './definitions.ts';
import { kinds } from './kinds.ts';
import { randomSteps } from './random-writers.ts';
import type { Step } from './steps.ts';
import { written } from './written.ts';

export { crds } from './kinds.ts';

/** Random sequences of each kind. */
const perKind = 6;
const stepsEach = 25;

const random = Object.entries(kinds).flatMap(([name, kind], at) =>
  Array.from({ length: perKind }, (_, index): readonly [string, readonly Step[]] => {
    const seed = at * 100 + index + 1;
    const object = `${name.toLowerCase()}-${index + 1}`;
    return [object, randomSteps(seed, kind, object, stepsEach)];
  }),
);

export const sequences: Readonly<Record<string, readonly Step[]>> = Object.fromEntries([
  ...random,
  ...Object.entries(written),
  ...Object.entries(ofDefinitions),
]);
