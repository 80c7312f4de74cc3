/**
 * Pod garbage collector: removes by force the pods of nodes that are gone, pods that were deleted before they had a node, and the
 * oldest ended pods when there are too many.
 */

import { isNotFound } from '#api/errors.ts';
import { keyOf } from '#api/object.ts';
import { equalTrees } from '#base/equal.ts';
import { Nodes } from '#kinds/core/node/definition.ts';
import { Pods } from '#kinds/core/pod/definition.ts';
import type { Node, Pod } from '#kinds/generated/core-v1.ts';
import type { Controller, ControllerContext, ControllerFactory } from '#runtime/controller.ts';
import type { Informer } from '#runtime/informer.ts';
import { indexByNode, podsOnNode } from '../pods/on-node.ts';
import { isPodTerminal } from '../pods/state.ts';
import { patchPodStatus } from '../pods/status-patch.ts';
import { judge, surplus, type Verdict } from './plan.ts';

export interface PodGcConfig {
  /** Ended pods that are kept in the whole cluster (--terminated-pod-gc-threshold). */
  readonly terminatedThreshold: number;
}

export function podGcController(config: PodGcConfig = { terminatedThreshold: 12_500 }): ControllerFactory {
  return { name: 'pod-garbage-collector-controller', create: (context) => new PodGc(context, config) };
}

/** How long a node may be missing before its pods are given up. */
const quarantineMs = 40_000;
/** Key of the round that counts ended pods; pods' keys have a namespace. */
const countKey = 'ended-pods';

class PodGc implements Controller {
  readonly workers = 4;
  private readonly context: ControllerContext;
  private readonly config: PodGcConfig;
  private readonly nodes: Informer<Node>;
  private readonly pods: Informer<Pod>;
  private endedCount = 0;
  /** Pods by key whose node was missing, with the monotonic time of when that was first seen. */
  private readonly missingSinceMs = new Map<string, number>();

  constructor(context: ControllerContext, config: PodGcConfig) {
    this.context = context;
    this.config = config;
    this.nodes = context.informers.of(Nodes);
    this.pods = indexByNode(context.informers.of(Pods));
    const { queue } = context;
    const look = (pod: Pod) => {
      if (judge(pod, this.nodes.get(pod.spec?.nodeName ?? '')) !== 'keep') queue.add(keyOf(pod));
      if (this.endedCount > this.config.terminatedThreshold) queue.add(countKey);
    };
    this.pods.addHandler({
      onAdd: (pod) => {
        this.endedCount += Number(isPodTerminal(pod));
        look(pod);
      },
      onUpdate: (old, pod) => {
        this.endedCount += Number(isPodTerminal(pod)) - Number(isPodTerminal(old));
        look(pod);
      },
      onDelete: (pod) => {
        this.endedCount -= Number(isPodTerminal(pod));
        this.missingSinceMs.delete(keyOf(pod));
      },
    });
    const lookAtAll = (node: Node) => {
      for (const pod of podsOnNode(this.pods, node.metadata?.name ?? '')) look(pod);
    };
    this.nodes.addHandler({
      onUpdate: (old, node) => equalTrees(old.spec?.taints, node.spec?.taints) || lookAtAll(node),
      onDelete: lookAtAll,
    });
  }

  async reconcile(key: string, signal: AbortSignal): Promise<{ readonly requeueAfterMs?: number }> {
    if (key === countKey) {
      const pods = surplus(this.pods.list(), this.config.terminatedThreshold);
      await Promise.all(pods.map((pod) => this.remove(pod, undefined, signal)));
      return {};
    }
    const pod = this.pods.get(key);
    if (!pod) return {};
    const node = pod.spec?.nodeName ?? '';
    const verdict = judge(pod, this.nodes.get(node));
    if (verdict !== 'quarantine') this.missingSinceMs.delete(key);
    if (verdict === 'keep') return {};
    if (verdict === 'quarantine') {
      const nowMs = this.context.env.clock.monotonic();
      const sinceMs = this.missingSinceMs.get(key) ?? nowMs;
      this.missingSinceMs.set(key, sinceMs);
      if (nowMs - sinceMs < quarantineMs) return { requeueAfterMs: sinceMs + quarantineMs - nowMs };
      if (await this.nodeExists(node, signal)) return {};
    }
    await this.remove(pod, verdict, signal);
    return {};
  }

  private async nodeExists(name: string, signal: AbortSignal): Promise<boolean> {
    try {
      await this.context.client.get(Nodes, { name }, { signal });
      return true;
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  }

  private async remove(pod: Pod, verdict: Verdict | undefined, signal: AbortSignal): Promise<void> {
    const { client, env } = this.context;
    env.log.info('force deleting pod', { pod: keyOf(pod), verdict: verdict ?? 'too many ended pods' });
    if (!isPodTerminal(pod)) {
      const condition = {
        type: 'DisruptionTarget',
        status: 'True',
        reason: 'DeletionByPodGC',
        message: 'PodGC: node no longer exists',
      };
      const patch = { phase: 'Failed', ...(verdict === 'quarantine' ? { condition } : {}) } as const;
      await patchPodStatus(client, pod, patch, env.clock.now(), signal);
    }
    const { namespace, name = '', uid } = pod.metadata ?? {};
    try {
      const preconditions = uid ? { uid } : undefined;
      await client.delete(Pods, { namespace, name }, { gracePeriodSeconds: 0, preconditions, signal });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}
