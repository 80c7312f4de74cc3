/**
 * Runs the suites, the fast ones first; stops after the first suite that fails.
 *
 * Usage: ./kubets test [SUITE...]      unit, sim, integration, e2e; all of them without any. clients: only when it is named
 */

import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** A test that hangs fails by then; the slowest takes a third of it on a machine that is busy with other things. */
const longestTestMs = 20 * 60_000;
/** And a file that does not end, whatever its tests say. */
const longestSuiteMs = 45 * 60_000;

interface Suite {
  readonly files: readonly string[];
  /** Test files at a time. Those that make clusters have the machine for themselves. */
  readonly concurrency: number;
  /** Not part of all suites: it downloads much. */
  readonly onlyNamed?: boolean;
}

const suites: Readonly<Record<string, Suite>> = {
  unit: {
    files: ['src/**/*.test.ts', 'tools/**/*.test.ts', 'test/golden/**/*.test.ts'],
    concurrency: availableParallelism(),
  },
  sim: { files: ['test/sim/**/*.test.ts'], concurrency: availableParallelism() },
  integration: { files: ['test/integration/**/*.test.ts'], concurrency: 1 },
  e2e: { files: ['test/e2e/**/*.test.ts'], concurrency: 1 },
  clients: { files: ['test/clients/**/*.test.ts'], concurrency: 1, onlyNamed: true },
};

const root = resolve(import.meta.dirname, '../..');
const asked = process.argv.slice(2);
const unknown = asked.find((name) => !(name in suites));
if (unknown !== undefined) {
  console.error(`there is no suite "${unknown}"; there are: ${Object.keys(suites).join(', ')}`);
  process.exit(2);
}
const reports = mkdtempSync(join(tmpdir(), 'kubets-test-'));
process.on('exit', () => rmSync(reports, { recursive: true, force: true }));
let passed = 0;
let failed = 0;
for (const [name, { files, concurrency, onlyNamed }] of Object.entries(suites)) {
  if (asked.length > 0 ? !asked.includes(name) : onlyNamed) continue;
  const found = files.flatMap((pattern) => globSync(pattern, { cwd: root })).sort();
  if (found.length === 0) continue;
  console.log(`${name}: ${found.length} files`);
  const started = performance.now();
  const report = join(reports, `${name}.tap`);
  const { status } = spawnSync(
    process.execPath,
    [
      '--test',
      `--test-concurrency=${concurrency}`,
      `--test-timeout=${longestTestMs}`,
      '--test-reporter=dot',
      '--test-reporter-destination=stdout',
      '--test-reporter=tap',
      `--test-reporter-destination=${report}`,
      ...found,
    ],
    { cwd: root, stdio: 'inherit', timeout: longestSuiteMs },
  );
  console.log(
    `\n${name}: ${status === 0 ? 'passed' : 'failed'} in ${((performance.now() - started) / 1000).toFixed(1)} s`,
  );
  const counts = readFileSync(report, 'utf8');
  passed += countOf(counts, 'pass');
  failed += countOf(counts, 'fail') + countOf(counts, 'cancelled');
  if (status !== 0) {
    console.log(`${passed} passed, ${failed} failed`);
    process.exit(status ?? 1);
  }
}
console.log(`${passed} passed, ${failed} failed`);

/** The figure in a line as '# pass 12' at the end of a TAP report; 0 when the run ended before it. */
function countOf(report: string, what: string): number {
  return Number(new RegExp(`^# ${what} (\\d+)$`, 'm').exec(report)?.[1] ?? 0);
}
