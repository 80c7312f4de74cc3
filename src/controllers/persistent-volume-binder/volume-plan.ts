/**
 * What is to be done for a volume (upstream's syncVolume): it follows the claim that it names. A claim that is gone leaves it
 * Released with its data, and the reclaim policy says what then; a claim that went with another volume gives it back. Pure.
 */

import type {
  PersistentVolume,
  PersistentVolumeClaim,
  PersistentVolumePhase,
  PersistentVolumeStatus,
} from '#kinds/generated/core-v1.ts';
import type { Notice } from './claim-plan.ts';

export type VolumePlan =
  | { readonly do: 'phase'; readonly status: PersistentVolumeStatus; readonly notice?: Notice }
  /** The claim's own round finishes what is between the two. */
  | { readonly do: 'sync-claim' }
  | { readonly do: 'refuse-claim'; readonly notice: Notice }
  | { readonly do: 'unbind' };

/** `claim` is the one that the volume names, by name and uid; undefined when there is none. */
export function planVolume(volume: PersistentVolume, claim: PersistentVolumeClaim | undefined): VolumePlan {
  const ref = volume.spec?.claimRef;
  if (!ref?.uid) return phase('Available');
  if (!claim) return planReleased(volume);
  const volumeName = claim.spec?.volumeName ?? '';
  if (volumeName === volume.metadata?.name) return phase('Bound');
  if (volumeName !== '') return isDisposable(volume) ? planReleased(volume) : { do: 'unbind' };
  const modes = [volume.spec?.volumeMode ?? 'Filesystem', claim.spec?.volumeMode ?? 'Filesystem'];
  if (modes[0] === modes[1]) return { do: 'sync-claim' };
  const message = `Cannot bind PersistentVolume to requested PersistentVolumeClaim "${claim.metadata?.name}" due to incompatible volumeMode.`;
  return { do: 'refuse-claim', notice: { type: 'Warning', reason: 'VolumeMismatch', message } };
}

/** Made for one claim, and to be deleted with it. */
function isDisposable({ metadata, spec }: PersistentVolume): boolean {
  return provisionerOf(metadata) !== undefined && spec?.persistentVolumeReclaimPolicy === 'Delete';
}

/**
 * Deleting what is behind a volume is its external provisioner's; we have no plugin that deletes or scrubs, and say so
 * where nobody else will do it.
 */
function planReleased(volume: PersistentVolume): VolumePlan {
  const { metadata, spec, status } = volume;
  if (status?.phase !== 'Released' && status?.phase !== 'Failed') return phase('Released');
  if (status.phase === 'Failed') return { do: 'phase', status };
  if (spec?.persistentVolumeReclaimPolicy === 'Recycle') {
    return failed('VolumeFailedRecycle', 'No recycler plugin found for the volume!');
  }
  const isOurs = provisionerOf(metadata)?.startsWith('kubernetes.io/') ?? true;
  if (spec?.persistentVolumeReclaimPolicy !== 'Delete' || !isOurs) return phase('Released');
  return failed(
    'VolumeFailedDelete',
    `error getting deleter volume plugin for volume "${metadata?.name}": no deletable volume plugin matched`,
  );
}

function provisionerOf(metadata: PersistentVolume['metadata']): string | undefined {
  return metadata?.annotations?.['pv.kubernetes.io/provisioned-by'];
}

function phase(name: PersistentVolumePhase): VolumePlan {
  return { do: 'phase', status: { phase: name } };
}

function failed(reason: string, message: string): VolumePlan {
  return { do: 'phase', status: { phase: 'Failed', message }, notice: { type: 'Warning', reason, message } };
}
