/**
 * Which container runtime a node uses: containerd 1.6 or newer, and the faster of crun and runc that works with it.
 *
 * Programs are looked for in a directory that the user names, in PATH, and in the cache, where the launcher unpacks Debian's
 * packages. crun starts a container in about half of runc's time, but crun before 1.8.7 does not understand the OCI runtime
 * specification 1.1 that containerd from 1.7 on writes ("unknown version specified").
 */

export interface RuntimePrograms {
  readonly containerd: string;
  readonly ctr: string;
  /** Directory of containerd-shim-runc-v2: containerd looks for it in PATH. */
  readonly shimDirectory: string;
  readonly containerdVersion: Version;
  readonly runc: string | undefined;
  readonly crun: string | undefined;
  readonly cniBin: string;
}

export interface OciRuntime {
  readonly name: 'runc' | 'crun';
  readonly path: string;
}

export type Version = readonly [major: number, minor: number, patch: number];

export const oldestContainerd: Version = [1, 6, 0];

/** The first `1.2.3` (or `1.2`) of what a program printed about its version. */
export function parseVersion(text: string): Version | undefined {
  const match = /\bv?(\d+)\.(\d+)(?:\.(\d+))?/.exec(text);
  return match ? [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)] : undefined;
}

export function isAtLeast(version: Version, wanted: Version): boolean {
  for (let i = 0; i < 3; i++) {
    const difference = (version[i] ?? 0) - (wanted[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** The OCI runtimes that work with this containerd, the default one first. */
export function usableOciRuntimes(programs: RuntimePrograms, crunVersion: Version | undefined): readonly OciRuntime[] {
  const usable: OciRuntime[] = [];
  const crunWorks =
    crunVersion && (!isAtLeast(programs.containerdVersion, [1, 7, 0]) || isAtLeast(crunVersion, [1, 8, 7]));
  if (programs.crun !== undefined && crunWorks) usable.push({ name: 'crun', path: programs.crun });
  if (programs.runc !== undefined) usable.push({ name: 'runc', path: programs.runc });
  return usable;
}
