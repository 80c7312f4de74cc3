/**
 * Keeping a number of equal pods: the one engine of ReplicaSet and ReplicationController, told apart by a ReplicaKind.
 *
 * Loop: wait for our own last writes in the cache, claim pods by selector, create or delete the difference, write status. The
 * decisions are in plan.ts. Creation slow-starts; the pods to delete are ranked (pods/deletion-order.ts).
 */

import type { ResourceDefinition } from '#api/definition.ts';
import { isNamespaceTerminating } from '#api/errors.ts';
import type { KubeObject } from '#api/object.ts';
import { keyOf } from '#api/object.ts';
import { Pods } from '#kinds/core/pod/definition.ts';
import type { Pod } from '#kinds/generated/core-v1.ts';
import type { Controller, ControllerContext } from '#runtime/controller.ts';
import { type EventSubject, referenceTo } from '#runtime/event-recorder.ts';
import type { Informer } from '#runtime/informer.ts';
import { claim } from '../ownership/claim.ts';
import {
  controllerOf,
  dependentsOf,
  indexByController,
  isControlledBy,
  newControllerRef,
  orphansIn,
} from '../ownership/controller-ref.ts';
import { createPod, deletePod, podFromTemplate } from '../pods/pod-control.ts';
import { isPodActive, isPodTerminating, nextAvailabilityMs } from '../pods/state.ts';
import { slowStart } from '../slow-start.ts';
import { StatusWriter } from '../status-write.ts';
import { WriteFence } from '../write-fence.ts';
import { planReplicas, type ReplicaOwner, replicaStatus } from './plan.ts';

export interface ReplicaKind<T extends ReplicaOwner> {
  readonly definition: ResourceDefinition<T>;
  readonly selects: (owner: T, pod: Pod) => boolean;
  /** status.terminatingReplicas, which ReplicationController has not. */
  readonly countsTerminating: boolean;
  /** Pods by which doubling up on a node is judged, beside the owner's own. */
  readonly relatedPods: (owner: T, own: readonly Pod[]) => readonly Pod[];
}

export function createReplicaController<T extends ReplicaOwner>(
  context: ControllerContext,
  kind: ReplicaKind<T>,
): Controller {
  const owners = context.informers.of(kind.definition);
  const pods = indexByController(context.informers.of(Pods));
  const { queue } = context;
  owners.addHandler({
    onAdd: (owner) => queue.add(keyOf(owner)),
    onUpdate: (_, owner) => queue.add(keyOf(owner)),
    onDelete: (owner) => queue.add(keyOf(owner)),
  });
  const enqueueFor = (pod: Pod) => {
    const controller = controllerOf(pod);
    if (controller) {
      if (controller.kind === kind.definition.kind) queue.add(`${pod.metadata?.namespace}/${controller.name}`);
      return;
    }
    if (pod.metadata?.deletionTimestamp !== undefined) return;
    for (const owner of owners.list(pod.metadata?.namespace)) {
      if (kind.selects(owner, pod)) queue.add(keyOf(owner));
    }
  };
  pods.addHandler({
    onAdd: enqueueFor,
    onUpdate: (old, pod) => {
      if (controllerOf(old)?.uid !== controllerOf(pod)?.uid) enqueueFor(old);
      enqueueFor(pod);
    },
    onDelete: enqueueFor,
  });
  return new ReplicaController(context, kind, owners, pods);
}

class ReplicaController<T extends ReplicaOwner> implements Controller {
  readonly workers = 5;
  private readonly context: ControllerContext;
  private readonly kind: ReplicaKind<T>;
  private readonly owners: Informer<T>;
  private readonly pods: Informer<Pod>;
  private readonly fence = new WriteFence();
  private readonly status: StatusWriter<T>;

  constructor(context: ControllerContext, kind: ReplicaKind<T>, owners: Informer<T>, pods: Informer<Pod>) {
    this.context = context;
    this.kind = kind;
    this.owners = owners;
    this.pods = pods;
    this.status = new StatusWriter(context.client, kind.definition, owners, this.fence);
  }

