/**
 * VolumeBinding: the pod's claims must have their volumes, or be able to get them, on the node.
 *
 * Bound claims restrict the nodes to those that reach the volume. Claims of a class with WaitForFirstConsumer are decided with
 * the pod: Filter asks whether a free volume matches or one could be provisioned; Reserve remembers the choice so that the
 * next pod does not make the same one; PreBind writes it (the volume's claimRef, or the claim's selected node) and waits
 * until the controllers have bound them. CSIStorageCapacity is not looked at.
 */

import { compareQuantities } from '#api/quantity.ts';
import { AbortedError } from '#base/abort.ts';
import { edit } from '#base/edit.ts';
import { PersistentVolumes } from '#kinds/core/persistent-volume/definition.ts';
import { isPromisedTo } from '#kinds/core/persistent-volume/matching.ts';
import {
  boundByController,
  classOfClaim,
  isFullyBound,
  selectedNode,
} from '#kinds/core/persistent-volume-claim/binding.ts';
import { PersistentVolumeClaims } from '#kinds/core/persistent-volume-claim/definition.ts';
import type { Node, PersistentVolume, PersistentVolumeClaim, Pod } from '#kinds/generated/core-v1.ts';
import { Action, clusterEvent } from '../../framework/cluster-event.ts';
import { type Cycle, StateKey } from '../../framework/cycle.ts';
import type { Handle } from '../../framework/handle.ts';
import type { Plugin } from '../../framework/plugin.ts';
import { podClaims, usesClaim } from '../../framework/pod-claims.ts';
import { errorStatus, type Status, status } from '../../framework/status.ts';
import { canProvision, findVolume, isOnNode } from './matching.ts';

export interface VolumeBindingArgs {
  /** How long to wait for volumes to be bound; 600 when absent. */
  readonly bindTimeoutSeconds?: number;
}

const name = 'VolumeBinding';
const skip = status('Skip', name);

const nodeConflict = "node(s) didn't match PersistentVolume's node affinity";
const bindConflict = "node(s) didn't find available persistent volumes to bind";
const volumeMissing = 'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)';

interface Claims {
  readonly bound: readonly PersistentVolumeClaim[];
  /** To be bound with the pod, the smallest request first. */
  readonly delayed: readonly PersistentVolumeClaim[];
}

interface Choice {
  readonly volumes: readonly (readonly [PersistentVolumeClaim, PersistentVolume])[];
  readonly provisions: readonly PersistentVolumeClaim[];
}

type VolumeHandle = Pick<Handle, 'client' | 'env' | 'listers' | 'onVolumeChange'>;

