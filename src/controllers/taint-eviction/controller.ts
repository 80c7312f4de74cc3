/**
 * Taint eviction controller: deletes pods from nodes whose NoExecute taints they do not tolerate, at once or when the tolerated time
 * is over. The time counts from when we first saw pod and taint together.
 */

import { isNotFound } from '#api/errors.ts';
import { keyOf } from '#api/object.ts';
import { equalTrees } from '#base/equal.ts';
import { Nodes } from '#kinds/core/node/definition.ts';
import { Pods } from '#kinds/core/pod/definition.ts';
import type { Node, Pod } from '#kinds/generated/core-v1.ts';
import type { Controller, ControllerContext, ControllerFactory } from '#runtime/controller.ts';
import { referenceTo } from '#runtime/event-recorder.ts';
import type { Informer } from '#runtime/informer.ts';
import type { ControllerMetrics } from '../metrics.ts';
import { indexByNode, podsOnNode } from '../pods/on-node.ts';
import { patchPodStatus } from '../pods/status-patch.ts';
import { toleratedForMs } from './plan.ts';

export function taintEvictionController(metrics?: ControllerMetrics): ControllerFactory {
  return { name: 'taint-eviction-controller', create: (context) => new TaintEviction(context, metrics) };
}

interface Scheduled {
  readonly uid: string;
  readonly sinceMs: number;
  readonly dueMs: number;
}

class TaintEviction implements Controller {
  readonly workers = 8;
  private readonly context: ControllerContext;
  private readonly metrics: ControllerMetrics | undefined;
  private readonly nodes: Informer<Node>;
  private readonly pods: Informer<Pod>;
  private readonly scheduled = new Map<string, Scheduled>();

  constructor(context: ControllerContext, metrics: ControllerMetrics | undefined) {
    this.context = context;
    this.metrics = metrics;
    this.nodes = context.informers.of(Nodes);
    this.pods = indexByNode(context.informers.of(Pods));
    const { queue } = context;
    const enqueueAll = (node: Node) => {
      for (const pod of podsOnNode(this.pods, node.metadata?.name ?? '')) queue.add(keyOf(pod));
    };
    this.nodes.addHandler({
      onAdd: (node) => noExecute(node).length > 0 && enqueueAll(node),
      onUpdate: (old, node) => equalTrees(noExecute(old), noExecute(node)) || enqueueAll(node),
    });
    const isConcerned = (pod: Pod) => {
      const node = this.nodes.get(pod.spec?.nodeName ?? '');
      return (node && noExecute(node).length > 0) || this.scheduled.has(keyOf(pod));
    };
    this.pods.addHandler({
      onAdd: (pod) => isConcerned(pod) && queue.add(keyOf(pod)),
      onUpdate: (_, pod) => isConcerned(pod) && queue.add(keyOf(pod)),
      onDelete: (pod) => this.scheduled.delete(keyOf(pod)),
    });
  }

  async reconcile(key: string, signal: AbortSignal): Promise<{ readonly requeueAfterMs?: number }> {
    const pod = this.pods.get(key);
    const node = this.nodes.get(pod?.spec?.nodeName ?? '');
    if (!pod || pod.metadata?.deletionTimestamp !== undefined) {
      this.scheduled.delete(key);
      return {};
    }
    const allowedMs = node && toleratedForMs(noExecute(node), pod.spec?.tolerations);
    if (allowedMs === undefined) {
      if (this.scheduled.delete(key)) this.record(pod, `Cancelling deletion of Pod ${key}`);
      return {};
    }
    const nowMs = this.context.env.clock.monotonic();
    const due = this.schedule(key, pod, allowedMs, nowMs);
    if (due.dueMs > nowMs) return { requeueAfterMs: due.dueMs - nowMs };
    await this.evict(key, pod, signal);
    this.metrics?.podDeletedByTaint(this.context.env.clock.monotonic() - due.dueMs);
    this.scheduled.delete(key);
    return {};
  }

  /** A pod that waits already keeps its start, and never gets more time than it had. */
  private schedule(key: string, pod: Pod, allowedMs: number, nowMs: number): Scheduled {
    const uid = pod.metadata?.uid ?? '';
    const before = this.scheduled.get(key);
    const sinceMs = before?.uid === uid ? before.sinceMs : nowMs;
    const scheduled = { uid, sinceMs, dueMs: sinceMs + allowedMs };
    this.scheduled.set(key, scheduled);
    return scheduled;
  }

  private async evict(key: string, pod: Pod, signal: AbortSignal): Promise<void> {
    const { client, env } = this.context;
    this.record(pod, `Marking for deletion Pod ${key}`);
    const condition = {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'DeletionByTaintManager',
      message: 'Taint manager: deleting due to NoExecute taint',
    };
    if (!(await patchPodStatus(client, pod, { condition }, env.clock.now(), signal))) return;
    const { namespace, name = '', uid } = pod.metadata ?? {};
    try {
      await client.delete(Pods, { namespace, name }, { preconditions: uid ? { uid } : undefined, signal });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  private record(pod: Pod, message: string): void {
    this.context.events.record(referenceTo(Pods, pod), 'Normal', 'TaintManagerEviction', message);
  }
}

function noExecute(node: Node) {
  return (node.spec?.taints ?? []).filter(({ effect }) => effect === 'NoExecute');
}
