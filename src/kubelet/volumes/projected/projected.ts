/** projected: several sources in one directory; the volume of every pod's service-account token. */

import { memoryDirectory, volumeDirectory } from '../../pod/paths.ts';
import { writeAtomically } from '../atomic-writer.ts';
import { projectedPayload } from '../payload.ts';
import type { VolumeType } from '../volume.ts';

export const projected: VolumeType = {
  plugin: 'kubernetes.io~projected',
  refreshes: true,
  supports: (volume) => volume.projected !== undefined,
  async setUp(volume, pod, context) {
    const payload = await projectedPayload({ ...context, pod }, volume.projected ?? {});
    const path = volumeDirectory(
      memoryDirectory(context.rootDirectory),
      pod.metadata.uid,
      projected.plugin,
      volume.name,
    );
    const fsGroup = pod.spec.securityContext?.fsGroup;
    await writeAtomically(path, payload, { files: context.files, nowMs: context.nowMs(), fsGroup });
    return { path, readOnly: true };
  },
};
