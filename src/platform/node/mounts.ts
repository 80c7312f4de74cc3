/** The mount table of this process's namespace, and the two operations on it that the host side of a cluster needs. */

import { mkdirSync, readFileSync } from 'node:fs';
import { exec, tryExec } from './exec.ts';

/** Mount points at `path` or below, the last mounted first, as umount needs them. */
export function mountsBelow(
  path: string,
  mountInfo: string = readFileSync('/proc/self/mountinfo', 'utf8'),
): readonly string[] {
  return mountInfo
    .split('\n')
    .map((line) => unescapeMount(line.split(' ')[4] ?? ''))
    .filter((mountPoint) => mountPoint === path || mountPoint.startsWith(`${path}/`))
    .reverse();
}

/** /proc writes space, tab, newline and backslash in octal. */
function unescapeMount(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/** Unmounts everything at `path` and below. What is busy is detached: it disappears with its last user. */
export async function unmountAll(path: string): Promise<void> {
  const mountPoints = mountsBelow(path);
  for (let i = 0; i < mountPoints.length; i += 100) {
    const some = mountPoints.slice(i, i + 100);
    const result = await tryExec('umount', ['-n', ...some]);
    if (result.code !== 0) await tryExec('umount', ['-n', '-l', ...some]);
  }
}

/** Makes `path` a mount of its own that propagates nothing: the only kind that a mount namespace file may lie on. */
export async function makePrivateMount(path: string): Promise<void> {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  if (mountsBelow(path).includes(path)) return;
  await exec('mount', ['--bind', path, path]);
  await exec('mount', ['--make-private', path]);
}
