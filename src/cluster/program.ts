/**
 * The program that the roles run: this checkout's sources put together into a few files, made when a cluster starts.
 *
 * A module costs a process 15 to 20 KB however short it is, and the server has 700 of them; as one bundle, server and agent hold 40 MB
 * less. It is not minified, so that stack traces can be read. It lies in dist/KEY, where KEY stands for the sources' names, sizes
 * and times: whoever changes them gets another bundle at the next `up`, and a running cluster keeps the program that it
 * was started with, also for what its supervisor starts again.
 *
 * Without the bundler (tools/bundle, which ./kubets installs) the roles run from the sources.
 */

import { createHash } from 'node:crypto';
import { cpSync, existsSync, globSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { exec } from '#platform/node/exec.ts';
import { allPids, commandLine } from '#platform/node/process-table.ts';

const root = join(import.meta.dirname, '../..');

/** What starts by a path of its own: the roles, and the threads that write the store and read long YAML. */
const entries = ['src/cli/role.ts', 'src/platform/node/sqlite-writer.ts', 'src/platform/node/yaml-worker.ts'];

/**
 * Files that modules read beside themselves, and where those look for them from a bundle, all of whose modules are in `program/`.
 * program.test.ts tells when a module begins to look elsewhere.
 */
const assets: readonly (readonly [pattern: string, directory: string])[] = [
  ['src/platform/node/**/*.proto', 'program'],
  ['src/cluster/bootstrap/*.json', 'bootstrap'],
];

/** Packages that are CommonJS ask for Node's modules by `require`. */
const banner = `import { createRequire as bundleRequire } from 'node:module'; const require = bundleRequire(import.meta.url);`;

/** Path of the program of the roles, bundled if it can be. */
export async function roleProgram(): Promise<string> {
  const bundler = join(root, `tools/bundle/node_modules/@esbuild/linux-${process.arch}/bin/esbuild`);
  if (!existsSync(bundler)) return join(root, 'src/cli/role.ts');
  const dist = join(root, 'dist');
  const key = sourceKey();
  const program = join(dist, key, 'program/role.js');
  if (!existsSync(program)) {
    await bundle(bundler, join(dist, key));
    removeUnused(dist, key);
  }
  return program;
}

function sourceKey(): string {
  const hash = createHash('sha256');
  for (const file of [
    'package-lock.json',
    'tools/bundle/package-lock.json',
    ...globSync('src/**/*', { cwd: root }).sort(),
  ]) {
    const { size, mtimeMs } = statSync(join(root, file));
    hash.update(`${file} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex').slice(0, 16);
}

/** Appears under its name when it is whole. */
async function bundle(bundler: string, target: string): Promise<void> {
  const draft = `${target}.${process.pid}.new`;
  mkdirSync(draft, { recursive: true });
  try {
    for (const [pattern, directory] of assets) {
      for (const file of globSync(pattern, { cwd: root })) {
        cpSync(join(root, file), join(draft, directory, basename(file)));
      }
    }
    await exec(
      bundler,
      [
        ...entries,
        '--bundle',
        '--splitting',
        '--format=esm',
        '--platform=node',
        '--target=node26',
        '--entry-names=[name]',
        '--legal-comments=none',
        '--log-level=error',
        `--banner:js=${banner}`,
        `--outdir=${join(draft, 'program')}`,
      ],
      { cwd: root },
    );
    renameSync(draft, target);
  } catch (error) {
    // Somebody else was faster: theirs is the same.
    if (!existsSync(target)) throw error;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** Removes bundles of former sources that no process runs; a running supervisor has its path in its command line. */
function removeUnused(dist: string, key: string): void {
  const running = allPids().map(commandLine).join('\n');
  for (const name of readdirSync(dist)) {
    if (/^[0-9a-f]{16}$/.test(name) && name !== key && !running.includes(join(dist, name))) {
      rmSync(join(dist, name), { recursive: true, force: true });
    }
  }
}
