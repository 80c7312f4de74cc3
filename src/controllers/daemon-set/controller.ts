/** DaemonSet controller: one pod of a template on every node that fits. Decisions are in plan.ts. */

import { isNamespaceTerminating } from '#api/errors.ts';
import type { KubeObject } from '#api/object.ts';
import { keyOf } from '#api/object.ts';
import { equalTrees } from '#base/equal.ts';
import { ControllerRevisions } from '#kinds/apps/controller-revision/definition.ts';
import { DaemonSets } from '#kinds/apps/daemon-set/definition.ts';
import { Nodes } from '#kinds/core/node/definition.ts';
import { Pods } from '#kinds/core/pod/definition.ts';
import type { ControllerRevision, DaemonSet } from '#kinds/generated/apps-v1.ts';
import type { Node, Pod } from '#kinds/generated/core-v1.ts';
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
import { createPod, deletePod, podFromTemplate } from '../pods/pod-control.ts';
import { nextAvailabilityMs } from '../pods/state.ts';
import { type HistoryConfig, removeRevisions, syncHistory } from '../revision-history/history.ts';
import { surplusRevisions } from '../revision-history/revisions.ts';
import { slowStart } from '../slow-start.ts';
import { StatusWriter } from '../status-write.ts';
import { WriteFence } from '../write-fence.ts';
import { FailureBackoff } from './failure-backoff.ts';
import { type DaemonSetInput, type DaemonSetPlan, daemonSetStatus, planDaemonSet } from './plan.ts';
import { hashLabel, templateForNode } from './template.ts';

export const daemonSetController: ControllerFactory = {
  name: 'daemonset-controller',
  create: (context) => new DaemonSetController(context),
};

/** At most so many pods are created, and deleted, in one go. */
const burst = 250;

class DaemonSetController implements Controller {
  readonly workers = 2;
  private readonly context: ControllerContext;
  private readonly daemonSets: Informer<DaemonSet>;
  private readonly revisions: Informer<ControllerRevision>;
  private readonly pods: Informer<Pod>;
  private readonly nodes: Informer<Node>;
  private readonly fence = new WriteFence();
  private readonly status: StatusWriter<DaemonSet>;
  private readonly backoff: FailureBackoff;

  constructor(context: ControllerContext) {
    this.context = context;
    const { informers, queue, env } = context;
    this.backoff = new FailureBackoff(env.clock);
    this.daemonSets = informers.of(DaemonSets);
    this.revisions = indexByController(informers.of(ControllerRevisions));
    this.pods = indexByController(informers.of(Pods));
    this.nodes = informers.of(Nodes);
    this.status = new StatusWriter(context.client, DaemonSets, this.daemonSets, this.fence);
    const enqueue = (daemonSet: DaemonSet) => queue.add(keyOf(daemonSet));
    this.daemonSets.addHandler({ onAdd: enqueue, onUpdate: (_, daemonSet) => enqueue(daemonSet), onDelete: enqueue });
    const enqueueOwners = (object: KubeObject) => this.enqueueOwnersOf(object);
    const onUpdate = (old: KubeObject, object: KubeObject) => {
      if (controllerOf(old)?.uid !== controllerOf(object)?.uid) enqueueOwners(old);
      enqueueOwners(object);
    };
    this.pods.addHandler({ onAdd: enqueueOwners, onUpdate, onDelete: enqueueOwners });
    this.revisions.addHandler({ onDelete: enqueueOwners });
    const enqueueAll = () => {
      for (const daemonSet of this.daemonSets.list()) enqueue(daemonSet);
    };
    this.nodes.addHandler({
      onAdd: enqueueAll,
      onUpdate: (old, node) => {
        const same =
          equalTrees(old.metadata?.labels, node.metadata?.labels) && equalTrees(old.spec?.taints, node.spec?.taints);
        if (!same) enqueueAll();
      },
      onDelete: enqueueAll,
    });
  }

