/**
 * The whole cluster under random trouble, seed by seed. A failing seed is in the name of its test:
 *
 *   KUBETS_SIM_SEED=17 node --test test/sim/faults.test.ts       that seed, with the control plane's log
 *   KUBETS_SIM_SEEDS=5000 node --test test/sim/faults.test.ts    more of them
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simulate } from './run.ts';

const only = process.env.KUBETS_SIM_SEED;
const count = Number(process.env.KUBETS_SIM_SEEDS ?? 200);

/** Seeds that found something once. */
const committed: readonly string[] = [];

const seeds = only === undefined ? [...committed, ...Array.from({ length: count }, (_, i) => String(i + 1))] : [only];

for (const seed of seeds) {
  test(`seed ${seed}: a cluster in trouble comes to rest as it should`, async () => {
    const run = await simulate(seed, only === undefined ? {} : { onLog: (...line) => console.log(...line) });
    assert.deepEqual(run.violations, []);
  });
}
