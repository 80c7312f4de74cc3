/**
 * Which daemon pods to create and delete (upstream's pkg/controller/daemon).
 *
 * First every node gets the pod that it should have, and loses those that it should not. Only when that asks for nothing does the
 * rolling update go on: without surge old pods are deleted within maxUnavailable (and come back new); with surge new pods come
 * beside old ones within maxSurge, and the old ones go when the new are available.
 */

import { scaledValue } from '#api/int-or-string.ts';
import { selectsNode } from '#kinds/core/pod/node-selection.ts';
import { toleratedBy } from '#kinds/core/pod/toleration.ts';
import type { DaemonSet, DaemonSetStatus } from '#kinds/generated/apps-v1.ts';
import type { Node, Pod, TaintEffect } from '#kinds/generated/core-v1.ts';
import { isPodAvailable, isPodReady, isPodTerminal } from '../pods/state.ts';
import { daemonPodSpec, isUpdated, targetNodeOf } from './template.ts';

export interface DaemonSetInput {
  readonly daemonSet: DaemonSet;
  readonly nodes: readonly Node[];
  /** The DaemonSet's own pods. */
  readonly pods: readonly Pod[];
  /** Hash of the current template. */
  readonly hash: string;
  readonly nowMs: number;
  /** Milliseconds until a failed pod of the node may be replaced; 0 for now. */
  readonly failureWaitMs: (nodeName: string) => number;
}

export interface DaemonEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

export interface DaemonSetPlan {
  /** Names of nodes that get a pod. */
  readonly create: readonly string[];
  readonly delete: readonly Pod[];
  /** Nodes whose failed pod is replaced now. */
  readonly replacesFailed: readonly string[];
  readonly events: readonly DaemonEvent[];
  readonly requeueAfterMs?: number;
}

export interface NodeFitness {
  readonly shouldRun: boolean;
  /** A pod that runs already may stay. */
  readonly shouldContinueRunning: boolean;
}

export function fitness(daemonSet: DaemonSet, node: Node): NodeFitness {
  const spec = daemonPodSpec(daemonSet.spec?.template.spec);
  const elsewhere = spec.nodeName && spec.nodeName !== node.metadata?.name;
  if (elsewhere || !selectsNode(spec, node)) return { shouldRun: false, shouldContinueRunning: false };
  const tolerates = (...effects: readonly TaintEffect[]) =>
    (node.spec?.taints ?? []).every((taint) => !effects.includes(taint.effect) || toleratedBy(spec.tolerations, taint));
  if (tolerates('NoExecute', 'NoSchedule')) return { shouldRun: true, shouldContinueRunning: true };
  return { shouldRun: false, shouldContinueRunning: tolerates('NoExecute') };
}

/** Pods that have ended and are being deleted have left their node already. */
export function podsByNode(pods: readonly Pod[]): Map<string, Pod[]> {
  const byNode = new Map<string, Pod[]>();
  for (const pod of pods) {
    if (isPodTerminal(pod) && pod.metadata?.deletionTimestamp !== undefined) continue;
    const node = targetNodeOf(pod);
    if (node === undefined) continue;
    const list = byNode.get(node);
    if (list) list.push(pod);
    else byNode.set(node, [pod]);
  }
  return byNode;
}

export function planDaemonSet(input: DaemonSetInput): DaemonSetPlan {
  const byNode = podsByNode(input.pods);
  const plan = new Draft();
  for (const node of input.nodes) planNode(input, node, byNode.get(node.metadata?.name ?? ''), plan);
  const known = new Set(input.nodes.map(({ metadata }) => metadata?.name));
  for (const [node, pods] of byNode) {
    if (!known.has(node)) plan.delete.push(...pods.filter(({ spec }) => !spec?.nodeName));
  }
  if (plan.create.length + plan.delete.length === 0) roll(input, byNode, plan);
  const { waits, ...rest } = plan;
  return waits.length > 0 ? { ...rest, requeueAfterMs: Math.min(...waits) } : rest;
}

class Draft {
  readonly create: string[] = [];
  readonly delete: Pod[] = [];
  readonly replacesFailed: string[] = [];
  readonly events: DaemonEvent[] = [];
  readonly waits: number[] = [];
}

