/**
 * PersistentVolume binder: gives claims their volumes, and volumes their phases.
 *
 * A binding is written in four steps that each can be the last before a crash: the volume names the claim, the volume is
 * Bound, the claim names the volume, the claim is Bound. The first decides: it is a write at the version that was read, so
 * two claims never get one volume, and whoever comes later finds the promise and finishes it. One worker, because every
 * claim is in want of the same volumes.
 */

import { isNotFound } from '#api/errors.ts';
import { keyOf } from '#api/object.ts';
import { equalTrees } from '#base/equal.ts';
import { PersistentVolumes } from '#kinds/core/persistent-volume/definition.ts';
import { isFullyBound } from '#kinds/core/persistent-volume-claim/binding.ts';
import { PersistentVolumeClaims } from '#kinds/core/persistent-volume-claim/definition.ts';
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  PersistentVolumeClaimStatus,
  PersistentVolumeStatus,
} from '#kinds/generated/core-v1.ts';
import type { StorageClass } from '#kinds/generated/storage-v1.ts';
import { StorageClasses } from '#kinds/storage/storage-class/definition.ts';
import type { Controller, ControllerContext, ControllerFactory } from '#runtime/controller.ts';
import { referenceTo } from '#runtime/event-recorder.ts';
import type { Informer } from '#runtime/informer.ts';
import { WriteFence } from '../write-fence.ts';
import { boundStatus, claimBoundTo, volumeBoundTo, volumeUnbound } from './binding.ts';
import { type Notice, planClaim } from './claim-plan.ts';
import { planVolume } from './volume-plan.ts';

export const persistentVolumeBinder: ControllerFactory = {
  name: 'persistentvolume-binder-controller',
  eventSource: 'persistentvolume-controller',
  create: (context) => new PersistentVolumeBinder(context),
};

/** Index of volumes by the 'namespace/name' of the claim that they name. */
const byClaim = 'claim';
/** One for all keys: what was written for one claim is what the next must not take. */
const fenceKey = 'all';
const provisionerAnnotations = [
  'volume.beta.kubernetes.io/storage-provisioner',
  'volume.kubernetes.io/storage-provisioner',
];

class PersistentVolumeBinder implements Controller {
  private readonly context: ControllerContext;
  private readonly claims: Informer<PersistentVolumeClaim>;
  private readonly volumes: Informer<PersistentVolume>;
  private readonly classes: Informer<StorageClass>;
  private readonly fence = new WriteFence();

  constructor(context: ControllerContext) {
    const { informers, queue } = context;
    this.context = context;
    this.claims = informers.of(PersistentVolumeClaims);
    this.volumes = informers.of(PersistentVolumes);
    this.classes = informers.of(StorageClasses);
    this.volumes.addIndex(byClaim, (volume) => claimKeyOf(volume) ?? []);

    const claimChanged = (claim: PersistentVolumeClaim) => {
      queue.add(keyOf(claim));
      if (claim.spec?.volumeName) queue.add(claim.spec.volumeName);
      for (const { metadata } of this.volumes.byIndex(byClaim, keyOf(claim))) queue.add(metadata?.name ?? '');
    };
    this.claims.addHandler({
      onAdd: claimChanged,
      onUpdate: (_, claim) => claimChanged(claim),
      onDelete: claimChanged,
    });
    const wakeWaiting = () => {
      for (const claim of this.claims.list()) if (!isFullyBound(claim)) queue.add(keyOf(claim));
    };
    const volumeChanged = (volume: PersistentVolume) => {
      queue.add(keyOf(volume));
      for (const key of claimKeyOf(volume) ?? []) queue.add(key);
      if (volume.status?.phase === 'Available') wakeWaiting();
    };
    this.volumes.addHandler({
      onAdd: volumeChanged,
      onUpdate: (_, volume) => volumeChanged(volume),
      onDelete: (volume) => {
        for (const key of claimKeyOf(volume) ?? []) queue.add(key);
      },
    });
    this.classes.addHandler({ onAdd: wakeWaiting, onUpdate: wakeWaiting });
  }

  async reconcile(key: string, signal: AbortSignal): Promise<void> {
    await this.fence.passed(fenceKey, signal);
    if (key.includes('/')) await this.syncClaim(key, signal);
    else await this.syncVolume(key, signal);
  }

