/** NodeVolumeLimits: how many volumes of a CSI driver a node can have attached, as its CSINode says. */

import { classOfClaim } from '#kinds/core/persistent-volume-claim/binding.ts';
import type { PersistentVolumeClaim, Pod } from '#kinds/generated/core-v1.ts';
import { Action, clusterEvent } from '../../framework/cluster-event.ts';
import type { Handle } from '../../framework/handle.ts';
import type { Plugin } from '../../framework/plugin.ts';
import { podClaims, usesClaim } from '../../framework/pod-claims.ts';
import { status } from '../../framework/status.ts';

const name = 'NodeVolumeLimits';
const skip = status('Skip', name);
const exceeded = status('Unschedulable', name, 'node(s) exceed max volume count');

export function nodeVolumeLimits({ listers }: Pick<Handle, 'listers'>): Plugin {
  /** The driver and a name for the volume that is equal for equal volumes; undefined when it is none of CSI. */
  const volumeOf = (claim: PersistentVolumeClaim): { driver: string; id: string } | undefined => {
    const volumeName = claim.spec?.volumeName;
    if (volumeName) {
      const csi = listers.persistentVolumes.get(volumeName)?.spec?.csi;
      return csi && { driver: csi.driver, id: `${csi.driver}/${csi.volumeHandle}` };
    }
    // Not provisioned yet: it will be a volume of its class's driver.
    const provisioner = listers.storageClasses.get(classOfClaim(claim))?.provisioner;
    if (!provisioner) return undefined;
    return { driver: provisioner, id: `${provisioner}/${claim.metadata?.namespace}/${claim.metadata?.name}` };
  };
  const volumesOf = (pod: Pod, into: Map<string, string>): string | undefined => {
    for (const { name: claimName } of podClaims(pod)) {
      const claim = listers.persistentVolumeClaims.get(`${pod.metadata?.namespace}/${claimName}`);
      if (!claim) return claimName;
      const volume = volumeOf(claim);
      if (volume) into.set(volume.id, volume.driver);
    }
    return undefined;
  };

  return {
    name,
    eventsToRegister: () => [
      { event: clusterEvent('storage.k8s.io/CSINode', Action.Add | Action.Update) },
      { event: clusterEvent('Pod', Action.Delete), hint: (_, before) => podClaims(before as Pod).length > 0 },
      {
        event: clusterEvent('PersistentVolumeClaim', Action.Add),
        hint: ({ pod }, _, after) => usesClaim(pod, after as PersistentVolumeClaim),
      },
    ],
    preFilter: ({ pod }) => (podClaims(pod.pod).length === 0 ? skip : undefined),
    filter({ pod }, node) {
      const wanted = new Map<string, string>();
      const missing = volumesOf(pod.pod, wanted);
      if (missing !== undefined) {
        return status('UnschedulableAndUnresolvable', name, `persistentvolumeclaim "${missing}" not found`);
      }
      if (wanted.size === 0) return undefined;
      const limits = new Map<string, number>();
      for (const driver of listers.csiNodes.get(node.name)?.spec?.drivers ?? []) {
        if (driver.allocatable?.count !== undefined) limits.set(driver.name, driver.allocatable.count);
      }
      if (limits.size === 0) return undefined;
      const attached = new Map<string, string>();
      if (node.claims.size > 0) for (const other of node.pods) volumesOf(other.pod, attached);
      for (const [driver, limit] of limits) {
        const isOfDriver = (volumes: ReadonlyMap<string, string>) =>
          [...volumes].filter(([, each]) => each === driver).map(([id]) => id);
        const all = new Set([...isOfDriver(attached), ...isOfDriver(wanted)]);
        const adds = isOfDriver(wanted).some((id) => !attached.has(id));
        if (adds && all.size > limit) return exceeded;
      }
      return undefined;
    },
  };
}
