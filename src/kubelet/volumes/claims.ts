/** persistentVolumeClaim: from a pod's claim to the volume that it is bound to, for the kinds of volumes that a node mounts by itself. */

import type { Client } from '#client/client.ts';
import { PersistentVolumes } from '#kinds/core/persistent-volume/definition.ts';
import { PersistentVolumeClaims } from '#kinds/core/persistent-volume-claim/definition.ts';
import type { PersistentVolume, PersistentVolumeClaim, Volume } from '#kinds/generated/core-v1.ts';
import type { NodePod } from '../pod/node-pod.ts';
import type { ClaimResolver } from './manager.ts';

export function claimResolver(client: Client): ClaimResolver {
  return async (pod: NodePod, volume: Volume): Promise<Volume> => {
    const { namespace, name: podName } = pod.metadata;
    // A generic ephemeral volume's claim is named after pod and volume.
    const name = volume.persistentVolumeClaim?.claimName ?? `${podName}-${volume.name}`;
    const claim = await client.get<PersistentVolumeClaim>(PersistentVolumeClaims, { namespace, name });
    if (volume.ephemeral && !claim.metadata?.ownerReferences?.some(({ uid }) => uid === pod.metadata.uid)) {
      throw new Error(`PVC ${namespace}/${name} was not created for pod ${namespace}/${podName} (pod is not owner)`);
    }
    const volumeName = claim.spec?.volumeName;
    if (!volumeName || claim.status?.phase !== 'Bound') throw new Error(`PVC ${namespace}/${name} is not bound`);
    const { spec = {} } = await client.get<PersistentVolume>(PersistentVolumes, { name: volumeName });
    if (spec.claimRef?.uid !== undefined && spec.claimRef.uid !== claim.metadata?.uid) {
      throw new Error(`PV ${volumeName} is bound to another claim`);
    }
    if (spec.hostPath) return { name: volume.name, hostPath: spec.hostPath };
    if (spec.local) return { name: volume.name, hostPath: { path: spec.local.path, type: '' } };
    throw new Error(`volume type of PersistentVolume "${volumeName}" is not supported`);
  };
}
