/** hostPath: a file or directory of the node itself. */

import type { HostPathVolumeSource } from '#kinds/generated/core-v1.ts';
import type { FileStat, NodeFiles } from '../../ports.ts';
import type { VolumeType } from '../volume.ts';

export const hostPath: VolumeType = {
  plugin: 'kubernetes.io~host-path',
  refreshes: false,
  supports: (volume) => volume.hostPath !== undefined,
  async setUp(volume, _pod, { files }) {
    const { path, type = '' } = volume.hostPath ?? { path: '' };
    await checkHostPath(files, path, type);
    return { path, readOnly: false };
  },
};

const expected: Readonly<Record<string, readonly [FileStat['type'], string]>> = {
  Directory: ['directory', 'a directory'],
  DirectoryOrCreate: ['directory', 'a directory'],
  File: ['file', 'a file'],
  FileOrCreate: ['file', 'a file'],
  Socket: ['socket', 'a socket file'],
  CharDevice: ['charDevice', 'a character device'],
  BlockDevice: ['blockDevice', 'a block device'],
};

/** Checks (and for ...OrCreate makes) the path; an empty type checks nothing. Throws with upstream's text. */
export async function checkHostPath(
  files: NodeFiles,
  path: string,
  type: NonNullable<HostPathVolumeSource['type']>,
): Promise<void> {
  if (type === '') return;
  const [wanted, text] = expected[type] ?? [];
  if (!wanted) throw new Error(`${type} is an invalid volume type`);
  let stat = await files.statTarget(path);
  if (!stat && type === 'DirectoryOrCreate') {
    await files.makeDirectory(path, 0o755);
    stat = await files.statTarget(path);
  } else if (!stat && type === 'FileOrCreate') {
    await files.write(path, '', 0o644);
    stat = await files.statTarget(path);
  }
  if (stat?.type !== wanted) throw new Error(`hostPath type check failed: ${path} is not ${text}`);
}