function planNode(input: DaemonSetInput, node: Node, pods: readonly Pod[] | undefined, plan: Draft): void {
  const { daemonSet } = input;
  const name = node.metadata?.name ?? '';
  const { shouldRun, shouldContinueRunning } = fitness(daemonSet, node);
  const live = (pods ?? []).filter(({ metadata }) => metadata?.deletionTimestamp === undefined);
  if (shouldRun && !pods) {
    plan.create.push(name);
    return;
  }
  if (!shouldContinueRunning) {
    plan.delete.push(...live);
    return;
  }
  const running = live.filter((pod) => !removeEnded(input, pod, name, plan)).toSorted(byAge);
  if (!allowsSurge(daemonSet)) {
    plan.delete.push(...running.slice(1));
    return;
  }
  if (running.length === 0 && shouldRun) plan.create.push(name);
  if (running.length > 1) keepOneOfEach(input, running, plan);
}

/** With surge a node may have one new and one old pod; the old one goes when it is not ready or the new one is available. */
function keepOneOfEach(input: DaemonSetInput, running: readonly Pod[], plan: Draft): void {
  const { daemonSet, hash, nowMs } = input;
  const newPods = running.filter((pod) => pod.metadata?.labels?.['controller-revision-hash'] === hash);
  const oldPods = running.filter((pod) => !newPods.includes(pod));
  plan.delete.push(...newPods.slice(1), ...oldPods.slice(1));
  const [newPod] = newPods;
  const [oldPod] = oldPods;
  if (!newPod || !oldPod) return;
  if (!isPodReady(oldPod) || isPodAvailable(newPod, daemonSet.spec?.minReadySeconds ?? 0, nowMs))
    plan.delete.push(oldPod);
}

/** A daemon never ends: a pod that did is replaced, failed ones with back-off. True when the pod has ended. */
function removeEnded(input: DaemonSetInput, pod: Pod, node: string, plan: Draft): boolean {
  const subject = `daemon pod ${pod.metadata?.namespace}/${pod.metadata?.name} on node ${node}`;
  if (pod.status?.phase === 'Failed') {
    const waitMs = input.failureWaitMs(node);
    if (waitMs > 0) {
      plan.waits.push(waitMs);
      return true;
    }
    plan.replacesFailed.push(node);
    const message = `Found failed ${subject}, will try to kill it`;
    plan.events.push({ type: 'Warning', reason: 'FailedDaemonPod', message });
    plan.delete.push(pod);
    return true;
  }
  if (pod.status?.phase === 'Succeeded') {
    const message = `Found succeeded ${subject}, will try to delete it`;
    plan.events.push({ type: 'Normal', reason: 'SucceededDaemonPod', message });
    plan.delete.push(pod);
    return true;
  }
  return false;
}

function roll(input: DaemonSetInput, byNode: ReadonlyMap<string, readonly Pod[]>, plan: Draft): void {
  if (input.daemonSet.spec?.updateStrategy?.type !== 'RollingUpdate') return;
  const fit = new Set<string>();
  for (const node of input.nodes) {
    if (fitness(input.daemonSet, node).shouldRun) fit.add(node.metadata?.name ?? '');
  }
  const { maxSurge, maxUnavailable } = rollingLimits(input.daemonSet, fit.size);
  const names = [...new Set([...byNode.keys(), ...fit])].sort();
  if (maxSurge === 0) rollByDeleting(input, names, byNode, maxUnavailable, plan);
  else rollBySurging(input, names, byNode, fit, maxSurge, plan);
}

function rollByDeleting(
  input: DaemonSetInput,
  nodes: readonly string[],
  byNode: ReadonlyMap<string, readonly Pod[]>,
  maxUnavailable: number,
  plan: Draft,
): void {
  let unavailable = 0;
  const candidates: Pod[] = [];
  for (const node of nodes) {
    const pair = newAndOld(input, byNode.get(node) ?? []);
    if (!pair || Boolean(pair.newPod) === Boolean(pair.oldPod)) unavailable++;
    else if (pair.newPod) unavailable += Number(!isAvailable(input, pair.newPod));
    else if (pair.oldPod && !isAvailable(input, pair.oldPod)) {
      // It adds nothing to availability: replacing it costs nothing.
      plan.delete.push(pair.oldPod);
      unavailable++;
    } else if (pair.oldPod) candidates.push(pair.oldPod);
  }
  plan.delete.push(...candidates.slice(0, Math.max(0, maxUnavailable - unavailable)));
}

