/** secret: keys of a Secret as files that follow it; in memory, never on a disk. */

import { memoryDirectory, volumeDirectory } from '../../pod/paths.ts';
import { writeAtomically } from '../atomic-writer.ts';
import { secretPayload } from '../payload.ts';
import type { VolumeType } from '../volume.ts';

export const secret: VolumeType = {
  plugin: 'kubernetes.io~secret',
  refreshes: true,
  supports: (volume) => volume.secret !== undefined,
  async setUp(volume, pod, context) {
    const source = volume.secret ?? {};
    const payload = await secretPayload(
      { ...context, pod },
      source.secretName ?? '',
      source,
      source.defaultMode ?? 0o644,
    );
    const path = volumeDirectory(memoryDirectory(context.rootDirectory), pod.metadata.uid, secret.plugin, volume.name);
    const fsGroup = pod.spec.securityContext?.fsGroup;
    await writeAtomically(path, payload, { files: context.files, nowMs: context.nowMs(), fsGroup });
    return { path, readOnly: true };
  },
};
