/**
 * Mounts of volumes (src/kubelet/ports.ts Mounts).
 *
 * A subPath is the one place where a container's files decide what the node mounts. Its path is walked one component at a time by
 * descriptors that follow no symbolic link, and what is mounted is the descriptor: whatever the container renames meanwhile, the
 * mount is of what was checked (facts/security.md: CVE-2017-1002101, CVE-2021-25741).
 */

import { constants } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, realpath, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { isMissing, type Mounts } from '#kubelet/ports.ts';
import { exec } from './exec.ts';
import { mountsBelow } from './mounts.ts';

/** open(2) O_PATH, which Node's constants leave out; the value of x86-64, arm64 and most others. */
const openPath = 0o10000000;

export const volumeMounts: Mounts = {
  async mountTmpfs(path, { sizeBytes, mode }) {
    const options = [`mode=${mode.toString(8)}`, ...(sizeBytes === undefined ? [] : [`size=${sizeBytes}`])];
    await exec('mount', ['-t', 'tmpfs', '-o', options.join(','), 'tmpfs', path]);
  },

  async isMountPoint(path) {
    try {
      const [own, parent] = await Promise.all([lstat(path), lstat(dirname(path))]);
      if (own.dev !== parent.dev) return true;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
    return mountsBelow(path).includes(path);
  },

  async unmount(path) {
    if (await volumeMounts.isMountPoint(path)) await exec('umount', [path]);
  },

  async unmountBelow(path) {
    // The deepest first.
    const points = [...mountsBelow(path)].sort((a, b) => b.length - a.length);
    for (const point of points) {
      try {
        await exec('umount', [point]);
      } catch {
        // A process of the node may still look into it; detached it goes with its last user.
        await exec('umount', ['-l', point]);
      }
    }
  },

  async bindBeneath(volume, subPath, target) {
    const handle = await openBeneath(volume, subPath);
    try {
      const isDirectory = (await handle.stat()).isDirectory();
      if (await volumeMounts.isMountPoint(target)) await exec('umount', ['-l', target]);
      if (isDirectory) await mkdir(target, { recursive: true, mode: 0o750 });
      else {
        await mkdir(dirname(target), { recursive: true, mode: 0o750 });
        await writeFile(target, '', { mode: 0o640 });
      }
      const source = `/proc/${process.pid}/fd/${handle.fd}`;
      await exec('mount', ['--no-canonicalize', '-o', 'bind', source, target]);
    } finally {
      await handle.close();
    }
  },
};

/** A descriptor of VOLUME/SUBPATH that no link leads out of the volume. Links inside it are resolved first. */
async function openBeneath(volume: string, subPath: string): Promise<FileHandle> {
  const root = await realpath(volume);
  const { mode } = await stat(root);
  const { existing, missing } = await resolveExisting(root, subPath);
  let handle = await open(root, openPath | constants.O_DIRECTORY);
  try {
    for (const [index, component] of [...existing, ...missing].entries()) {
      const path = `/proc/self/fd/${handle.fd}/${component}`;
      if (index >= existing.length) {
        await mkdir(path, { mode: mode & 0o777 }).catch((error: NodeJS.ErrnoException) => {
          if (error.code !== 'EEXIST') throw error;
        });
      }
      const next = await open(path, openPath | constants.O_NOFOLLOW);
      await handle.close();
      handle = next;
      if ((await handle.stat()).isSymbolicLink()) throw new Error('a component of the path is a symbolic link');
      if (index >= existing.length) await chmodHandle(handle, mode & 0o7777);
    }
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** umask must not narrow what was made. */
async function chmodHandle(handle: FileHandle, mode: number): Promise<void> {
  const directory = await open(`/proc/self/fd/${handle.fd}`, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await directory.chmod(mode);
  } finally {
    await directory.close();
  }
}

/** The part of the path that is there, its links resolved, and the rest. Throws when a link leads out. */
async function resolveExisting(
  root: string,
  subPath: string,
): Promise<{ readonly existing: readonly string[]; readonly missing: readonly string[] }> {
  const components = subPath.split('/').filter((part) => part !== '' && part !== '.');
  if (components.includes('..')) throw new Error('the path goes up');
  for (let count = components.length; count >= 0; count--) {
    try {
      const found = await realpath(join(root, ...components.slice(0, count)));
      const inside = relative(root, found);
      if (inside === '..' || inside.startsWith('../')) throw new Error('the path leads out of the volume');
      return { existing: inside === '' ? [] : inside.split('/'), missing: components.slice(count) };
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
  return { existing: [], missing: components };
}