function rollBySurging(
  input: DaemonSetInput,
  nodes: readonly string[],
  byNode: ReadonlyMap<string, readonly Pod[]>,
  fit: ReadonlySet<string>,
  maxSurge: number,
  plan: Draft,
): void {
  let surge = 0;
  let available = 0;
  const candidates: string[] = [];
  const unfit: Pod[] = [];
  for (const node of nodes) {
    const pair = newAndOld(input, byNode.get(node) ?? []);
    if (!pair) {
      surge++;
      continue;
    }
    const { newPod, oldPod } = pair;
    const serving = oldPod ?? newPod;
    if (serving && isAvailable(input, serving)) available++;
    if (!oldPod) continue;
    if (newPod) {
      if (isAvailable(input, newPod)) plan.delete.push(oldPod);
      else surge++;
    } else if (!fit.has(node)) {
      if (isAvailable(input, oldPod)) unfit.push(oldPod);
      else plan.delete.push(oldPod);
    } else if (isAvailable(input, oldPod)) candidates.push(node);
    else plan.create.push(node);
  }
  plan.delete.push(...unfit.slice(0, Math.max(0, available - fit.size)));
  plan.create.push(...candidates.slice(0, Math.max(0, maxSurge - surge)));
}

/** Undefined when the node has two of a kind, which the first step has to mend. */
function newAndOld(
  { daemonSet, hash }: DaemonSetInput,
  pods: readonly Pod[],
): { readonly newPod: Pod | undefined; readonly oldPod: Pod | undefined } | undefined {
  const live = pods.filter(({ metadata }) => metadata?.deletionTimestamp === undefined);
  const newPods = live.filter((pod) => isUpdated(daemonSet, pod, hash));
  const oldPods = live.filter((pod) => !newPods.includes(pod));
  return newPods.length > 1 || oldPods.length > 1 ? undefined : { newPod: newPods[0], oldPod: oldPods[0] };
}

function isAvailable({ daemonSet, nowMs }: DaemonSetInput, pod: Pod): boolean {
  return isPodAvailable(pod, daemonSet.spec?.minReadySeconds ?? 0, nowMs);
}

function allowsSurge(daemonSet: DaemonSet): boolean {
  return rollingLimits(daemonSet, 1).maxSurge > 0;
}

function rollingLimits(daemonSet: DaemonSet, desired: number) {
  const { type, rollingUpdate } = daemonSet.spec?.updateStrategy ?? {};
  if (type !== 'RollingUpdate') return { maxSurge: 0, maxUnavailable: 0 };
  const maxSurge = scaledValue(rollingUpdate?.maxSurge ?? 0, desired, 'up');
  const maxUnavailable = scaledValue(rollingUpdate?.maxUnavailable ?? 1, desired, 'up');
  return { maxSurge, maxUnavailable: desired > 0 && maxSurge === 0 && maxUnavailable === 0 ? 1 : maxUnavailable };
}

export function daemonSetStatus(
  { daemonSet, nodes, pods, hash, nowMs }: DaemonSetInput,
  collisionCount: number,
): DaemonSetStatus {
  const byNode = podsByNode(pods);
  const count = { desired: 0, current: 0, misscheduled: 0, ready: 0, available: 0, updated: 0 };
  for (const node of nodes) {
    const own = (byNode.get(node.metadata?.name ?? '') ?? []).toSorted(byAge);
    const [pod] = own;
    if (!fitness(daemonSet, node).shouldRun) {
      if (pod) count.misscheduled++;
      continue;
    }
    count.desired++;
    if (!pod) continue;
    count.current++;
    count.ready += Number(isPodReady(pod));
    count.available += Number(isPodAvailable(pod, daemonSet.spec?.minReadySeconds ?? 0, nowMs));
    count.updated += Number(isUpdated(daemonSet, pod, hash));
  }
  return {
    currentNumberScheduled: count.current,
    numberMisscheduled: count.misscheduled,
    desiredNumberScheduled: count.desired,
    numberReady: count.ready,
    observedGeneration: daemonSet.metadata?.generation,
    updatedNumberScheduled: count.updated || undefined,
    numberAvailable: count.available || undefined,
    numberUnavailable: count.desired - count.available || undefined,
    collisionCount: collisionCount || undefined,
    conditions: daemonSet.status?.conditions,
  };
}

/** Pods on a node before those that wait for one; older first; the name decides. */
function byAge(a: Pod, b: Pod): number {
  const assigned = Number(Boolean(b.spec?.nodeName)) - Number(Boolean(a.spec?.nodeName));
  return (
    assigned ||
    compare(a.metadata?.creationTimestamp, b.metadata?.creationTimestamp) ||
    compare(a.metadata?.name, b.metadata?.name)
  );
}

function compare(a = '', b = ''): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
