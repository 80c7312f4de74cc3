/** configMap: keys of a ConfigMap as files that follow it. */

import { volumeDirectory } from '../../pod/paths.ts';
import { writeAtomically } from '../atomic-writer.ts';
import { configMapPayload } from '../payload.ts';
import type { VolumeType } from '../volume.ts';

export const configMap: VolumeType = {
  plugin: 'kubernetes.io~configmap',
  refreshes: true,
  supports: (volume) => volume.configMap !== undefined,
  async setUp(volume, pod, context) {
    const source = volume.configMap ?? {};
    const payload = await configMapPayload({ ...context, pod }, source.name ?? '', source, source.defaultMode ?? 0o644);
    const path = volumeDirectory(context.rootDirectory, pod.metadata.uid, configMap.plugin, volume.name);
    const fsGroup = pod.spec.securityContext?.fsGroup;
    await writeAtomically(path, payload, { files: context.files, nowMs: context.nowMs(), fsGroup });
    return { path, readOnly: true };
  },
};
