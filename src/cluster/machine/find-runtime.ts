/** Looks for the container runtime's programs on this machine; says what is missing and how to get it. */

import { join } from 'node:path';
import { tryExec } from '#platform/node/exec.ts';
import { findProgram } from '#platform/node/machine-facts.ts';
import { Failure } from '../failure.ts';
import { cacheRoot } from './layout.ts';
import {
  isAtLeast,
  type OciRuntime,
  oldestContainerd,
  parseVersion,
  type RuntimePrograms,
  usableOciRuntimes,
  type Version,
} from './runtime.ts';

export interface FoundRuntime {
  readonly programs: RuntimePrograms;
  /** The first is the default. */
  readonly ociRuntimes: readonly OciRuntime[];
}

export class RuntimeMissing extends Failure {
  override readonly name = 'RuntimeMissing';
}

/** `directory` is looked into before everything else: --containerd-bin-dir. */
export async function findRuntime(directory?: string): Promise<FoundRuntime> {
  const first = directory === undefined ? [] : [directory];
  const cached = join(cacheRoot(), 'runtime');
  const find = (name: string) =>
    findProgram(name, first) ?? findProgram(name, [join(cached, 'usr/bin'), join(cached, 'usr/sbin')]);
  const need = (name: string, debianPackage: string) => {
    const path = find(name);
    if (path === undefined) {
      throw new RuntimeMissing(
        `${name} is not installed. './kubets up' as root gets it, or: apt-get install ${debianPackage}`,
      );
    }
    return path;
  };
  const containerd = need('containerd', 'containerd');
  const ctr = need('ctr', 'containerd');
  const shim = need('containerd-shim-runc-v2', 'containerd');
  const runc = find('runc');
  const crun = find('crun');
  const [containerdVersion, crunVersion, cniBin] = await Promise.all([
    versionOf(containerd),
    crun === undefined ? undefined : versionOf(crun),
    ['/usr/lib/cni', '/opt/cni/bin'].find((candidate) =>
      findProgram('bridge', [candidate])?.startsWith(`${candidate}/`),
    ),
  ]);
  if (containerdVersion === undefined || !isAtLeast(containerdVersion, oldestContainerd)) {
    const version = containerdVersion?.join('.') ?? 'of unknown version';
    throw new RuntimeMissing(
      `${containerd} is ${version}; 1.6 or newer is needed (--containerd-bin-dir names another)`,
    );
  }
  if (cniBin === undefined) {
    throw new RuntimeMissing('the CNI plugins are not installed: apt-get install containernetworking-plugins');
  }
  const programs: RuntimePrograms = {
    containerd,
    ctr,
    shimDirectory: shim.slice(0, shim.lastIndexOf('/')),
    containerdVersion,
    runc,
    crun,
    cniBin,
  };
  const ociRuntimes = usableOciRuntimes(programs, crunVersion);
  if (ociRuntimes.length === 0)
    throw new RuntimeMissing(
      'neither runc nor a crun that works with this containerd is installed: apt-get install runc',
    );
  return { programs, ociRuntimes };
}

async function versionOf(program: string): Promise<Version | undefined> {
  const { stdout } = await tryExec(program, ['--version'], { timeoutMs: 10_000 });
  return parseVersion(stdout);
}