  async reconcile(key: string, signal: AbortSignal): Promise<{ readonly requeueAfterMs?: number }> {
    await this.fence.passed(key, signal);
    const owner = this.owners.get(key);
    if (!owner) return {};
    const claimed = await this.claimPods(owner, key, signal);
    const active = claimed.filter(isPodActive);
    const failure =
      owner.metadata?.deletionTimestamp === undefined ? await this.manage(owner, active, key, signal) : undefined;

    const nowMs = this.context.env.clock.now();
    const terminating = this.kind.countsTerminating ? this.terminatingPods(owner).length : undefined;
    const status = replicaStatus(owner, active, terminating, failure, nowMs);
    await this.status.write(key, owner, status, signal);
    if (failure) throw failure.error;
    if (status.readyReplicas === status.availableReplicas) return {};
    const waitMs = nextAvailabilityMs(active, owner.spec?.minReadySeconds ?? 0, nowMs);
    return waitMs === undefined ? {} : { requeueAfterMs: waitMs };
  }

  private claimPods(owner: T, key: string, signal: AbortSignal): Promise<Pod[]> {
    const { definition } = this.kind;
    const candidates = [...dependentsOf(this.pods, owner), ...orphansIn(this.pods, owner.metadata?.namespace)];
    return claim({
      client: this.context.client,
      ownerDefinition: definition,
      owner,
      controllerRef: newControllerRef(definition, owner),
      definition: Pods,
      candidates: candidates.filter(isPodActive),
      matches: (pod) => this.kind.selects(owner, pod),
      wrote: (pod) => this.fence.wrote(key, this.pods, pod),
      signal,
    });
  }

  private terminatingPods(owner: T): Pod[] {
    return dependentsOf(this.pods, owner).filter((pod) => isPodTerminating(pod) && this.kind.selects(owner, pod));
  }

  /** Creates or deletes the difference; answers the first failure. */
  private async manage(
    owner: T,
    active: readonly Pod[],
    key: string,
    signal: AbortSignal,
  ): Promise<{ readonly error: unknown } | undefined> {
    const { client, events, env } = this.context;
    const related = () => this.kind.relatedPods(owner, active);
    const plan = planReplicas(owner.spec?.replicas ?? 0, active, related, env.clock.now());
    const subject: EventSubject = referenceTo(this.kind.definition, owner);
    const control = { client, events, subject, signal };
    const wrote = (answer: KubeObject | undefined) => answer && this.fence.wrote(key, this.pods, answer);
    if (plan.create > 0) {
      const controllerRef = newControllerRef(this.kind.definition, owner);
      const pod = podFromTemplate(owner.spec?.template, owner, controllerRef);
      const { error } = await slowStart(plan.create, async () => {
        try {
          wrote(await createPod(control, pod));
        } catch (cause) {
          // The garbage collector will take the owner too; nothing to retry.
          if (!isNamespaceTerminating(cause)) throw cause;
        }
      });
      return error === undefined ? undefined : { error };
    }
    const results = await Promise.allSettled(plan.delete.map(async (pod) => wrote(await deletePod(control, pod))));
    const failed = results.find((result) => result.status === 'rejected');
    return failed && { error: failed.reason };
  }
}

/** The pods of the owner and of its siblings: those with the same controller (the ReplicaSets of one Deployment). */
export function podsOfSiblings<T extends ReplicaOwner>(
  owners: Informer<T>,
  pods: Informer<Pod>,
  owner: T,
  own: readonly Pod[],
): readonly Pod[] {
  const controller = controllerOf(owner);
  if (!controller) return own;
  return owners
    .list(owner.metadata?.namespace)
    .filter((sibling) => controllerOf(sibling)?.uid === controller.uid)
    .flatMap((sibling) => dependentsOf(pods, sibling).filter((pod) => isControlledBy(pod, sibling)));
}
