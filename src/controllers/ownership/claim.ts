/**
 * Claiming: which objects belong to a controller, by reference and by selector (upstream's ControllerRefManager).
 *
 * An object that the owner controls and selects is its own; one that it controls and no longer selects is released; an orphan
 * that it selects is adopted. An owner that is being deleted neither adopts nor releases, and nothing that is being deleted is
 * adopted. Before the first adoption the owner is read live: the cache may not know yet that it is gone, and an adoption by a
 * dead owner would make the garbage collector delete what should have been orphaned.
 */

import type { ResourceDefinition } from '#api/definition.ts';
import { isInvalid, isNotFound } from '#api/errors.ts';
import type { OwnerReference } from '#api/generated/meta-v1.ts';
import type { KubeObject } from '#api/object.ts';
import type { Client } from '#client/client.ts';
import { controllerOf } from './controller-ref.ts';

export interface ClaimPlan<T> {
  /** Already the owner's own. */
  readonly owned: readonly T[];
  readonly adopt: readonly T[];
  readonly release: readonly T[];
}

export function planClaims<T extends KubeObject>(
  owner: KubeObject,
  candidates: readonly T[],
  matches: (object: T) => boolean,
): ClaimPlan<T> {
  const owned: T[] = [];
  const adopt: T[] = [];
  const release: T[] = [];
  const ownerLives = owner.metadata?.deletionTimestamp === undefined;
  for (const object of candidates) {
    const controller = controllerOf(object);
    if (controller) {
      if (controller.uid !== owner.metadata?.uid) continue;
      if (matches(object)) owned.push(object);
      else if (ownerLives) release.push(object);
    } else if (ownerLives && object.metadata?.deletionTimestamp === undefined && matches(object)) {
      adopt.push(object);
    }
  }
  return { owned, adopt, release };
}

export interface ClaimConfig<Owner extends KubeObject, T extends KubeObject> {
  readonly client: Client;
  readonly ownerDefinition: ResourceDefinition<Owner>;
  readonly owner: Owner;
  /** What adopted objects get. */
  readonly controllerRef: OwnerReference;
  readonly definition: ResourceDefinition<T>;
  readonly candidates: readonly T[];
  readonly matches: (object: T) => boolean;
  /** Added on adoption, taken off on release: the job controller's tracking finalizer. */
  readonly finalizer?: string;
  /** Sees every written object, to wait for it in the cache. */
  readonly wrote?: (object: T) => void;
  readonly signal: AbortSignal;
}

/** Carries the plan out and returns the objects that are the owner's now. Objects that vanish meanwhile are skipped. */
export async function claim<Owner extends KubeObject, T extends KubeObject>(
  config: ClaimConfig<Owner, T>,
): Promise<T[]> {
  const plan = planClaims(config.owner, config.candidates, config.matches);
  const claimed = [...plan.owned];
  if (plan.adopt.length > 0) await assertOwnerLives(config);
  for (const object of plan.adopt) {
    const adopted = await patchReferences(config, object, {
      ownerReferences: [config.controllerRef],
      uid: object.metadata?.uid,
      ...(config.finalizer ? { finalizers: [config.finalizer] } : {}),
    });
    if (adopted) claimed.push(adopted);
  }
  for (const object of plan.release) {
    await patchReferences(config, object, {
      ownerReferences: [{ $patch: 'delete', uid: config.owner.metadata?.uid }],
      uid: object.metadata?.uid,
      ...(config.finalizer ? { '$deleteFromPrimitiveList/finalizers': [config.finalizer] } : {}),
    });
  }
  return claimed;
}

async function assertOwnerLives<Owner extends KubeObject, T extends KubeObject>(
  config: ClaimConfig<Owner, T>,
): Promise<void> {
  const { namespace, name, uid } = config.owner.metadata ?? {};
  const fresh = await config.client.get(config.ownerDefinition, { namespace, name: name ?? '' }, config);
  const subject = `${config.ownerDefinition.kind} ${namespace}/${name}`;
  if (fresh.metadata?.uid !== uid)
    throw new Error(`original ${subject} is gone: got uid ${fresh.metadata?.uid}, wanted ${uid}`);
  if (fresh.metadata?.deletionTimestamp !== undefined)
    throw new Error(`${subject} has just been deleted at ${fresh.metadata.deletionTimestamp}`);
}

/** Undefined when the object is gone, or is another one under the same name. */
async function patchReferences<Owner extends KubeObject, T extends KubeObject>(
  config: ClaimConfig<Owner, T>,
  object: T,
  metadata: Readonly<Record<string, unknown>>,
): Promise<T | undefined> {
  const target = { namespace: object.metadata?.namespace, name: object.metadata?.name ?? '' };
  try {
    const { client, definition, signal } = config;
    const patched = await client.patch(definition, target, { metadata }, { type: 'strategic', signal });
    config.wrote?.(patched);
    return patched;
  } catch (error) {
    if (isNotFound(error) || isInvalid(error)) return undefined;
    throw error;
  }
}
