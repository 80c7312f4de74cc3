/**
 * Runs the suites, the fast ones first; stops after the first suite that fails.
 *
 * Usage: ./kubets test [SUITE...]      unit, sim, integration, e2e; all without any
 */

import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';

interface Suite {
  readonly files: readonly string[];
  /** Test files at a time. Those that make clusters have the machine for themselves. */
  readonly concurrency: number;
}

const suites: Readonly<Record<string, Suite>> = {
  unit: {
    files: ['src/**/*.test.ts', 'tools/**/*.test.ts', 'test/golden/**/*.test.ts'],
    concurrency: availableParallelism(),
  },
  sim: { files: ['test/sim/**/*.test.ts'], concurrency: availableParallelism() },
  integration: { files: ['test/integration/**/*.test.ts'], concurrency: 1 },
  e2e: { files: ['test/e2e/**/*.test.ts'], concurrency: 1 },
};

const root = resolve(import.meta.dirname, '../..');
const asked = process.argv.slice(2);
const unknown = asked.find((name) => !(name in suites));
if (unknown !== undefined) {
  console.error(`there is no suite "${unknown}"; there are: ${Object.keys(suites).join(', ')}`);
  process.exit(2);
}
for (const [name, { files, concurrency }] of Object.entries(suites)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  const found = files.flatMap((pattern) => globSync(pattern, { cwd: root })).sort();
  if (found.length === 0) continue;
  console.log(`${name}: ${found.length} files`);
  const started = performance.now();
  const { status } = spawnSync(
    process.execPath,
    [
      '--test',
      `--test-concurrency=${concurrency}`,
      '--test-reporter=dot',
      '--test-reporter-destination=stdout',
      ...found,
    ],
    { cwd: root, stdio: 'inherit' },
  );
  console.log(
    `\n${name}: ${status === 0 ? 'passed' : 'failed'} in ${((performance.now() - started) / 1000).toFixed(1)} s`,
  );
  if (status !== 0) process.exit(status ?? 1);
}
