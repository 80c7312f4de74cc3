/**
 * Root file systems from Debian packages: the packages and all they depend on, as this machine's apt gets them (and checks
 * them by its keys), unpacked into a directory. Nothing is installed and no maintainer script runs.
 */

import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ExecError, exec, tryExec } from '#platform/node/exec.ts';
import { Failure } from '../failure.ts';

export interface DebianPackage {
  readonly name: string;
  readonly version: string;
}

/** apt with no package installed, so that a closure holds everything; with the machine's own lists. */
const emptyStatus = [
  '-o',
  'Dir::State::status=/dev/null',
  '-o',
  'APT::Install-Recommends=false',
  '-o',
  'Debug::NoLocking=1',
];

/** The packages and what they depend on, sorted by name. Fetches the package lists when the machine has none. */
export async function packageClosure(packages: readonly string[]): Promise<readonly DebianPackage[]> {
  const simulate = () => tryExec('apt-get', ['-qq', '--simulate', ...emptyStatus, 'install', ...packages]);
  let result = await simulate();
  if (result.code !== 0) {
    await exec('apt-get', ['-qq', 'update'], { timeoutMs: 300_000 });
    result = await simulate();
  }
  if (result.code !== 0) {
    throw new Failure(
      `apt-get does not find ${packages.join(', ')}: ${result.stderr.trim().split('\n').at(-1)}`,
      'the machine needs a Debian archive in /etc/apt that it can reach',
    );
  }
  return parseSimulation(result.stdout);
}

/** Lines of `apt-get --simulate install`: `Inst NAME (VERSION Debian:12.1/stable [amd64])`. */
export function parseSimulation(output: string): readonly DebianPackage[] {
  return [...output.matchAll(/^Inst (\S+) (?:\[[^\]]*\] )?\((\S+) /gm)]
    .map(([, name = '', version = '']) => ({ name, version }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Downloads packages into `directory` (those that are there already are not fetched again); returns their files. */
export async function downloadPackages(
  packages: readonly DebianPackage[],
  directory: string,
): Promise<readonly string[]> {
  mkdirSync(directory, { recursive: true });
  const fileOf = (there: readonly string[], { name, version }: DebianPackage) =>
    there.find((file) => file.startsWith(`${name}_${version.replaceAll(':', '%3a')}_`));
  const missing = packages.filter((wanted) => fileOf(readdirSync(directory), wanted) === undefined);
  if (missing.length > 0) {
    const args = [
      '-qq',
      '-o',
      'APT::Sandbox::User=root',
      'download',
      ...missing.map(({ name, version }) => `${name}=${version}`),
    ];
    const download = () => exec('apt-get', args, { cwd: directory, timeoutMs: 900_000 });
    // Lists may be older than the archive: packages of theirs are gone then.
    await download().catch(async (error: unknown) => {
      if (!(error instanceof ExecError)) throw error;
      await exec('apt-get', ['-qq', 'update'], { timeoutMs: 300_000 });
      await download();
    });
  }
  const there = readdirSync(directory);
  return packages.map((wanted) => {
    const file = fileOf(there, wanted);
    if (file === undefined) throw new Failure(`apt-get downloaded no ${wanted.name} ${wanted.version}`);
    return join(directory, file);
  });
}

const unneeded = ['doc', 'man', 'locale', 'info', 'lintian', 'bug', 'i18n', 'menu', 'bash-completion', 'zsh'];

/** Unpacks packages into an empty directory, without documentation and translations. */
export async function unpackPackages(files: readonly string[], root: string): Promise<void> {
  makeSkeleton(root);
  const excludes = [
    ...unneeded.map((name) => `./usr/share/${name}/*`),
    './usr/lib/systemd/*',
    './lib/systemd/*',
    './etc/init.d/*',
  ];
  for (const file of files) {
    await exec(
      'sh',
      [
        '-c',
        'file=$1 root=$2; shift 2; dpkg-deb --fsys-tarfile "$file" | tar -x -C "$root" --keep-directory-symlink "$@"',
        'sh',
        file,
        root,
        ...excludes.map((pattern) => `--exclude=${pattern}`),
      ],
      { timeoutMs: 300_000 },
    );
  }
}

/** Directories that every root has, with /bin and its like as links into /usr, as Debian has them. */
export function makeSkeleton(root: string): void {
  for (const directory of [
    'usr/bin',
    'usr/sbin',
    'usr/lib',
    'usr/lib64',
    'etc',
    'proc',
    'sys',
    'dev',
    'run',
    'root',
    'home',
    'var/log',
    'var/lib',
  ]) {
    mkdirSync(join(root, directory), { recursive: true });
  }
  for (const directory of ['tmp', 'var/tmp']) {
    mkdirSync(join(root, directory), { recursive: true });
  }
  for (const directory of ['bin', 'sbin', 'lib', 'lib64']) symlinkSync(`usr/${directory}`, join(root, directory));
}

/** What maintainer scripts of the lowest layer would have written: accounts, name service, library cache. */
export async function finishRoot(root: string): Promise<void> {
  await exec('chmod', ['1777', join(root, 'tmp'), join(root, 'var/tmp')]);
  writeFileSync(
    join(root, 'etc/passwd'),
    accounts.map(({ name, id, home, shell }) => `${name}:x:${id}:${id}::${home}:${shell}\n`).join(''),
  );
  writeFileSync(
    join(root, 'etc/group'),
    [...accounts, { name: 'tty', id: 5 }].map(({ name, id }) => `${name}:x:${id}:\n`).join(''),
  );
  writeFileSync(join(root, 'etc/nsswitch.conf'), 'passwd: files\ngroup: files\nhosts: files dns\n');
  await tryExec('ldconfig', ['-r', root]);
}

const nologin = '/usr/sbin/nologin';
const accounts = [
  { name: 'root', id: 0, home: '/root', shell: '/bin/sh' },
  { name: 'daemon', id: 1, home: '/usr/sbin', shell: nologin },
  { name: 'www-data', id: 33, home: '/var/www', shell: nologin },
  { name: 'redis', id: 999, home: '/var/lib/redis', shell: nologin },
  { name: 'nobody', id: 65534, home: '/nonexistent', shell: nologin },
];