  private async syncClaim(key: string, signal: AbortSignal): Promise<void> {
    const claim = this.claims.get(key);
    if (!claim) return;
    const plan = planClaim(claim, { volumes: this.volumes.list(), classes: this.classes.list() });
    switch (plan.do) {
      case 'bind':
        return this.bind(plan.volume, claim, signal);
      case 'take-class':
        await this.updateClaim({ ...claim, spec: { ...claim.spec, storageClassName: plan.className } }, signal);
        return;
      case 'ask-provisioner': {
        const asked = Object.fromEntries(provisionerAnnotations.map((name) => [name, plan.provisioner]));
        const annotations = { ...claim.metadata?.annotations, ...asked };
        if (!equalTrees(annotations, claim.metadata?.annotations)) {
          await this.updateClaim({ ...claim, metadata: { ...claim.metadata, annotations } }, signal);
        }
        this.tell(claim, plan.notice);
        return;
      }
      case 'wait':
        if (plan.notice) this.tell(claim, plan.notice);
        return;
      case 'lose': {
        const { accessModes: _, capacity: __, ...rest } = claim.status ?? {};
        if (claim.status?.phase !== 'Lost') this.tell(claim, plan.notice);
        await this.updateClaimStatus(claim, { ...rest, phase: 'Lost' }, signal);
      }
    }
  }

  private async syncVolume(name: string, signal: AbortSignal): Promise<void> {
    const volume = this.volumes.get(name);
    if (!volume) return;
    const claim = await this.claimOf(volume, signal);
    const plan = planVolume(volume, claim);
    switch (plan.do) {
      case 'phase':
        if (plan.notice) this.tell(volume, plan.notice);
        await this.updateVolumeStatus(volume, plan.status, signal);
        return;
      case 'sync-claim':
        if (claim) this.context.queue.add(keyOf(claim));
        return;
      case 'refuse-claim':
        this.tell(volume, plan.notice);
        if (claim) this.tell(claim, plan.notice);
        return;
      case 'unbind':
        await this.updateVolumeStatus(
          await this.updateVolume(volumeUnbound(volume), signal),
          { phase: 'Available' },
          signal,
        );
    }
  }

  private async bind(volume: PersistentVolume, claim: PersistentVolumeClaim, signal: AbortSignal): Promise<void> {
    const promised = volumeBoundTo(claim, volume);
    const written = promised === volume ? volume : await this.updateVolume(promised, signal);
    await this.updateVolumeStatus(written, { phase: 'Bound' }, signal);
    const named = claimBoundTo(volume, claim);
    const mine = named === claim ? claim : await this.updateClaim(named, signal);
    await this.updateClaimStatus(mine, boundStatus(volume, mine), signal);
  }

  /**
   * The claim that the volume names, by uid. Releasing a volume may destroy data, so a claim that the cache does not have is
   * looked for in the API as well.
   */
  private async claimOf(volume: PersistentVolume, signal: AbortSignal): Promise<PersistentVolumeClaim | undefined> {
    const ref = volume.spec?.claimRef;
    if (!ref?.uid) return undefined;
    const cached = this.claims.get(`${ref.namespace}/${ref.name}`);
    if (cached?.metadata?.uid === ref.uid) return cached;
    if (volume.status?.phase === 'Released' || volume.status?.phase === 'Failed') return undefined;
    try {
      const { client } = this.context;
      const name = { namespace: ref.namespace ?? '', name: ref.name ?? '' };
      const live = await client.get(PersistentVolumeClaims, name, { signal });
      return live.metadata?.uid === ref.uid ? live : undefined;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  private async updateVolume(volume: PersistentVolume, signal: AbortSignal): Promise<PersistentVolume> {
    const updated = await this.context.client.update(PersistentVolumes, volume, { signal });
    this.fence.wrote(fenceKey, this.volumes, updated);
    return updated;
  }

  private async updateVolumeStatus(
    volume: PersistentVolume,
    status: PersistentVolumeStatus,
    signal: AbortSignal,
  ): Promise<void> {
    if (volume.status?.phase === status.phase && (volume.status?.message ?? '') === (status.message ?? '')) return;
    const updated = await this.context.client.updateStatus(PersistentVolumes, { ...volume, status }, { signal });
    this.fence.wrote(fenceKey, this.volumes, updated);
  }

  private async updateClaim(claim: PersistentVolumeClaim, signal: AbortSignal): Promise<PersistentVolumeClaim> {
    const updated = await this.context.client.update(PersistentVolumeClaims, claim, { signal });
    this.fence.wrote(fenceKey, this.claims, updated);
    return updated;
  }

  private async updateClaimStatus(
    claim: PersistentVolumeClaim,
    status: PersistentVolumeClaimStatus,
    signal: AbortSignal,
  ): Promise<void> {
    if (equalTrees(claim.status ?? {}, status)) return;
    const updated = await this.context.client.updateStatus(PersistentVolumeClaims, { ...claim, status }, { signal });
    this.fence.wrote(fenceKey, this.claims, updated);
  }

  private tell(object: PersistentVolume | PersistentVolumeClaim, { type, reason, message }: Notice): void {
    const isClaim = object.metadata?.namespace !== undefined;
    const subject = isClaim ? referenceTo(PersistentVolumeClaims, object) : referenceTo(PersistentVolumes, object);
    this.context.events.record(subject, type, reason, message);
  }
}

function claimKeyOf({ spec }: PersistentVolume): [string] | undefined {
  const ref = spec?.claimRef;
  return ref ? [`${ref.namespace}/${ref.name}`] : undefined;
}