export function volumeBinding(handle: VolumeHandle, args: VolumeBindingArgs = {}): Plugin {
  const { listers, client, env } = handle;
  const timeoutMs = 1000 * (args.bindTimeoutSeconds ?? 600);
  const claimsKey = new StateKey<Claims>();
  const choiceKey = new StateKey<Choice>();
  /** Volumes promised to claims (keys) by pods that are being bound. */
  const promised = new Map<string, string>();

  const choose = (delayed: readonly PersistentVolumeClaim[], node: Node): Choice | undefined => {
    const volumes: [PersistentVolumeClaim, PersistentVolume][] = [];
    const provisions: PersistentVolumeClaim[] = [];
    const all = delayed.length > 0 ? listers.persistentVolumes.list() : [];
    for (const claim of delayed) {
      const selected = claim.metadata?.annotations?.[selectedNode];
      if (selected !== undefined && selected !== node.metadata?.name) return undefined;
      const isTaken = ({ metadata }: PersistentVolume): boolean => {
        const owner = promised.get(metadata?.name ?? '');
        const isChosen = volumes.some(([, { metadata: chosen }]) => chosen?.name === metadata?.name);
        return isChosen || (owner !== undefined && owner !== keyOfClaim(claim));
      };
      const volume = selected === undefined ? findVolume(claim, all, node, isTaken) : undefined;
      if (volume) volumes.push([claim, volume]);
      else if (canProvision(listers.storageClasses.get(classOfClaim(claim)), node)) provisions.push(claim);
      else return undefined;
    }
    return { volumes, provisions };
  };

  return {
    name,
    eventsToRegister: () => [
      { event: clusterEvent('storage.k8s.io/StorageClass', Action.Add | Action.Update) },
      {
        event: clusterEvent('PersistentVolumeClaim', Action.Add | Action.Update),
        hint: ({ pod }, _, after) => usesClaim(pod, after as PersistentVolumeClaim),
      },
      { event: clusterEvent('PersistentVolume', Action.Add | Action.Update) },
      { event: clusterEvent('Node', Action.Add | Action.UpdateNodeLabel) },
    ],

    preFilter(cycle) {
      const claims = readClaims(cycle.pod.pod, listers);
      if (!claims) return skip;
      if ('code' in claims) return claims;
      cycle.write(claimsKey, claims);
      return undefined;
    },

    filter(cycle, { node }) {
      const claims = cycle.read(claimsKey);
      if (!claims) return undefined;
      const reasons: string[] = [];
      const volumes = claims.bound.map(({ spec }) => listers.persistentVolumes.get(spec?.volumeName ?? ''));
      if (volumes.some((volume) => volume && !isOnNode(volume, node))) reasons.push(nodeConflict);
      if (!choose(claims.delayed, node)) reasons.push(bindConflict);
      if (volumes.includes(undefined)) reasons.push(volumeMissing);
      return reasons.length > 0 ? status('UnschedulableAndUnresolvable', name, ...reasons) : undefined;
    },

    reserve(cycle, { node }) {
      const choice = choose(cycle.read(claimsKey)?.delayed ?? [], node);
      if (!choice) return status('Unschedulable', name, bindConflict);
      cycle.write(choiceKey, choice);
      for (const [claim, volume] of choice.volumes) promised.set(volume.metadata?.name ?? '', keyOfClaim(claim));
      return undefined;
    },
    unreserve(cycle) {
      release(cycle);
    },

    preBindPreFlight(cycle) {
      const choice = cycle.read(choiceKey);
      return !choice || choice.volumes.length + choice.provisions.length === 0 ? skip : undefined;
    },

    async preBind(cycle, node, signal) {
      const choice = cycle.read(choiceKey);
      if (!choice) return undefined;
      await write(choice, node.name, signal);
      const failure = await bound(choice, node.node, signal);
      release(cycle);
      return failure;
    },
  };

  function release(cycle: Cycle): void {
    for (const [, { metadata }] of cycle.read(choiceKey)?.volumes ?? []) promised.delete(metadata?.name ?? '');
  }

  /** Tells the volume controllers what was chosen; they do the binding. */
  async function write({ volumes, provisions }: Choice, nodeName: string, signal: AbortSignal): Promise<void> {
    for (const [claim, volume] of volumes) {
      const { metadata } = claim;
      const wasPromised = isPromisedTo(volume, claim);
      const next = edit(volume, (draft) => {
        draft.spec ??= {};
        draft.spec.claimRef = {
          kind: 'PersistentVolumeClaim',
          apiVersion: 'v1',
          namespace: metadata?.namespace,
          name: metadata?.name,
          uid: metadata?.uid,
          resourceVersion: metadata?.resourceVersion,
        };
        if (wasPromised) return;
        draft.metadata ??= {};
        draft.metadata.annotations = { ...draft.metadata.annotations, [boundByController]: 'yes' };
      });
      await client.update(PersistentVolumes, next, { signal });
    }
    for (const claim of provisions) {
      const next = edit(claim, (draft) => {
        draft.metadata ??= {};
        draft.metadata.annotations = { ...draft.metadata.annotations, [selectedNode]: nodeName };
      });
      await client.update(PersistentVolumeClaims, next, { signal });
    }
  }

  /** Resolves when all claims are bound, or with why they will not be. */
  function bound(choice: Choice, node: Node, signal: AbortSignal): Promise<Status | undefined> {
    return new Promise((resolve, reject) => {
      const finish = (answer: Status | undefined) => {
        timer.cancel();
        unsubscribe();
        signal.removeEventListener('abort', onAbort);
        resolve(answer);
      };
      const onAbort = () => {
        timer.cancel();
        unsubscribe();
        reject(new AbortedError('aborted', { cause: signal.reason }));
      };
      const look = () => {
        const progress = progressOf(choice, node);
        if (progress !== 'waiting') finish(progress === 'bound' ? undefined : progress);
      };
      const timeout = errorStatus(name, new Error('binding volumes: context deadline exceeded'));
      const timer = env.clock.after(timeoutMs, () => finish(timeout));
      const unsubscribe = handle.onVolumeChange(look);
      signal.addEventListener('abort', onAbort, { once: true });
      look();
    });
  }

  function progressOf({ volumes, provisions }: Choice, node: Node): 'bound' | 'waiting' | Status {
    const fail = (message: string) => errorStatus(name, new Error(`binding volumes: ${message}`));
    let isBound = true;
    for (const [claim] of volumes) {
      const current = listers.persistentVolumeClaims.get(keyOfClaim(claim));
      if (!current) return fail(`failed to check binding: could not find PVC "${keyOfClaim(claim)}"`);
      if (!isFullyBound(current)) isBound = false;
    }
    for (const claim of provisions) {
      const { name: claimName } = claim.metadata ?? {};
      const current = listers.persistentVolumeClaims.get(keyOfClaim(claim));
      if (!current) return fail(`failed to check provisioning pvc: could not find PVC "${keyOfClaim(claim)}"`);
      const hasSeenOurs = current.metadata?.resourceVersion !== claim.metadata?.resourceVersion;
      // The provisioner gives up by taking the annotation off: the pod is scheduled again, maybe elsewhere.
      if (hasSeenOurs && current.metadata?.annotations?.[selectedNode] !== node.metadata?.name) {
        return fail(`provisioning failed for PVC "${claimName}"`);
      }
      const volume = listers.persistentVolumes.get(current.spec?.volumeName ?? '');
      if (volume && !isOnNode(volume, node)) {
        return fail(`pv "${volume.metadata?.name}" node affinity doesn't match node "${node.metadata?.name}"`);
      }
      if (!isFullyBound(current)) isBound = false;
    }
    return isBound ? 'bound' : 'waiting';
  }
}