  async reconcile(key: string, signal: AbortSignal): Promise<{ readonly requeueAfterMs?: number }> {
    await this.fence.passed(key, signal);
    const daemonSet = this.daemonSets.get(key);
    if (!daemonSet?.spec || daemonSet.metadata?.deletionTimestamp !== undefined) {
      this.backoff.forget(key);
      return {};
    }
    const { selector, template } = daemonSet.spec;
    if (!selector.matchLabels && !selector.matchExpressions?.length) {
      const message = 'This daemon set is selecting all pods. A non-empty selector is required.';
      this.context.events.record(referenceTo(DaemonSets, daemonSet), 'Warning', 'SelectingAll', message);
      return {};
    }
    const historyConfig = this.historyConfig(daemonSet, key, signal);
    const history = await syncHistory(historyConfig, template);
    const hash = history.current.metadata?.labels?.[hashLabel] ?? '';
    const nowMs = this.context.env.clock.now();
    const pods = await this.claimPods(daemonSet, key, signal);
    const input: DaemonSetInput = {
      daemonSet,
      nodes: this.nodes.list(),
      pods,
      hash,
      nowMs,
      failureWaitMs: (node) => this.backoff.waitMs(key, node),
    };
    const plan = planDaemonSet(input);
    const failure = await this.apply(daemonSet, plan, hash, key, signal);
    await this.status.write(key, daemonSet, daemonSetStatus(input, history.collisionCount), signal);
    if (failure) throw failure.error;
    const liveHashes = new Set(pods.map(({ metadata }) => metadata?.labels?.[hashLabel]));
    const isLive = (revision: ControllerRevision) =>
      revision === history.current || liveHashes.has(revision.metadata?.labels?.[hashLabel]);
    const limit = daemonSet.spec.revisionHistoryLimit ?? 10;
    await removeRevisions(historyConfig, surplusRevisions(history.all, isLive, limit));
    const waits = [plan.requeueAfterMs, nextAvailabilityMs(pods, daemonSet.spec.minReadySeconds ?? 0, nowMs)];
    const waitMs = Math.min(...waits.map((wait) => wait ?? Number.POSITIVE_INFINITY));
    return Number.isFinite(waitMs) ? { requeueAfterMs: waitMs } : {};
  }

  private historyConfig(daemonSet: DaemonSet, key: string, signal: AbortSignal): HistoryConfig<DaemonSet> {
    return {
      client: this.context.client,
      definition: DaemonSets,
      owner: daemonSet,
      hashLabel,
      informer: this.revisions,
      wrote: (revision) => this.fence.wrote(key, this.revisions, revision),
      signal,
    };
  }

  private claimPods(daemonSet: DaemonSet, key: string, signal: AbortSignal): Promise<Pod[]> {
    return claim({
      client: this.context.client,
      ownerDefinition: DaemonSets,
      owner: daemonSet,
      controllerRef: newControllerRef(DaemonSets, daemonSet),
      definition: Pods,
      candidates: [...dependentsOf(this.pods, daemonSet), ...orphansIn(this.pods, daemonSet.metadata?.namespace)],
      matches: (pod) => selects(daemonSet.spec?.selector, pod.metadata?.labels),
      wrote: (pod) => this.fence.wrote(key, this.pods, pod),
      signal,
    });
  }

  /** Answers the first failure. */
  private async apply(
    daemonSet: DaemonSet,
    plan: DaemonSetPlan,
    hash: string,
    key: string,
    signal: AbortSignal,
  ): Promise<{ readonly error: unknown } | undefined> {
    const { client, events } = this.context;
    const subject = referenceTo(DaemonSets, daemonSet);
    const control = { client, events, subject, signal };
    for (const { type, reason, message } of plan.events) events.record(subject, type, reason, message);
    for (const node of plan.replacesFailed) this.backoff.failed(key, node);
    const wrote = (answer: KubeObject | undefined) => answer && this.fence.wrote(key, this.pods, answer);
    const nodes = plan.create.slice(0, burst);
    const controllerRef = newControllerRef(DaemonSets, daemonSet);
    let next = 0;
    const { error } = await slowStart(nodes.length, async () => {
      const node = nodes[next++] ?? '';
      try {
        const template = templateForNode(daemonSet, node, hash);
        wrote(await createPod(control, podFromTemplate(template, daemonSet, controllerRef)));
      } catch (cause) {
        if (!isNamespaceTerminating(cause)) throw cause;
      }
    });
    const deletions = plan.delete.slice(0, burst).map(async (pod) => wrote(await deletePod(control, pod)));
    const failed = (await Promise.allSettled(deletions)).find((result) => result.status === 'rejected');
    if (error !== undefined) return { error };
    return failed && { error: failed.reason };
  }

  private enqueueOwnersOf(object: KubeObject): void {
    const { queue } = this.context;
    const { namespace, labels, deletionTimestamp } = object.metadata ?? {};
    const controller = controllerOf(object);
    if (controller) {
      if (controller.kind === DaemonSets.kind) queue.add(`${namespace}/${controller.name}`);
      return;
    }
    if (deletionTimestamp !== undefined) return;
    for (const daemonSet of this.daemonSets.list(namespace)) {
      if (selects(daemonSet.spec?.selector, labels)) queue.add(keyOf(daemonSet));
    }
  }
}
