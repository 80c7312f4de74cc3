/**
 * Ephemeral volume controller: makes the claim of a pod's generic ephemeral volume. The pod owns the claim, so garbage
 * collection takes it with the pod; a claim of that name that is not the pod's is never used.
 */

import { isAlreadyExists, isNamespaceTerminating } from '#api/errors.ts';
import { keyOf } from '#api/object.ts';
import { messageOf } from '#base/errors.ts';
import { PersistentVolumeClaims } from '#kinds/core/persistent-volume-claim/definition.ts';
import { Pods } from '#kinds/core/pod/definition.ts';
import type { PersistentVolumeClaim, Pod, Volume } from '#kinds/generated/core-v1.ts';
import type { ControllerFactory } from '#runtime/controller.ts';
import { referenceTo } from '#runtime/event-recorder.ts';

/** Index of pods by 'namespace/name' of the claims of their ephemeral volumes. */
const byEphemeralClaim = 'ephemeral-claim';

export const ephemeralVolumeController: ControllerFactory = {
  name: 'ephemeral-volume-controller',
  create: ({ client, informers, queue, events }) => {
    const pods = informers.of(Pods);
    const claims = informers.of(PersistentVolumeClaims);
    pods.addIndex(byEphemeralClaim, (pod) =>
      ephemeralVolumes(pod).map(({ name }) => `${pod.metadata?.namespace}/${claimName(pod, name)}`),
    );
    const enqueue = (pod: Pod) => {
      if (!pod.metadata?.deletionTimestamp && ephemeralVolumes(pod).length > 0) queue.add(keyOf(pod));
    };
    // A pod's volumes do not change, so that an update brings nothing to do.
    pods.addHandler({ onAdd: enqueue });
    claims.addHandler({
      onDelete: (claim) => {
        for (const pod of pods.byIndex(byEphemeralClaim, keyOf(claim))) enqueue(pod);
      },
    });
    return {
      workers: 5,
      async reconcile(key, signal) {
        const pod = pods.get(key);
        if (!pod || pod.metadata?.deletionTimestamp) return;
        for (const volume of ephemeralVolumes(pod)) {
          const wanted = claimFor(pod, volume);
          try {
            const found = claims.get(keyOf(wanted));
            if (!found) await client.create(PersistentVolumeClaims, wanted, { signal });
            else if (!isOwnedBy(found, pod)) throw new Error(notOwner(found, pod));
          } catch (error) {
            if (isAlreadyExists(error) || isNamespaceTerminating(error)) continue;
            const message = `ephemeral volume ${volume.name}: ${messageOf(error)}`;
            events.record(referenceTo(Pods, pod), 'Warning', 'FailedBinding', message);
            throw error;
          }
        }
      },
    };
  },
};

/** The claim of a pod's ephemeral volume: what its template says, named after both, owned by the pod. */
export function claimFor(pod: Pod, { name, ephemeral }: Volume): PersistentVolumeClaim {
  const { metadata, spec } = ephemeral?.volumeClaimTemplate ?? {};
  const owner = { apiVersion: 'v1', kind: 'Pod', name: pod.metadata?.name ?? '', uid: pod.metadata?.uid ?? '' };
  return {
    metadata: {
      name: claimName(pod, name),
      namespace: pod.metadata?.namespace,
      ...(metadata?.labels ? { labels: metadata.labels } : {}),
      ...(metadata?.annotations ? { annotations: metadata.annotations } : {}),
      ownerReferences: [{ ...owner, controller: true, blockOwnerDeletion: true }],
    },
    spec,
  };
}

function ephemeralVolumes({ spec }: Pod): readonly Volume[] {
  return (spec?.volumes ?? []).filter(({ ephemeral }) => ephemeral);
}

function claimName({ metadata }: Pod, volumeName: string): string {
  return `${metadata?.name}-${volumeName}`;
}

function isOwnedBy({ metadata }: PersistentVolumeClaim, pod: Pod): boolean {
  return metadata?.ownerReferences?.some(({ controller, uid }) => controller && uid === pod.metadata?.uid) ?? false;
}

function notOwner(claim: PersistentVolumeClaim, pod: Pod): string {
  return `PVC ${keyOf(claim)} was not created for pod ${keyOf(pod)} (pod is not owner)`;
}
