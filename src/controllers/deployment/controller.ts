/**
 * Deployment controller: rolls ReplicaSets so that pods of the current template replace older ones. Decisions are in plan.ts; this
 * shell gathers what the plan needs, and applies it in an order in which dying in between is harmless: ReplicaSets first, status last.
 */

import { isAlreadyExists, isNamespaceTerminating, isNotFound } from '#api/errors.ts';
import { keyOf } from '#api/object.ts';
import { messageOf } from '#base/errors.ts';
import { Deployments } from '#kinds/apps/deployment/definition.ts';
import { ReplicaSets } from '#kinds/apps/replica-set/definition.ts';
import { Pods } from '#kinds/core/pod/definition.ts';
import type { Deployment, DeploymentStatus, ReplicaSet } from '#kinds/generated/apps-v1.ts';
import type { Pod } from '#kinds/generated/core-v1.ts';
import type { Controller, ControllerContext, ControllerFactory } from '#runtime/controller.ts';
import { referenceTo } from '#runtime/event-recorder.ts';
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
import { selects } from '../ownership/selector.ts';
import { StatusWriter } from '../status-write.ts';
import { WriteFence } from '../write-fence.ts';
import { planDeployment } from './plan.ts';
import { hasTemplateOf, revisionAnnotation } from './revisions.ts';
import { replicasOf } from './rollout.ts';
import { withCreateFailure } from './status.ts';

export const deploymentController: ControllerFactory = {
  name: 'deployment-controller',
  create: (context) => new DeploymentController(context),
};

class DeploymentController implements Controller {
  readonly workers = 5;
  private readonly context: ControllerContext;
  private readonly deployments: Informer<Deployment>;
  private readonly replicaSets: Informer<ReplicaSet>;
  private readonly pods: Informer<Pod>;
  private readonly fence = new WriteFence();
  private readonly status: StatusWriter<Deployment>;

  constructor(context: ControllerContext) {
    this.context = context;
    const { informers, queue } = context;
    this.deployments = informers.of(Deployments);
    this.replicaSets = indexByController(informers.of(ReplicaSets));
    this.pods = indexByController(informers.of(Pods));
    this.status = new StatusWriter(context.client, Deployments, this.deployments, this.fence);
    const enqueue = (deployment: Deployment) => queue.add(keyOf(deployment));
    this.deployments.addHandler({
      onAdd: enqueue,
      onUpdate: (_, deployment) => enqueue(deployment),
      onDelete: enqueue,
    });
    const enqueueOwner = (replicaSet: ReplicaSet) => this.enqueueOwnersOf(replicaSet);
    this.replicaSets.addHandler({
      onAdd: enqueueOwner,
      onUpdate: (old, replicaSet) => {
        if (controllerOf(old)?.uid !== controllerOf(replicaSet)?.uid) enqueueOwner(old);
        enqueueOwner(replicaSet);
      },
      onDelete: enqueueOwner,
    });
    // Recreate waits for the last old pod to end; ReplicaSets do not count pods that are being deleted.
    this.pods.addHandler({
      onUpdate: (_, pod) => pod.metadata?.deletionTimestamp !== undefined && this.enqueueRecreating(pod),
      onDelete: (pod) => this.enqueueRecreating(pod),
    });
  }

  async reconcile(key: string, signal: AbortSignal): Promise<{ readonly requeueAfterMs?: number }> {
    await this.fence.passed(key, signal);
    const deployment = this.deployments.get(key);
    if (!deployment?.spec) return {};
    const { selector } = deployment.spec;
    if (!selector.matchLabels && !selector.matchExpressions?.length) {
      const message = 'This deployment is selecting all pods. A non-empty selector is required.';
      this.context.events.record(referenceTo(Deployments, deployment), 'Warning', 'SelectingAll', message);
      return {};
    }
    const plan = planDeployment({
      deployment,
      replicaSets: await this.claimReplicaSets(deployment, key, signal),
      podsOf: (replicaSet) => dependentsOf(this.pods, replicaSet),
      nowMs: this.context.env.clock.now(),
    });
    if (plan.create && !(await this.create(deployment, plan.create, key, signal))) return {};
    for (const { replicaSet, scaledFrom } of plan.update) {
      this.wrote(key, await this.context.client.update(ReplicaSets, replicaSet, { signal }));
      if (scaledFrom !== undefined) this.recordScaling(deployment, replicaSet, scaledFrom);
    }
    for (const replicaSet of plan.delete) await this.delete(replicaSet, key, signal);
    await this.report(deployment, plan.revision, plan.status, key, signal);
    return plan.requeueAfterMs === undefined ? {} : { requeueAfterMs: plan.requeueAfterMs };
  }

