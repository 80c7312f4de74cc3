/** emptyDir: a directory that lives as long as the pod, on disk or in memory. */

import { quantityValue } from '#api/quantity.ts';
import type { Volume } from '#kinds/generated/core-v1.ts';
import type { NodePod } from '../../pod/node-pod.ts';
import { volumeDirectory } from '../../pod/paths.ts';
import { podResources } from '../../pod/resources.ts';
import { applyGroup } from '../ownership.ts';
import type { VolumeType } from '../volume.ts';

const mode = 0o777;
/** Written when the directory is set up: a restart of the kubelet must not set owners again under running containers. */
const readyMark = '.ready';

export const emptyDir: VolumeType = {
  plugin: 'kubernetes.io~empty-dir',
  refreshes: false,
  supports: (volume) => volume.emptyDir !== undefined,
  async setUp(volume, pod, { files, mounts, rootDirectory }) {
    const path = volumeDirectory(rootDirectory, pod.metadata.uid, emptyDir.plugin, volume.name);
    const mark = `${rootDirectory}/pods/${pod.metadata.uid}/plugins/${emptyDir.plugin}/${volume.name}`;
    const mounted = { path, readOnly: false };
    const medium = volume.emptyDir?.medium ?? '';
    if (await files.stat(`${mark}/${readyMark}`)) {
      if (medium !== 'Memory' || (await mounts.isMountPoint(path))) return mounted;
    }
    if (medium !== '' && medium !== 'Memory') throw new Error(`unknown storage medium "${medium}"`);
    await files.makeDirectory(path, mode);
    await files.setMode(path, mode);
    if (medium === 'Memory') {
      const sizeBytes = memorySize(volume, pod);
      if (!(await mounts.isMountPoint(path))) {
        await mounts.mountTmpfs(path, { mode, ...(sizeBytes === undefined ? {} : { sizeBytes }) });
      }
    }
    const fsGroup = pod.spec.securityContext?.fsGroup;
    if (fsGroup !== undefined) await applyGroup(files, path, fsGroup, { readOnly: false });
    await files.makeDirectory(mark, 0o750);
    await files.write(`${mark}/${readyMark}`, '', 0o600);
    return mounted;
  },
};

/** The smaller of its own limit and the pod's memory (KEP-1967). */
function memorySize(volume: Volume, pod: NodePod): number | undefined {
  const limit = volume.emptyDir?.sizeLimit === undefined ? 0 : quantityValue(volume.emptyDir.sizeLimit);
  const memory = podResources(pod, 'limits').memory;
  const everyContainerIsLimited = [...pod.spec.containers].every(
    ({ resources }) => resources?.limits?.memory !== undefined,
  );
  const podBytes = memory !== undefined && everyContainerIsLimited ? quantityValue(memory) : 0;
  const sizes = [limit, podBytes].filter((bytes) => bytes > 0);
  return sizes.length > 0 ? Math.min(...sizes) : undefined;
}
