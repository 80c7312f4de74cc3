/**
 * Storage protection: a PersistentVolumeClaim that a pod uses, and a PersistentVolume that is bound, are kept by a finalizer while they are
 * being deleted (upstream's pvcprotection and pvprotection); so is a VolumeAttributesClass that one of them names (vacprotection).
 */

import type { ResourceDefinition } from '#api/definition.ts';
import { isNotFound } from '#api/errors.ts';
import { type KubeObject, keyOf } from '#api/object.ts';
import type { Client } from '#client/client.ts';
import { PersistentVolumes } from '#kinds/core/persistent-volume/definition.ts';
import { PersistentVolumeClaims } from '#kinds/core/persistent-volume-claim/definition.ts';
import { Pods } from '#kinds/core/pod/definition.ts';
import type { PersistentVolume, PersistentVolumeClaim, Pod } from '#kinds/generated/core-v1.ts';
import { VolumeAttributesClasses } from '#kinds/storage/volume-attributes-class/definition.ts';
import type { ControllerFactory } from '#runtime/controller.ts';
import { isPodTerminal } from '../pods/state.ts';

const claimFinalizer = 'kubernetes.io/pvc-protection';
const volumeFinalizer = 'kubernetes.io/pv-protection';
const attributesClassFinalizer = 'kubernetes.io/vac-protection';
const byClaim = 'claim';
const byAttributesClass = 'volumeAttributesClass';

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

/** The classes that a claim or a volume has, or is being changed to. */
export function attributesClassesOf({ spec, status }: PersistentVolumeClaim): string[] {
  const names = [
    spec?.volumeAttributesClassName,
    status?.currentVolumeAttributesClassName,
    status?.modifyVolumeStatus?.targetVolumeAttributesClassName,
  ];
  return [...new Set(names.filter((name) => name !== undefined && name !== ''))] as string[];
}

export const attributesClassProtectionController: ControllerFactory = {
  name: 'volumeattributesclass-protection-controller',
  create: ({ client, informers, queue }) => {
    const classes = informers.of(VolumeAttributesClasses);
    const claims = informers.of(PersistentVolumeClaims);
    const volumes = informers.of(PersistentVolumes);
    const classOf = ({ spec }: PersistentVolume) =>
      spec?.volumeAttributesClassName ? [spec.volumeAttributesClassName] : [];
    claims.addIndex(byAttributesClass, attributesClassesOf);
    volumes.addIndex(byAttributesClass, classOf);
    const enqueue = (object: KubeObject) =>
      isHeld(object, attributesClassFinalizer) !== needsFinalizer(object) && queue.add(keyOf(object));
    const enqueueAll = (names: readonly string[]) => {
      for (const name of names) queue.add(name);
    };
    classes.addHandler({ onAdd: enqueue, onUpdate: (_, object) => enqueue(object) });
    claims.addHandler({
      onUpdate: (old) => enqueueAll(attributesClassesOf(old)),
      onDelete: (claim) => enqueueAll(attributesClassesOf(claim)),
    });
    volumes.addHandler({
      onUpdate: (old) => enqueueAll(classOf(old)),
      onDelete: (volume) => enqueueAll(classOf(volume)),
    });
    return {
      async reconcile(key, signal) {
        const object = classes.get(key);
        if (!object) return;
        const set = (wanted: boolean) =>
          setFinalizer(client, VolumeAttributesClasses, object, attributesClassFinalizer, wanted, signal);
        if (needsFinalizer(object)) await set(true);
        else if (![claims, volumes].some((users) => users.byIndex(byAttributesClass, key).length > 0)) await set(false);
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
