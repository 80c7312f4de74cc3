/** downwardAPI: the pod's own labels, annotations and resources as files that follow it. */

import { memoryDirectory, volumeDirectory } from '../../pod/paths.ts';
import { writeAtomically } from '../atomic-writer.ts';
import { downwardPayload } from '../payload.ts';
import type { VolumeType } from '../volume.ts';

export const downwardApi: VolumeType = {
  plugin: 'kubernetes.io~downward-api',
  refreshes: true,
  supports: (volume) => volume.downwardAPI !== undefined,
  async setUp(volume, pod, context) {
    const { items = [], defaultMode = 0o644 } = volume.downwardAPI ?? {};
    const payload = downwardPayload({ ...context, pod }, items, defaultMode);
    const path = volumeDirectory(
      memoryDirectory(context.rootDirectory),
      pod.metadata.uid,
      downwardApi.plugin,
      volume.name,
    );
    const fsGroup = pod.spec.securityContext?.fsGroup;
    await writeAtomically(path, payload, { files: context.files, nowMs: context.nowMs(), fsGroup });
    return { path, readOnly: true };
  },
};
