/** Keeping the ControllerRevisions of an owner: claim them, make sure that one has the current template, remove surplus ones. */

import type { ResourceDefinition } from '#api/definition.ts';
import { isAlreadyExists, isNotFound } from '#api/errors.ts';
import type { LabelSelector } from '#api/generated/meta-v1.ts';
import type { KubeObject } from '#api/object.ts';
import { equalTrees } from '#base/equal.ts';
import type { Client } from '#client/client.ts';
import { ControllerRevisions } from '#kinds/apps/controller-revision/definition.ts';
import type { ControllerRevision } from '#kinds/generated/apps-v1.ts';
import type { PodTemplateSpec } from '#kinds/generated/core-v1.ts';
import type { Informer } from '#runtime/informer.ts';
import { claim } from '../ownership/claim.ts';
import { dependentsOf, isControlledBy, newControllerRef, orphansIn } from '../ownership/controller-ref.ts';
import { selects } from '../ownership/selector.ts';
import { planRevision, revisionData, revisionName } from './revisions.ts';

export interface RevisionOwner extends KubeObject {
  readonly spec?: { readonly selector: LabelSelector; readonly template: PodTemplateSpec } | undefined;
  readonly status?: { readonly collisionCount?: number | undefined } | undefined;
}

export interface HistoryConfig<T extends RevisionOwner> {
  readonly client: Client;
  readonly definition: ResourceDefinition<T>;
  readonly owner: T;
  /** Label of the revision that holds the hash. */
  readonly hashLabel: string;
  /** Indexed by controller. */
  readonly informer: Informer<ControllerRevision>;
  readonly wrote: (revision: KubeObject) => void;
  readonly signal: AbortSignal;
}

export interface History {
  /** The revision of the current template. */
  readonly current: ControllerRevision;
  /** All of the owner's, with `current`. */
  readonly all: readonly ControllerRevision[];
  readonly collisionCount: number;
}

export async function syncHistory<T extends RevisionOwner>(
  config: HistoryConfig<T>,
  template: PodTemplateSpec,
): Promise<History> {
  const { client, owner, signal, wrote } = config;
  const revisions = await claimRevisions(config);
  const plan = planRevision(revisions, template);
  const collisionCount = owner.status?.collisionCount ?? 0;
  switch (plan.type) {
    case 'current':
      return { current: plan.revision, all: revisions, collisionCount };
    case 'renew': {
      const renewed = await client.update(ControllerRevisions, { ...plan.revision, revision: plan.number }, { signal });
      wrote(renewed);
      const all = revisions.map((revision) => (revision === plan.revision ? renewed : revision));
      return { current: renewed, all, collisionCount };
    }
    case 'create': {
      const created = await createRevision(config, template, plan.number, collisionCount);
      return { ...created, all: [...revisions, created.current] };
    }
  }
}

export async function removeRevisions<T extends RevisionOwner>(
  config: HistoryConfig<T>,
  surplus: readonly ControllerRevision[],
): Promise<void> {
  for (const { metadata } of surplus) {
    const target = { namespace: metadata?.namespace, name: metadata?.name ?? '' };
    try {
      config.wrote(await config.client.delete(ControllerRevisions, target, { signal: config.signal }));
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}

function claimRevisions<T extends RevisionOwner>(config: HistoryConfig<T>): Promise<ControllerRevision[]> {
  const { client, definition, owner, informer, signal, wrote } = config;
  return claim({
    client,
    ownerDefinition: definition,
    owner,
    controllerRef: newControllerRef(definition, owner),
    definition: ControllerRevisions,
    candidates: [...dependentsOf(informer, owner), ...orphansIn(informer, owner.metadata?.namespace)],
    matches: (revision) => selects(owner.spec?.selector, revision.metadata?.labels),
    wrote,
    signal,
  });
}

/** Creates the revision; when another template has its name, the collision count gives the next one. */
async function createRevision<T extends RevisionOwner>(
  config: HistoryConfig<T>,
  template: PodTemplateSpec,
  number: number,
  collisionCount: number,
): Promise<{ readonly current: ControllerRevision; readonly collisionCount: number }> {
  const { client, definition, owner, hashLabel, signal, wrote } = config;
  const { name: ownerName = '', namespace, annotations } = owner.metadata ?? {};
  const data = revisionData(template);
  for (let count = collisionCount; ; count++) {
    const { name, hash } = revisionName(ownerName, template, count);
    const revision: ControllerRevision = {
      metadata: {
        name,
        namespace,
        labels: { ...template.metadata?.labels, [hashLabel]: hash },
        ...(annotations ? { annotations } : {}),
        ownerReferences: [newControllerRef(definition, owner)],
      },
      data,
      revision: number,
    };
    try {
      const current = await client.create(ControllerRevisions, revision, { signal });
      wrote(current);
      return { current, collisionCount: count };
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
      const existing = await client.get(ControllerRevisions, { namespace, name }, { signal });
      if (isControlledBy(existing, owner) && equalTrees(existing.data, data)) {
        wrote(existing);
        return { current: existing, collisionCount: count };
      }
    }
  }
}
