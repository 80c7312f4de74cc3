/** StatefulSet controller: pods with names and storage of their own, in order. Decisions are in plan.ts. */

import { isNamespaceTerminating, isNotFound } from '#api/errors.ts';
import { keyOf } from '#api/object.ts';
import { messageOf } from '#base/errors.ts';
import { ControllerRevisions } from '#kinds/apps/controller-revision/definition.ts';
import { StatefulSets } from '#kinds/apps/stateful-set/definition.ts';
import { PersistentVolumeClaims } from '#kinds/core/persistent-volume-claim/definition.ts';
import { Pods } from '#kinds/core/pod/definition.ts';
import type { ControllerRevision, StatefulSet } from '#kinds/generated/apps-v1.ts';
import type { PersistentVolumeClaim, Pod, PodTemplateSpec } from '#kinds/generated/core-v1.ts';
import type { Controller, ControllerContext, ControllerFactory } from '#runtime/controller.ts';
import { referenceTo } from '#runtime/event-recorder.ts';
import type { Informer } from '#runtime/informer.ts';
import { claim } from '../ownership/claim.ts';
import {
  controllerOf,
  dependentsOf,
  indexByController,
  newControllerRef,
  orphansIn,
} from '../ownership/controller-ref.ts';
import { selects } from '../ownership/selector.ts';
import { nextAvailabilityMs } from '../pods/state.ts';
import { type HistoryConfig, removeRevisions, syncHistory } from '../revision-history/history.ts';
import { surplusRevisions, templateOf } from '../revision-history/revisions.ts';
import { slowStart } from '../slow-start.ts';
import { StatusWriter } from '../status-write.ts';
import { WriteFence } from '../write-fence.ts';
import { claimOwners, isClaimStale } from './claim-owners.ts';
import { claimsFor, ordinalOf, revisionOf, withIdentity, withStorage } from './identity.ts';
import { planStatefulSet, type StatefulSetPlan } from './plan.ts';

export const statefulSetController: ControllerFactory = {
  name: 'statefulset-controller',
  create: (context) => new StatefulSetController(context),
};

class StatefulSetController implements Controller {
  readonly workers = 5;
  private readonly context: ControllerContext;
  private readonly sets: Informer<StatefulSet>;
  private readonly revisions: Informer<ControllerRevision>;
  private readonly pods: Informer<Pod>;
  private readonly claims: Informer<PersistentVolumeClaim>;
  private readonly fence = new WriteFence();
  private readonly status: StatusWriter<StatefulSet>;

  constructor(context: ControllerContext) {
    this.context = context;
    const { informers, queue } = context;
    this.sets = informers.of(StatefulSets);
    this.revisions = indexByController(informers.of(ControllerRevisions));
    this.pods = indexByController(informers.of(Pods));
    this.claims = informers.of(PersistentVolumeClaims);
    this.status = new StatusWriter(context.client, StatefulSets, this.sets, this.fence);
    const enqueue = (set: StatefulSet) => queue.add(keyOf(set));
    this.sets.addHandler({ onAdd: enqueue, onUpdate: (_, set) => enqueue(set), onDelete: enqueue });
    const enqueueOwners = (pod: Pod) => this.enqueueOwnersOf(pod);
    this.pods.addHandler({
      onAdd: enqueueOwners,
      onUpdate: (old, pod) => {
        if (controllerOf(old)?.uid !== controllerOf(pod)?.uid) enqueueOwners(old);
        enqueueOwners(pod);
      },
      onDelete: enqueueOwners,
    });
    // A pod may wait until the claims of an earlier pod of its name are gone.
    this.claims.addHandler({
      onDelete: ({ metadata }) => {
        for (const set of this.sets.list(metadata?.namespace)) {
          if (set.spec?.volumeClaimTemplates?.length) enqueue(set);
        }
      },
    });
  }