/** Undefined without claims; a rejection when one cannot be used now. */
function readClaims(pod: Pod, listers: Handle['listers']): Claims | Status | undefined {
  const named = podClaims(pod);
  if (named.length === 0) return undefined;
  const bound: PersistentVolumeClaim[] = [];
  const delayed: PersistentVolumeClaim[] = [];
  let hasImmediate = false;
  for (const { name: claimName, isEphemeral } of named) {
    const claim = listers.persistentVolumeClaims.get(`${pod.metadata?.namespace}/${claimName}`);
    const reason = unusable(pod, claimName, claim, isEphemeral);
    if (reason !== undefined || !claim) return status('UnschedulableAndUnresolvable', name, reason ?? '');
    const storageClass = listers.storageClasses.get(classOfClaim(claim));
    if (isFullyBound(claim)) bound.push(claim);
    else if (storageClass?.volumeBindingMode === 'WaitForFirstConsumer' && !claim.spec?.volumeName) delayed.push(claim);
    else hasImmediate = true;
  }
  if (hasImmediate) {
    return status('UnschedulableAndUnresolvable', name, 'pod has unbound immediate PersistentVolumeClaims');
  }
  return { bound, delayed: delayed.sort((a, b) => compareQuantities(requestOf(a), requestOf(b))) };
}

function unusable(
  pod: Pod,
  claimName: string,
  claim: PersistentVolumeClaim | undefined,
  isEphemeral: boolean,
): string | undefined {
  if (!claim) {
    return isEphemeral
      ? `waiting for ephemeral volume controller to create the persistentvolumeclaim "${claimName}"`
      : `persistentvolumeclaim "${claimName}" not found`;
  }
  if (claim.status?.phase === 'Lost') {
    return `persistentvolumeclaim "${claimName}" bound to non-existent persistentvolume "${claim.spec?.volumeName ?? ''}"`;
  }
  if (claim.metadata?.deletionTimestamp) return `persistentvolumeclaim "${claimName}" is being deleted`;
  const owner = claim.metadata?.ownerReferences?.find(({ controller }) => controller);
  if (isEphemeral && owner?.uid !== pod.metadata?.uid) {
    const podKey = `${pod.metadata?.namespace}/${pod.metadata?.name}`;
    return `PVC ${keyOfClaim(claim)} was not created for pod ${podKey} (pod is not owner)`;
  }
  return undefined;
}

function requestOf({ spec }: PersistentVolumeClaim): string {
  return spec?.resources?.requests?.storage ?? '0';
}

function keyOfClaim({ metadata }: PersistentVolumeClaim): string {
  return `${metadata?.namespace}/${metadata?.name}`;
}
