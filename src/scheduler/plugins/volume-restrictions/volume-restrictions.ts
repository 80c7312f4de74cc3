/**
 * VolumeRestrictions: a ReadWriteOncePod claim serves one pod at a time, in the whole cluster. (The exclusive disks of in-tree
 * cloud volumes are not here: those volumes are not.)
 */

import type { PersistentVolumeClaim, Pod } from '#kinds/generated/core-v1.ts';
import { Action, clusterEvent } from '../../framework/cluster-event.ts';
import { type Cycle, StateKey } from '../../framework/cycle.ts';
import type { Handle } from '../../framework/handle.ts';
import type { Plugin } from '../../framework/plugin.ts';
import { usesClaim } from '../../framework/pod-claims.ts';
import type { PodInfo } from '../../framework/pod-info.ts';
import { status } from '../../framework/status.ts';

const name = 'VolumeRestrictions';
const skip = status('Skip', name);
const inUse = status(
  'Unschedulable',
  name,
  'node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod',
);

interface Conflicts {
  /** The pod's exclusive claims. */
  readonly claims: ReadonlySet<string>;
  /** Uses of them by pods on nodes. */
  uses: number;
}

export function volumeRestrictions({ state, listers }: Pick<Handle, 'state' | 'listers'>): Plugin {
  const conflictsKey = new StateKey<Conflicts>();
  const count = (cycle: Cycle, pod: PodInfo, sign: 1 | -1) => {
    const conflicts = cycle.read(conflictsKey);
    if (!conflicts || pod.namespace !== cycle.pod.namespace) return;
    for (const claim of claimNames(pod.pod)) if (conflicts.claims.has(claim)) conflicts.uses += sign;
  };

  return {
    name,
    eventsToRegister: () => [
      {
        event: clusterEvent('Pod', Action.Delete),
        hint: ({ pod, namespace }, before) => {
          const deleted = before as Pod;
          const theirs = new Set(claimNames(deleted));
          return deleted.metadata?.namespace === namespace && claimNames(pod).some((claim) => theirs.has(claim));
        },
      },
      { event: clusterEvent('Node', Action.Add) },
      {
        event: clusterEvent('PersistentVolumeClaim', Action.Add | Action.Update),
        hint: ({ pod }, _, after) => usesClaim(pod, after as PersistentVolumeClaim),
      },
    ],

    preFilter(cycle) {
      const { pod, namespace } = cycle.pod;
      const exclusive = new Set<string>();
      for (const claimName of claimNames(pod)) {
        const claim = listers.persistentVolumeClaims.get(`${namespace}/${claimName}`);
        if (!claim) {
          return status('UnschedulableAndUnresolvable', name, `persistentvolumeclaim "${claimName}" not found`);
        }
        if (claim.spec?.accessModes?.includes('ReadWriteOncePod')) exclusive.add(claimName);
      }
      if (exclusive.size === 0) return skip;
      let uses = 0;
      for (const claim of exclusive) {
        if (state.nodeList.some(({ claims }) => claims.has(`${namespace}/${claim}`))) uses++;
      }
      if (uses === 0) return skip;
      cycle.write(conflictsKey, { claims: exclusive, uses });
      return undefined;
    },
    podAdded: (cycle, pod) => count(cycle, pod, 1),
    podRemoved: (cycle, pod) => count(cycle, pod, -1),

    filter: (cycle) => ((cycle.read(conflictsKey)?.uses ?? 0) > 0 ? inUse : undefined),
  };
}

function claimNames(pod: Pod): string[] {
  return (pod.spec?.volumes ?? []).flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? []);
}
