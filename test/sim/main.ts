/**
 * Seeds by hand: many of them, or one under the glass.
 *
 *   node test/sim/main.ts 1..5000              a line for every seed, its violations below
 *   node test/sim/main.ts 17 pods/default/a    what history says of matching keys, and the log lines that match
 */

import type { ObjectMeta } from '#api/generated/meta-v1.ts';
import { historyOf } from '#testing/history.ts';
import { simulate } from './run.ts';

const [range = '1..100', pattern] = process.argv.slice(2);
const [first = 1, last = first] = range.split('..').map(Number);

if (pattern === undefined) {
  let failed = 0;
  for (let seed = first; seed <= last; seed++) {
    const begin = performance.now();
    const { disk, violations } = await simulate(seed);
    const ms = Math.round(performance.now() - begin);
    console.log(`seed ${seed}: ${disk.history().length} revisions, ${ms} ms, ${violations.length} violations`);
    for (const violation of violations) console.log(`    ${violation}`);
    if (violations.length > 0) failed++;
  }
  console.log(`${failed} seeds failed`);
  process.exitCode = failed > 0 ? 1 : 0;
} else {
  await replay(first, new RegExp(pattern));
}

async function replay(seed: number, matching: RegExp): Promise<void> {
  const { disk, violations } = await simulate(seed, {
    onLog: (level, message, fields) => {
      const line = `${level} ${message} ${JSON.stringify(fields)}`;
      if (matching.test(line)) console.log(line);
    },
  });
  for (const { revision, key, object } of historyOf(disk)) {
    if (matching.test(key)) console.log(`${revision} ${key} ${object ? summary(object.metadata ?? {}) : 'deleted'}`);
  }
  for (const violation of violations) console.log(violation);
}

function summary({ uid, creationTimestamp, deletionTimestamp, finalizers, ownerReferences }: ObjectMeta): string {
  const owners = ownerReferences?.map(({ kind, name, uid }) => `${kind} ${name} ${uid}`);
  return JSON.stringify({ uid, creationTimestamp, deletionTimestamp, finalizers, owners });
}
