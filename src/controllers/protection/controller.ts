/**
 * Storage protection: a PersistentVolumeClaim that a pod uses, and a PersistentVolume that is bound, are kept by a finalizer while they are
 * being deleted (upstream's pvcprotection and pvprotection).
 */

import type { ResourceDefinition } from '#api/definition.ts';
import { isNotFound } from '#api/errors.ts';
import { type KubeObject, keyOf } from '#api/object.ts';
import type { Client } from '#client/client.ts';
import { PersistentVolumes } from '#kinds/core/persistent-volume/definition.ts';
import { PersistentVolumeClaims } from '#kinds/core/persistent-volume-claim/definition.ts';
import { Pods } from '#kinds/core/pod/definition.ts';
import type { Pod } from '#kinds/generated/core-v1.ts';
import type { ControllerFactory } from '#runtime/controller.ts';
import { isPodTerminal } from '../pods/state.ts';

const claimFinalizer = 'kubernetes.io/pvc-protection';
const volumeFinalizer = 'kubernetes.io/pv-protection';
const byClaim = 'claim';

/** 'namespace/name' of the claims that a pod mounts, also those that ephemeral volumes make for it. */
export function claimsOf({ metadata, spec }: Pod): string[] {
  return (spec?.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }) => {
    const claim = persistentVolumeClaim?.claimName ?? (ephemeral ? `${metadata?.name}-${name}` : undefined);
    return claim === undefined ? [] : [`${metadata?.namespace}/${claim}`];
  });
}

export const claimProtectionController: ControllerFactory = {
  name: 'persistentvolumeclaim-protection-controller',
  create: ({ client, informers, queue }) => {
    const claims = informers.of(PersistentVolumeClaims);
    const pods = informers.of(Pods);
    pods.addIndex(byClaim, claimsOf);
    const enqueue = (claim: KubeObject) =>
      isHeld(claim, claimFinalizer) !== needsFinalizer(claim) && queue.add(keyOf(claim));
    claims.addHandler({ onAdd: enqueue, onUpdate: (_, claim) => enqueue(claim) });
    const enqueueClaims = (pod: Pod) => {
      for (const key of claimsOf(pod)) queue.add(key);
    };
    pods.addHandler({
      onUpdate: (old, pod) => {
        if (isPodTerminal(pod) && !isPodTerminal(old)) enqueueClaims(pod);
      },
      onDelete: enqueueClaims,
    });
    return {
      async reconcile(key, signal) {
        const claim = claims.get(key);
        if (!claim) return;
        if (needsFinalizer(claim))
          await setFinalizer(client, PersistentVolumeClaims, claim, claimFinalizer, true, signal);
        else if (!pods.byIndex(byClaim, key).some((pod) => usesVolumes(pod)))
          await setFinalizer(client, PersistentVolumeClaims, claim, claimFinalizer, false, signal);
      },
    };
  },
};

export const volumeProtectionController: ControllerFactory = {
  name: 'persistentvolume-protection-controller',
  create: ({ client, informers, queue }) => {
    const volumes = informers.of(PersistentVolumes);
    const enqueue = (volume: KubeObject) => queue.add(keyOf(volume));
    volumes.addHandler({ onAdd: enqueue, onUpdate: (_, volume) => enqueue(volume) });
    return {
      async reconcile(key, signal) {
        const volume = volumes.get(key);
        if (!volume) return;
        const inUse = volume.status?.phase === 'Bound';
        if (needsFinalizer(volume))
          await setFinalizer(client, PersistentVolumes, volume, volumeFinalizer, true, signal);
        else if (!inUse) await setFinalizer(client, PersistentVolumes, volume, volumeFinalizer, false, signal);
      },
    };
  },
};

function needsFinalizer({ metadata }: KubeObject): boolean {
  return metadata?.deletionTimestamp === undefined;
}

function isHeld({ metadata }: KubeObject, finalizer: string): boolean {
  return metadata?.finalizers?.includes(finalizer) ?? false;
}

/** A pod that waits for a node mounts nothing yet, and would fail to start. */
function usesVolumes(pod: Pod): boolean {
  return Boolean(pod.spec?.nodeName) && !isPodTerminal(pod);
}

async function setFinalizer<T extends KubeObject>(
  client: Client,
  definition: ResourceDefinition<T>,
  object: T,
  finalizer: string,
  wanted: boolean,
  signal: AbortSignal,
): Promise<void> {
  if (isHeld(object, finalizer) === wanted) return;
  const others = (object.metadata?.finalizers ?? []).filter((each) => each !== finalizer);
  const finalizers = wanted ? [...others, finalizer] : others;
  try {
    await client.update(definition, { ...object, metadata: { ...object.metadata, finalizers } }, { signal });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
