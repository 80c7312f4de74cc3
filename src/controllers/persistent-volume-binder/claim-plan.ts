/**
 * What is to be done for a claim (upstream's syncClaim, pkg/controller/volume/persistentvolume). Pure.
 *
 * A claim without the mark bind-completed looks for a volume: one that its user named, one that names it, or the smallest
 * that fits. Without one it waits: for a volume, for a provisioner of its class, or for a pod whose node decides. A claim
 * that was bound and has lost its volume is Lost, for good unless the volume comes back with its promise.
 */

import { isPromisedTo, matchVolume, misfit } from '#kinds/core/persistent-volume/matching.ts';
import { bindCompleted, classOfClaim, selectedNode } from '#kinds/core/persistent-volume-claim/binding.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '#kinds/generated/core-v1.ts';
import type { StorageClass } from '#kinds/generated/storage-v1.ts';
import type { EventType } from '#runtime/event-recorder.ts';

export interface Notice {
  readonly type: EventType;
  readonly reason: string;
  readonly message: string;
}

export type ClaimPlan =
  | { readonly do: 'bind'; readonly volume: PersistentVolume }
  | { readonly do: 'take-class'; readonly className: string }
  | { readonly do: 'ask-provisioner'; readonly provisioner: string; readonly notice: Notice }
  | { readonly do: 'wait'; readonly notice?: Notice }
  | { readonly do: 'lose'; readonly notice: Notice };

export interface Storage {
  readonly volumes: readonly PersistentVolume[];
  readonly classes: readonly StorageClass[];
}

export function planClaim(claim: PersistentVolumeClaim, storage: Storage): ClaimPlan {
  const volumeName = claim.spec?.volumeName ?? '';
  const volume = volumeName ? storage.volumes.find(({ metadata }) => metadata?.name === volumeName) : undefined;
  if (claim.metadata?.annotations?.[bindCompleted] !== undefined) return planBound(claim, volume);
  if (claim.metadata?.deletionTimestamp) return { do: 'wait' };
  if (volumeName === '') return planUnbound(claim, storage);
  return volume ? planNamed(claim, volume) : { do: 'wait' };
}

function planBound(claim: PersistentVolumeClaim, volume: PersistentVolume | undefined): ClaimPlan {
  const lose = (reason: string, message: string): ClaimPlan => ({
    do: 'lose',
    notice: { type: 'Warning', reason, message },
  });
  if (!claim.spec?.volumeName) {
    return lose('ClaimLost', 'Bound claim has lost reference to PersistentVolume. Data on the volume is lost!');
  }
  if (!volume) return lose('ClaimLost', 'Bound claim has lost its PersistentVolume. Data on the volume is lost!');
  const owner = volume.spec?.claimRef;
  if (!owner || owner.uid === claim.metadata?.uid) return { do: 'bind', volume };
  return lose('ClaimMisbound', 'Two claims are bound to the same volume, this one is bound incorrectly');
}

/** The user, or a round that did not end, wrote the volume's name. */
function planNamed(claim: PersistentVolumeClaim, volume: PersistentVolume): ClaimPlan {
  const warn = (reason: string, message: string): ClaimPlan => ({
    do: 'wait',
    notice: { type: 'Warning', reason, message },
  });
  if (!volume.spec?.claimRef) {
    const reason = misfit(volume, claim);
    if (reason === undefined) return { do: 'bind', volume };
    return warn('VolumeMismatch', `Cannot bind to requested volume "${volume.metadata?.name}": ${reason}`);
  }
  if (isPromisedTo(volume, claim)) return { do: 'bind', volume };
  return warn('FailedBinding', `volume "${volume.metadata?.name}" already bound to a different claim.`);
}

function planUnbound(claim: PersistentVolumeClaim, { volumes, classes }: Storage): ClaimPlan {
  const className = classOfClaim(claim);
  const storageClass = classes.find(({ metadata }) => metadata?.name === className);
  const waitsForNode =
    storageClass?.volumeBindingMode === 'WaitForFirstConsumer' &&
    claim.metadata?.annotations?.[selectedNode] === undefined;
  const volume = matchVolume(claim, volumes, { onlyPromised: waitsForNode });
  if (volume) return { do: 'bind', volume };
  const late = mayTakeClass(claim) ? defaultClass(classes) : undefined;
  if (late !== undefined) return { do: 'take-class', className: late };
  if (waitsForNode) {
    const message = 'waiting for first consumer to be created before binding';
    return { do: 'wait', notice: { type: 'Normal', reason: 'WaitForFirstConsumer', message } };
  }
  if (className === '') {
    const message = 'no persistent volumes available for this claim and no storage class is set';
    return { do: 'wait', notice: { type: 'Normal', reason: 'FailedBinding', message } };
  }
  return planProvisioning(className, storageClass);
}

/** All provisioners are external: they watch for claims that bear their names. */
function planProvisioning(className: string, storageClass: StorageClass | undefined): ClaimPlan {
  const fail = (message: string): ClaimPlan => ({
    do: 'wait',
    notice: { type: 'Warning', reason: 'ProvisioningFailed', message },
  });
  if (!storageClass) return fail(`storageclass.storage.k8s.io "${className}" not found`);
  const { provisioner } = storageClass;
  if (provisioner.startsWith('kubernetes.io/')) return fail(`no volume plugin matched name: ${provisioner}`);
  const message =
    `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system ` +
    'administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.';
  return { do: 'ask-provisioner', provisioner, notice: { type: 'Normal', reason: 'ExternalProvisioning', message } };
}

/** A claim that was made before there was a default class, and did not say that it wants none (KEP-3333). */
function mayTakeClass({ metadata, spec }: PersistentVolumeClaim): boolean {
  const annotation = metadata?.annotations?.['volume.beta.kubernetes.io/storage-class'];
  return spec?.storageClassName === undefined && annotation === undefined;
}

/** The newest class that is marked as default, as admission chooses. */
function defaultClass(classes: readonly StorageClass[]): string | undefined {
  const made = ({ metadata }: StorageClass) => metadata?.creationTimestamp ?? '';
  const [chosen] = classes
    .filter(
      ({ metadata }) =>
        metadata?.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true' ||
        metadata?.annotations?.['storageclass.beta.kubernetes.io/is-default-class'] === 'true',
    )
    .toSorted((a, b) => compare(made(b), made(a)) || compare(a.metadata?.name ?? '', b.metadata?.name ?? ''));
  return chosen?.metadata?.name;
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