  async reconcile(key: string, signal: AbortSignal): Promise<{ readonly requeueAfterMs?: number }> {
    await this.fence.passed(key, signal);
    const set = this.sets.get(key);
    if (!set?.spec) return {};
    const historyConfig = this.historyConfig(set, key, signal);
    const history = await syncHistory(historyConfig, set.spec.template);
    const update = { name: history.current.metadata?.name ?? '', template: set.spec.template };
    const current = currentRevision(set, history.all) ?? update;
    const nowMs = this.context.env.clock.now();
    const pods = await this.claimPods(set, key, signal);
    const plan = planStatefulSet({
      set,
      pods,
      current,
      update,
      collisionCount: history.collisionCount,
      nowMs,
      claimsAreStale: (pod) => this.claimsOf(set, pod).some((existing) => isClaimStale(set, pod, existing)),
    });
    const failure = await this.apply(set, plan, key, signal);
    await this.status.write(key, set, plan.status, signal);
    if (failure) throw failure.error;
    const live = new Set([update.name, current.name, ...pods.map(revisionOf)]);
    const isLive = ({ metadata }: ControllerRevision) => live.has(metadata?.name);
    await removeRevisions(historyConfig, surplusRevisions(history.all, isLive, set.spec.revisionHistoryLimit ?? 10));
    const waitMs = nextAvailabilityMs(pods, set.spec.minReadySeconds ?? 0, nowMs);
    return waitMs === undefined ? {} : { requeueAfterMs: waitMs };
  }

  private historyConfig(set: StatefulSet, key: string, signal: AbortSignal): HistoryConfig<StatefulSet> {
    return {
      client: this.context.client,
      definition: StatefulSets,
      owner: set,
      hashLabel: 'controller.kubernetes.io/hash',
      informer: this.revisions,
      wrote: (revision) => this.fence.wrote(key, this.revisions, revision),
      signal,
    };
  }

  private claimPods(set: StatefulSet, key: string, signal: AbortSignal): Promise<Pod[]> {
    return claim({
      client: this.context.client,
      ownerDefinition: StatefulSets,
      owner: set,
      controllerRef: newControllerRef(StatefulSets, set),
      definition: Pods,
      candidates: [...dependentsOf(this.pods, set), ...orphansIn(this.pods, set.metadata?.namespace)],
      matches: (pod) => ordinalOf(set, pod) !== undefined && selects(set.spec?.selector, pod.metadata?.labels),
      wrote: (pod) => this.fence.wrote(key, this.pods, pod),
      signal,
    });
  }

  /** Answers the first failure. Pods are created in slow start, so that a refusal is not repeated for each. */
  private async apply(
    set: StatefulSet,
    plan: StatefulSetPlan,
    key: string,
    signal: AbortSignal,
  ): Promise<{ readonly error: unknown } | undefined> {
    const { client } = this.context;
    try {
      for (const pod of plan.repair) await this.repair(set, pod, key, signal);
      let next = 0;
      const { error } = await slowStart(plan.create.length, async () => {
        const pod = plan.create[next++];
        if (pod) await this.create(set, pod, key, signal);
      });
      if (error !== undefined) return { error };
      for (const pod of plan.keepClaims) {
        if (pod.metadata?.uid !== undefined) await this.keepClaims(set, pod, key, signal);
      }
      for (const pod of plan.delete) {
        const target = { namespace: pod.metadata?.namespace, name: pod.metadata?.name ?? '' };
        await this.recorded('delete', set, pod, signal, async () => {
          try {
            this.fence.wrote(key, this.pods, await client.delete(Pods, target, { signal }));
          } catch (cause) {
            if (!isNotFound(cause)) throw cause;
          }
        });
      }
      return undefined;
    } catch (error) {
      return isNamespaceTerminating(error) ? undefined : { error };
    }
  }

  private async create(set: StatefulSet, pod: Pod, key: string, signal: AbortSignal): Promise<void> {
    await this.recorded('create', set, pod, signal, async () => {
      await this.createClaims(set, pod, key, signal);
      const created = await this.context.client.create(Pods, pod, { signal });
      this.fence.wrote(key, this.pods, created);
    });
  }

  private async repair(set: StatefulSet, pod: Pod, key: string, signal: AbortSignal): Promise<void> {
    await this.recorded('update', set, pod, signal, async () => {
      const repaired = withStorage(set, withIdentity(set, pod));
      this.fence.wrote(key, this.pods, await this.context.client.update(Pods, repaired, { signal }));
    });
  }

