/**
 * Plugin: the extension points of a scheduling attempt, under upstream's names. A plugin implements those it needs.
 *
 *     queue    preEnqueue (may the pod be tried at all)   less (which pod next)   eventsToRegister (what may help a rejected pod)
 *     cycle    preFilter  filter  postFilter  preScore  score  normalizeScores  reserve  permit          synchronous, one pod
 *     binding  preBindPreFlight  preBind  bind  postBind                                  asynchronous, many pods
 *
 * Rules that the framework builds on:
 * 1. Cycle points are synchronous and read ClusterState; they change nothing of it.
 * 2. A plugin with `sign` is node-local: its filter and raw score depend only on the pod's signature and on NodeInfo. Results
 *    are then kept per signature and node generation, and are computed once for a hundred equal pods.
 * 3. podAdded and podRemoved keep what preFilter computed right while preemption tries nodes without some of their pods; each
 *    undoes the other. Plugins that read ClusterState's counters need neither.
 */

import type { Node, Pod } from '#kinds/generated/core-v1.ts';
import type { NodeInfo } from '../state/node-info.ts';
import type { ClusterEvent } from './cluster-event.ts';
import type { Cycle } from './cycle.ts';
import type { Diagnosis } from './diagnosis.ts';
import type { PodInfo } from './pod-info.ts';
import type { Status } from './status.ts';

export const maxNodeScore = 100;

export interface Plugin {
  readonly name: string;

  /** A status keeps the pod out of the active queue until an event that this plugin registered. */
  preEnqueue?(pod: PodInfo): Status | undefined;
  /** Queue order; exactly one plugin of all profiles. */
  less?(a: QueuedPodOrder, b: QueuedPodOrder): boolean;
  /** Events that may make a pod schedulable that this plugin rejected. */
  eventsToRegister?(): readonly EventRegistration[];

  /** Everything of the pod that filter, raw score and the Skips before them depend on; undefined forbids keeping results. */
  sign?(pod: PodInfo): string | undefined;

  /** Once per attempt. Skip leaves filter out; node names restrict the search; a rejection fails the pod on all nodes. */
  preFilter?(cycle: Cycle): Status | PreFilterResult | undefined;
  podAdded?(cycle: Cycle, pod: PodInfo, node: NodeInfo): void;
  podRemoved?(cycle: Cycle, pod: PodInfo, node: NodeInfo): void;
  filter?(cycle: Cycle, node: NodeInfo): Status | undefined;
  /** When no node fits. A result without status (or with a nominated node) ends the search for help. */
  postFilter?(cycle: Cycle, diagnosis: Diagnosis): PostFilterResult;

  preScore?(cycle: Cycle, nodes: readonly NodeInfo[]): Status | undefined;
  /** Any integer; normalizeScores, or the range 0 to 100 already. */
  score?(cycle: Cycle, node: NodeInfo): number;
  /** Brings scores (one per node) into 0 to 100, in place. */
  normalizeScores?(cycle: Cycle, scores: Float64Array, nodes: readonly NodeInfo[]): void;

  /** The pod is assumed on the node: take what it needs. A status takes the assumption back. */
  reserve?(cycle: Cycle, node: NodeInfo): Status | undefined;
  /** Idempotent; in reverse order of reserve. */
  unreserve?(cycle: Cycle, node: NodeInfo): void;
  /** Wait holds the binding back until the plugin allows or rejects the waiting pod, or `timeoutMs` is over. */
  permit?(cycle: Cycle, node: NodeInfo): PermitResult | undefined;

  /** Skip tells that preBind will have nothing to do. */
  preBindPreFlight?(cycle: Cycle, node: NodeInfo): Status | undefined;
  preBind?(cycle: Cycle, node: NodeInfo, signal: AbortSignal): Promise<Status | undefined>;
  /** Skip leaves it to the next bind plugin. */
  bind?(cycle: Cycle, node: NodeInfo, signal: AbortSignal): Promise<Status | undefined>;
  postBind?(cycle: Cycle, node: NodeInfo): void;
}

export interface PreFilterResult {
  readonly nodeNames: ReadonlySet<string>;
}

export interface PostFilterResult {
  /** Where the pod will probably fit soon; '' takes an earlier nomination back; absent leaves it. */
  readonly nominatedNodeName?: string | undefined;
  /** Absent when a place was found. */
  readonly status?: Status | undefined;
}

export interface PermitResult {
  readonly status: Status;
  readonly timeoutMs?: number;
}

/** What queue order may look at. */
export interface QueuedPodOrder {
  readonly info: PodInfo;
  /** When the pod entered the queue (again): Clock.monotonic milliseconds. */
  readonly timestampMs: number;
}

export interface EventRegistration {
  readonly event: ClusterEvent;
  /** False keeps the pod where it is. Absent: every such event helps. */
  readonly hint?: QueueingHint;
}

/** The object that changed, before and after; one of them is absent for an addition or deletion. */
export type QueueingHint = (pod: PodInfo, before: EventObject, after: EventObject) => boolean;

export type EventObject = Pod | Node | object | undefined;