  private claimReplicaSets(deployment: Deployment, key: string, signal: AbortSignal): Promise<ReplicaSet[]> {
    return claim({
      client: this.context.client,
      ownerDefinition: Deployments,
      owner: deployment,
      controllerRef: newControllerRef(Deployments, deployment),
      definition: ReplicaSets,
      candidates: [
        ...dependentsOf(this.replicaSets, deployment),
        ...orphansIn(this.replicaSets, deployment.metadata?.namespace),
      ],
      matches: (replicaSet) => selects(deployment.spec?.selector, replicaSet.metadata?.labels),
      wrote: (replicaSet) => this.wrote(key, replicaSet),
      signal,
    });
  }

  /** False when the rest of the plan has to wait: the name was taken by another template, or the namespace goes away. */
  private async create(deployment: Deployment, wanted: ReplicaSet, key: string, signal: AbortSignal): Promise<boolean> {
    const { client, events, env } = this.context;
    const subject = referenceTo(Deployments, deployment);
    try {
      const created = await client.create(ReplicaSets, wanted, { signal });
      this.wrote(key, created);
      if (replicasOf(created) > 0) this.recordScaling(deployment, created, 0);
      return true;
    } catch (error) {
      if (isNamespaceTerminating(error)) return false;
      if (isAlreadyExists(error)) {
        await this.resolveCollision(deployment, wanted, key, signal);
        return false;
      }
      const message = `Failed to create new replica set "${wanted.metadata?.name}": ${messageOf(error)}`;
      if (!signal.aborted) events.record(subject, 'Warning', 'ReplicaSetCreateError', message);
      const status = withCreateFailure(deployment, message, env.clock.now());
      await this.status.write(key, deployment, status, signal);
      throw error;
    }
  }

  /**
   * The name is taken. By our own ReplicaSet that the cache did not show yet: the next round finds it. By another one: the hash
   * collides, and counting that makes the next round choose another name.
   */
  private async resolveCollision(
    deployment: Deployment,
    wanted: ReplicaSet,
    key: string,
    signal: AbortSignal,
  ): Promise<void> {
    const { namespace, name = '' } = wanted.metadata ?? {};
    const existing = await this.context.client.get(ReplicaSets, { namespace, name }, { signal });
    if (isControlledBy(existing, deployment) && hasTemplateOf(deployment, existing)) this.wrote(key, existing);
    else {
      const collisionCount = (deployment.status?.collisionCount ?? 0) + 1;
      await this.status.write(key, deployment, { ...deployment.status, collisionCount }, signal);
    }
    this.context.queue.add(key);
  }

  private async delete(replicaSet: ReplicaSet, key: string, signal: AbortSignal): Promise<void> {
    const { namespace, name = '' } = replicaSet.metadata ?? {};
    try {
      await this.context.client.delete(ReplicaSets, { namespace, name }, { signal });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    this.context.env.log.debug('old replica set removed', { key, name });
  }

  /** The revision is an annotation, written with the status: by a plain update annotations count as a generation. */
  private async report(
    deployment: Deployment,
    revision: string | undefined,
    status: DeploymentStatus,
    key: string,
    signal: AbortSignal,
  ): Promise<void> {
    if (revision === undefined) return this.status.write(key, deployment, status, signal);
    const { metadata } = deployment;
    const annotations = { ...metadata?.annotations, [revisionAnnotation]: revision };
    const next = { ...deployment, metadata: { ...metadata, annotations }, status };
    this.fence.wrote(key, this.deployments, await this.context.client.updateStatus(Deployments, next, { signal }));
  }

  private wrote(key: string, replicaSet: ReplicaSet): void {
    this.fence.wrote(key, this.replicaSets, replicaSet);
  }

  private recordScaling(deployment: Deployment, replicaSet: ReplicaSet, from: number): void {
    const to = replicasOf(replicaSet);
    const message = `Scaled ${to > from ? 'up' : 'down'} replica set ${replicaSet.metadata?.name} from ${from} to ${to}`;
    this.context.events.record(referenceTo(Deployments, deployment), 'Normal', 'ScalingReplicaSet', message);
  }

  private enqueueOwnersOf(replicaSet: ReplicaSet): void {
    const { queue } = this.context;
    const controller = controllerOf(replicaSet);
    if (controller) {
      if (controller.kind === Deployments.kind) queue.add(`${replicaSet.metadata?.namespace}/${controller.name}`);
      return;
    }
    if (replicaSet.metadata?.deletionTimestamp !== undefined) return;
    for (const deployment of this.deployments.list(replicaSet.metadata?.namespace)) {
      if (selects(deployment.spec?.selector, replicaSet.metadata?.labels)) queue.add(keyOf(deployment));
    }
  }

  private enqueueRecreating(pod: Pod): void {
    const controller = controllerOf(pod);
    if (controller?.kind !== ReplicaSets.kind) return;
    const replicaSet = this.replicaSets.get(`${pod.metadata?.namespace}/${controller.name}`);
    const owner = replicaSet && controllerOf(replicaSet);
    if (!owner) return;
    const deployment = this.deployments.get(`${pod.metadata?.namespace}/${owner.name}`);
    if (deployment?.spec?.strategy?.type === 'Recreate') this.context.queue.add(keyOf(deployment));
  }
}
