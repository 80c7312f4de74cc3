/** fsGroup: a volume's files belong to a group that all containers of the pod are in (pkg/volume/volume_linux.go). */

import type { NodeFiles } from '../ports.ts';

export interface GroupOptions {
  /** Read-only volumes give the group reading only. */
  readonly readOnly: boolean;
  /** OnRootMismatch: nothing is walked when the root has the right group and bits already. */
  readonly onlyOnMismatch?: boolean;
}

const readWriteBits = 0o660;
const readBits = 0o440;
const directoryBits = 0o2110;

export async function applyGroup(files: NodeFiles, path: string, gid: number, options: GroupOptions): Promise<void> {
  const bits = options.readOnly ? readBits : readWriteBits;
  const root = await files.stat(path);
  if (!root) return;
  if (options.onlyOnMismatch && root.gid === gid && (root.mode & (bits | directoryBits)) === (bits | directoryBits))
    return;
  await walk(files, path, gid, bits);
}

async function walk(files: NodeFiles, path: string, gid: number, bits: number): Promise<void> {
  const stat = await files.stat(path);
  if (!stat) return;
  await files.setOwner(path, -1, gid);
  if (stat.type === 'symlink') return;
  if (stat.type !== 'directory') {
    await files.setMode(path, stat.mode | bits);
    return;
  }
  for (const entry of await files.list(path)) await walk(files, `${path}/${entry}`, gid, bits);
  await files.setMode(path, stat.mode | bits | directoryBits);
}