  /** Claims of a pod that is there: created when somebody removed them before the pod could start, and owned as the policy says. */
  private async keepClaims(set: StatefulSet, pod: Pod, key: string, signal: AbortSignal): Promise<void> {
    if (pod.status?.phase === 'Pending') await this.createClaims(set, pod, key, signal);
    for (const existing of this.claimsOf(set, pod)) {
      const ownerReferences = claimOwners(set, pod, existing);
      if (!ownerReferences) continue;
      const owned = { ...existing, metadata: { ...existing.metadata, ownerReferences } };
      const updated = await this.context.client.update(PersistentVolumeClaims, owned, { signal });
      this.fence.wrote(key, this.claims, updated);
    }
  }

  private claimsOf(set: StatefulSet, pod: Pod): PersistentVolumeClaim[] {
    return claimsFor(set, pod).flatMap(({ claim: wanted }) => this.claims.get(keyOf(wanted)) ?? []);
  }

  private async createClaims(set: StatefulSet, pod: Pod, key: string, signal: AbortSignal): Promise<void> {
    const { client, events } = this.context;
    const subject = referenceTo(StatefulSets, set);
    for (const { claim: wanted } of claimsFor(set, pod)) {
      const existing = this.claims.get(keyOf(wanted));
      const name = wanted.metadata?.name;
      if (existing?.metadata?.deletionTimestamp !== undefined) throw new Error(`pvc ${name} is being deleted`);
      if (existing) continue;
      const place = `Pod ${pod.metadata?.name} in StatefulSet ${set.metadata?.name}`;
      try {
        const created = await client.create(PersistentVolumeClaims, wanted, { signal });
        this.fence.wrote(key, this.claims, created);
        events.record(subject, 'Normal', 'SuccessfulCreate', `Create Claim ${name} ${place} success`);
      } catch (error) {
        const message = `Create Claim ${name} for ${place} failed error: ${messageOf(error)}`;
        if (!signal.aborted) events.record(subject, 'Warning', 'FailedCreate', message);
        throw new Error(`failed to create PVC ${name}: ${messageOf(error)}`, { cause: error });
      }
    }
  }

  private async recorded(
    verb: 'create' | 'update' | 'delete',
    set: StatefulSet,
    pod: Pod,
    signal: AbortSignal,
    act: () => Promise<void>,
  ): Promise<void> {
    const { events } = this.context;
    const subject = referenceTo(StatefulSets, set);
    const title = `${verb.charAt(0).toUpperCase()}${verb.slice(1)}`;
    const text = `${title} Pod ${pod.metadata?.name} in StatefulSet ${set.metadata?.name}`;
    try {
      await act();
      events.record(subject, 'Normal', `Successful${title}`, `${text} successful`);
    } catch (error) {
      if (!signal.aborted && !isNamespaceTerminating(error))
        events.record(subject, 'Warning', `Failed${title}`, `${text} failed error: ${messageOf(error)}`);
      throw error;
    }
  }

  private enqueueOwnersOf(pod: Pod): void {
    const { queue } = this.context;
    const { namespace, labels, deletionTimestamp } = pod.metadata ?? {};
    const controller = controllerOf(pod);
    if (controller) {
      if (controller.kind === StatefulSets.kind) queue.add(`${namespace}/${controller.name}`);
      return;
    }
    if (deletionTimestamp !== undefined) return;
    for (const set of this.sets.list(namespace)) {
      if (selects(set.spec?.selector, labels) && ordinalOf(set, pod) !== undefined) queue.add(keyOf(set));
    }
  }
}

/** The revision that pods below the partition have; undefined when the status names none that exists. */
function currentRevision(
  set: StatefulSet,
  revisions: readonly ControllerRevision[],
): { readonly name: string; readonly template: PodTemplateSpec } | undefined {
  const name = set.status?.currentRevision;
  const revision = revisions.find(({ metadata }) => metadata?.name === name);
  const template = revision && templateOf(revision);
  return name !== undefined && template ? { name, template } : undefined;
}
