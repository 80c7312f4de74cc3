/** The sequences that are recorded, by name: those that were thought of, and random ones. */

import type { Step } from './exchange.ts';
import { randomRequests } from './random-requests.ts';
import { written } from './written.ts';

/** Seeds whose sequences are recorded: some that are answered alike from beginning to end. */
const seeds: readonly number[] = [331, 332, 334, 335, 336, 337, 338, 339, 342, 343, 344, 345, 347];
const stepsEach = 15;

export const sequences: Readonly<Record<string, readonly Step[]>> = {
  ...written,
  ...Object.fromEntries(seeds.map((seed) => [`random-${seed}`, randomRequests(seed, stepsEach).steps])),
};

/** The namespace of a sequence. */
export const namespaceOf = (name: string): string => `sequence-${name}`;

/** One line of a recording. */
export interface Recorded {
  readonly step: Step;
  readonly answer: unknown;
}

/** What every sequence begins with. */
export const setUp: readonly Step[] = [
  { method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name: '<namespace>' } } },
  { method: 'POST', path: 'serviceaccounts', body: { metadata: { name: 'default' } } },
];
