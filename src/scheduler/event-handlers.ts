/**
 * Event handlers: from what informers see to cluster state and queue (kube-scheduler eventhandlers.go).
 *
 * Order matters: state first, so that a pod that an event wakes meets the state with the event.
 */

import type { Node, Pod } from '#kinds/generated/core-v1.ts';
import type { InformerHandler } from '#runtime/informer.ts';
import {
  Action,
  assignedPodAdd,
  assignedPodDelete,
  clusterEvent,
  type EventResource,
  nodeAdd,
  nodeChanges,
  nodeDelete,
  podChanges,
} from './framework/cluster-event.ts';
import { PodInfo } from './framework/pod-info.ts';
import type { WaitingPods } from './framework/waiting-pods.ts';
import type { SchedulingQueue } from './queue/scheduling-queue.ts';
import type { ClusterState } from './state/cluster-state.ts';

export interface EventHandlersConfig {
  readonly state: ClusterState;
  readonly queue: SchedulingQueue;
  readonly waitingPods: WaitingPods;
  /** Whether one of our profiles is the pod's scheduler. */
  readonly isOurs: (pod: Pod) => boolean;
}

export function podHandler({ state, queue, waitingPods, isOurs }: EventHandlersConfig): InformerHandler<Pod> {
  const assign = (pod: Pod) => {
    // One that we assumed is known already.
    const assumed = state.pod(pod.metadata?.uid ?? '')?.pod;
    state.setPod(new PodInfo(pod, assumed), pod.spec?.nodeName ?? '');
    queue.moveAll(assignedPodAdd, undefined, pod);
  };
  /** The pod was placed in our minds only, and goes before it is bound. */
  const dropAssumed = (uid: string) => {
    const known = state.pod(uid);
    if (!known) return;
    // A waiting pod is taken back by its binding cycle.
    if (!waitingPods.reject(uid)) state.forget(uid);
    queue.moveAll(assignedPodDelete, assignedCopy(known.pod.pod, known.nodeName), undefined);
  };

  return {
    onAdd(pod) {
      if (pod.spec?.nodeName) assign(pod);
      else if (isOurs(pod)) queue.add(new PodInfo(pod));
    },

    onUpdate(before, pod) {
      const uid = pod.metadata?.uid ?? '';
      if (before.spec?.nodeName) {
        state.setPod(new PodInfo(pod, state.pod(uid)?.pod), pod.spec?.nodeName ?? '');
        if (queue.awaitsEvents) for (const event of podChanges(before, pod)) queue.moveAll(event, before, pod);
      } else if (pod.spec?.nodeName) {
        assign(pod);
        queue.delete(uid);
      } else if (isOurs(pod)) {
        if (state.isAssumed(uid)) {
          const isDeletedNow = pod.metadata?.deletionTimestamp && !before.metadata?.deletionTimestamp;
          if (isDeletedNow) dropAssumed(uid);
          return;
        }
        queue.update(before, new PodInfo(pod));
        const nomination = before.status?.nominatedNodeName;
        if (nomination && nomination !== pod.status?.nominatedNodeName) freeNomination(before);
      }
    },

    onDelete(pod) {
      const uid = pod.metadata?.uid ?? '';
      if (pod.spec?.nodeName) {
        state.removePod(uid);
        queue.delete(uid);
        queue.moveAll(assignedPodDelete, pod, undefined);
      } else if (isOurs(pod)) {
        queue.delete(uid);
        if (state.isAssumed(uid)) dropAssumed(uid);
        else if (pod.status?.nominatedNodeName) freeNomination(pod);
      }
    },
  };

  /** Room that was kept for the pod is free for others that are no more important. */
  function freeNomination(pod: Pod): void {
    const priority = pod.spec?.priority ?? 0;
    queue.moveAll(assignedPodDelete, pod, undefined, (other) => other.priority <= priority);
  }
}

/** As the deletion of a bound pod looks to queueing hints. */
function assignedCopy(pod: Pod, nodeName: string): Pod {
  return { ...pod, spec: { containers: [], ...pod.spec, nodeName } };
}

export function nodeHandler({ state, queue }: EventHandlersConfig): InformerHandler<Node> {
  return {
    onAdd(node) {
      state.setNode(node);
      queue.moveAll(nodeAdd, undefined, node);
    },
    onUpdate(before, node) {
      state.setNode(node);
      if (queue.awaitsEvents) for (const event of nodeChanges(before, node)) queue.moveAll(event, before, node);
    },
    onDelete(node) {
      state.removeNode(node.metadata?.name ?? '');
      queue.moveAll(nodeDelete, node, undefined);
    },
  };
}

/** Kinds that only plugins look at. */
export function plainHandler<T extends object>(
  { queue }: EventHandlersConfig,
  resource: EventResource,
): InformerHandler<T> {
  const added = clusterEvent(resource, Action.Add);
  const updated = clusterEvent(resource, Action.Update);
  const deleted = clusterEvent(resource, Action.Delete);
  return {
    onAdd: (object) => queue.moveAll(added, undefined, object),
    onUpdate: (before, object) => queue.moveAll(updated, before, object),
    onDelete: (object) => queue.moveAll(deleted, object, undefined),
  };
}
