/** VolumeZone: a volume that says in its labels which zone or region it is in can only be used by nodes there. */

import { classOfClaim } from '#kinds/core/persistent-volume-claim/binding.ts';
import type { PersistentVolumeClaim } from '#kinds/generated/core-v1.ts';
import { Action, clusterEvent } from '../../framework/cluster-event.ts';
import { StateKey } from '../../framework/cycle.ts';
import type { Handle } from '../../framework/handle.ts';
import type { Plugin } from '../../framework/plugin.ts';
import { usesClaim } from '../../framework/pod-claims.ts';
import { status } from '../../framework/status.ts';
import { topologyValue } from '../../state/topology.ts';

const name = 'VolumeZone';
const skip = status('Skip', name);
const conflict = status('UnschedulableAndUnresolvable', name, 'node(s) had no available volume zone');

/** The deprecated labels and what took their place. */
const labels: Readonly<Record<string, string>> = {
  'failure-domain.beta.kubernetes.io/zone': 'topology.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region': 'topology.kubernetes.io/region',
  'topology.kubernetes.io/zone': 'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region': 'topology.kubernetes.io/region',
};

interface VolumeTopology {
  readonly key: string;
  readonly values: ReadonlySet<string>;
}

export function volumeZone({ listers }: Pick<Handle, 'listers'>): Plugin {
  const topologiesKey = new StateKey<readonly VolumeTopology[]>();
  const refuse = (reason: string) => status('UnschedulableAndUnresolvable', name, reason);

  return {
    name,
    eventsToRegister: () => [
      { event: clusterEvent('storage.k8s.io/StorageClass', Action.Add) },
      { event: clusterEvent('Node', Action.Add | Action.UpdateNodeLabel) },
      {
        event: clusterEvent('PersistentVolumeClaim', Action.Add | Action.Update),
        hint: ({ pod }, _, after) => usesClaim(pod, after as PersistentVolumeClaim),
      },
      { event: clusterEvent('PersistentVolume', Action.Add | Action.Update) },
    ],

    preFilter(cycle) {
      const { pod, namespace } = cycle.pod;
      const topologies: VolumeTopology[] = [];
      for (const { persistentVolumeClaim } of pod.spec?.volumes ?? []) {
        if (!persistentVolumeClaim) continue;
        const { claimName } = persistentVolumeClaim;
        const claim = listers.persistentVolumeClaims.get(`${namespace}/${claimName}`);
        if (!claim) return refuse(`persistentvolumeclaim "${claimName}" not found`);
        const volumeName = claim.spec?.volumeName;
        if (!volumeName) {
          const className = classOfClaim(claim);
          if (className === '') return refuse('PersistentVolumeClaim had no pv name and storageClass name');
          const storageClass = listers.storageClasses.get(className);
          if (!storageClass) return refuse(`storageclass.storage.k8s.io "${className}" not found`);
          if (storageClass.volumeBindingMode === 'WaitForFirstConsumer') continue;
          return refuse('PersistentVolume had no name');
        }
        const volume = listers.persistentVolumes.get(volumeName);
        if (!volume) return refuse(`persistentvolume "${volumeName}" not found`);
        for (const key of Object.keys(labels)) {
          const value = volume.metadata?.labels?.[key];
          // Several zones are written with "__" between them.
          if (value !== undefined) topologies.push({ key, values: new Set(value.split('__')) });
        }
      }
      if (topologies.length === 0) return skip;
      cycle.write(topologiesKey, topologies);
      return undefined;
    },

    filter(cycle, { node }) {
      const isAnywhere = Object.keys(labels).every((key) => topologyValue(node, key) === undefined);
      if (isAnywhere) return undefined;
      for (const { key, values } of cycle.read(topologiesKey) ?? []) {
        const value = topologyValue(node, key) ?? topologyValue(node, labels[key] ?? key);
        if (value === undefined || !values.has(value)) return conflict;
      }
      return undefined;
    },
  };
}
