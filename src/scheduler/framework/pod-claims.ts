/** The PersistentVolumeClaims of a pod: those that it names, and those made for its ephemeral volumes. */

import type { PersistentVolumeClaim, Pod } from '#kinds/generated/core-v1.ts';

export interface PodClaim {
  readonly name: string;
  /** Made by a controller for this pod's volume, and usable by it alone. */
  readonly isEphemeral: boolean;
}

export function podClaims(pod: Pod): readonly PodClaim[] {
  let claims: PodClaim[] | undefined;
  for (const volume of pod.spec?.volumes ?? []) {
    if (volume.persistentVolumeClaim) {
      claims ??= [];
      claims.push({ name: volume.persistentVolumeClaim.claimName, isEphemeral: false });
    } else if (volume.ephemeral) {
      claims ??= [];
      claims.push({ name: `${pod.metadata?.name}-${volume.name}`, isEphemeral: true });
    }
  }
  return claims ?? none;
}

const none: readonly PodClaim[] = [];

/** Whether one of the pod's claims is this object: the hint of all volume plugins. */
export function usesClaim(pod: Pod, claim: PersistentVolumeClaim): boolean {
  return (
    pod.metadata?.namespace === claim.metadata?.namespace &&
    podClaims(pod).some(({ name }) => name === claim.metadata?.name)
  );
}
