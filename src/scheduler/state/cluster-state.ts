/**
 * ClusterState: what the scheduler believes about nodes and the pods on them; upstream's cache and snapshot in one.
 *
 * Upstream copies changed nodes into a snapshot before each cycle because informers write the cache meanwhile. Our cycles are
 * synchronous, so nothing changes under them and the state itself is read; everything derived (sums, counters, term index)
 * is kept current by the change itself instead of being rebuilt.
 *
 * 1. A pod that the scheduler placed is "assumed" until the informer confirms it or `forget` takes it back.
 * 2. Every attached pod on a live node is in the sums, counters and term index, exactly once.
 * 3. What `whatIf` changes it undoes, including generations.
 */

import type { Labels } from '#api/label-selector.ts';
import type { Node } from '#kinds/generated/core-v1.ts';
import { nodeChanges, sameStrings } from '../framework/cluster-event.ts';
import type { PodInfo } from '../framework/pod-info.ts';
import { ImageStates, sameImages } from './image-states.ts';
import { NodeInfo } from './node-info.ts';
import { NodeOrder } from './node-order.ts';
import { NodeTable } from './node-table.ts';
import { PodCounters } from './pod-counters.ts';
import { TermIndex } from './term-index.ts';
import { Topologies } from './topology.ts';

interface Attached {
  pod: PodInfo;
  readonly on: NodeInfo;
  assumed: boolean;
}

export interface NamespaceLabels {
  readonly labelsOf: (namespace: string) => Labels | undefined;
  readonly names: () => Iterable<string>;
}

export class ClusterState {
  readonly table = new NodeTable();
  readonly images = new ImageStates();
  readonly topologies: Topologies;
  readonly counters: PodCounters;
  readonly terms: TermIndex;
  readonly namespaces: NamespaceLabels;
  private readonly nodes = new Map<string, NodeInfo>();
  private readonly order = new NodeOrder();
  private readonly pods = new Map<string, Attached>();
  private readonly podsByNamespace = new Map<string, Set<Attached>>();

  constructor(namespaces: NamespaceLabels) {
    this.namespaces = namespaces;
    const liveNodes = () => this.order.list();
    this.topologies = new Topologies(this.table.capacity, liveNodes);
    this.terms = new TermIndex(this.topologies);
    this.counters = new PodCounters({
      topologies: this.topologies,
      liveNodes,
      podsOf: (names) => this.livePods(names),
    });
  }

  /** Live nodes, zones in turn. */
  get nodeList(): readonly NodeInfo[] {
    return this.order.list();
  }

  get podCount(): number {
    return this.pods.size;
  }

  /** Looks at all pods: for those who ask now and then. */
  get assumedCount(): number {
    let count = 0;
    for (const { assumed } of this.pods.values()) if (assumed) count++;
    return count;
  }

  get nodeCount(): number {
    return this.order.size;
  }

  /** A live node. */
  node(name: string): NodeInfo | undefined {
    const info = this.nodes.get(name);
    return info?.live ? info : undefined;
  }

  setNode(node: Node): NodeInfo {
    const name = node.metadata?.name ?? '';
    const info = this.infoOf(name);
    const { row } = info;
    if (!info.live) {
      info.setNode(node);
      info.images = this.images.add(node);
      this.order.add(info);
      this.enter(info);
      return info;
    }
    const old = info.node;
    if (!sameImages(old, node)) {
      this.images.remove(info.images);
      info.images = this.images.add(node);
      this.table.touch(row);
    }
    if (nodeChanges(old, node).length === 0 && old.spec?.unschedulable === node.spec?.unschedulable) {
      info.refreshNode(node);
      return info;
    }
    // Its labels and taints decide where its pods count.
    this.leave(info);
    info.setNode(node);
    this.order.update(info);
    this.enter(info);
    return info;
  }

  removeNode(name: string): void {
    const info = this.nodes.get(name);
    if (!info?.live) return;
    this.leave(info);
    this.images.remove(info.images);
    info.images = new Map();
    this.order.remove(info);
    info.clearNode();
    this.dropIfUnused(info);
  }

  /** A pod that the API server says is on a node; confirms an assumed one. */
  setPod(pod: PodInfo, nodeName: string): void {
    const known = this.pods.get(pod.uid);
    if (known && known.on.name === nodeName) {
      known.assumed = false;
      if (countsAlike(known.pod, pod)) {
        known.on.replace(known.pod, pod);
        known.pod = pod;
        return;
      }
    }
    if (known) this.detach(known);
    this.attach(pod, this.infoOf(nodeName), false);
  }

  removePod(uid: string): void {
    const known = this.pods.get(uid);
    if (known) this.detach(known);
  }

  /** Counts the pod on the node before the API server knows. */
  assume(pod: PodInfo, info: NodeInfo): void {
    this.attach(pod, info, true);
  }

  /** Takes an assumption back; a confirmed pod stays. */
  forget(uid: string): void {
    const known = this.pods.get(uid);
    if (known?.assumed) this.detach(known);
  }

  isAssumed(uid: string): boolean {
    return this.pods.get(uid)?.assumed ?? false;
  }

  /** The pod and its node, assumed or confirmed. */
  pod(uid: string): { readonly pod: PodInfo; readonly nodeName: string } | undefined {
    const known = this.pods.get(uid);
    return known && { pod: known.pod, nodeName: known.on.name };
  }

  /** Runs a question on a changed node, and undoes the changes. */
  whatIf<Answer>(info: NodeInfo, ask: (trial: Trial) => Answer): Answer {
    const generation = info.generation;
    const trial = new NodeTrial(this, info);
    try {
      return ask(trial);
    } finally {
      trial.undo();
      this.table.generation[info.row] = generation;
    }
  }

  /** For trials only: moves sums, counters and terms, but not the register of pods. */
  shift(pod: PodInfo, info: NodeInfo, sign: 1 | -1): void {
    if (sign > 0) {
      info.add(pod);
      this.index(pod, info.row);
    } else if (info.remove(pod)) {
      this.unindex(pod, info.row);
    }
  }

  private infoOf(name: string): NodeInfo {
    let info = this.nodes.get(name);
    if (!info) {
      info = new NodeInfo(name, this.table);
      this.topologies.ensureRows(this.table.capacity);
      this.nodes.set(name, info);
    }
    return info;
  }

  private attach(pod: PodInfo, on: NodeInfo, assumed: boolean): void {
    const attached: Attached = { pod, on, assumed };
    this.pods.set(pod.uid, attached);
    const neighbours = this.podsByNamespace.get(pod.namespace);
    if (neighbours) neighbours.add(attached);
    else this.podsByNamespace.set(pod.namespace, new Set([attached]));
    on.add(pod);
    if (on.live) this.index(pod, on.row);
  }

  private detach(attached: Attached): void {
    const { pod, on } = attached;
    this.pods.delete(pod.uid);
    const neighbours = this.podsByNamespace.get(pod.namespace);
    neighbours?.delete(attached);
    if (neighbours?.size === 0) this.podsByNamespace.delete(pod.namespace);
    on.remove(pod);
    if (on.live) this.unindex(pod, on.row);
    this.dropIfUnused(on);
  }

  private dropIfUnused(info: NodeInfo): void {
    if (info.live || info.pods.length > 0) return;
    this.nodes.delete(info.name);
    this.table.release(info.row);
  }

  private enter(info: NodeInfo): void {
    this.topologies.enter(info.row, info.node);
    this.counters.nodeEntered(info.row, info.node);
    for (const pod of info.pods) this.index(pod, info.row);
  }

  private leave(info: NodeInfo): void {
    for (const pod of info.pods) this.unindex(pod, info.row);
    this.counters.nodeLeft(info.row);
    this.topologies.leave(info.row);
  }

  private index(pod: PodInfo, row: number): void {
    this.counters.podAdded(row, pod);
    if (pod.terms) this.terms.podAdded(row, pod);
  }

  private unindex(pod: PodInfo, row: number): void {
    this.counters.podRemoved(row, pod);
    if (pod.terms) this.terms.podRemoved(row, pod);
  }

  private *livePods(namespaces: readonly string[] | undefined): Generator<readonly [PodInfo, NodeInfo]> {
    const sets = namespaces ? namespaces.map((name) => this.podsByNamespace.get(name)) : this.podsByNamespace.values();
    for (const set of sets) {
      if (set) for (const { pod, on } of set) if (on.live) yield [pod, on];
    }
  }
}

/** Changes to one node that are taken back afterwards. */
export interface Trial {
  add(pod: PodInfo): void;
  remove(pod: PodInfo): void;
}

class NodeTrial implements Trial {
  private readonly state: ClusterState;
  private readonly info: NodeInfo;
  private readonly done: [PodInfo, 1 | -1][] = [];

  constructor(state: ClusterState, info: NodeInfo) {
    this.state = state;
    this.info = info;
  }

  add(pod: PodInfo): void {
    this.apply(pod, 1);
  }

  remove(pod: PodInfo): void {
    this.apply(pod, -1);
  }

  undo(): void {
    for (let step = this.done.pop(); step; step = this.done.pop()) {
      this.state.shift(step[0], this.info, step[1] > 0 ? -1 : 1);
    }
  }

  private apply(pod: PodInfo, sign: 1 | -1): void {
    this.state.shift(pod, this.info, sign);
    this.done.push([pod, sign]);
  }
}

/** True when a newer version of an attached pod changes nothing that is counted: nearly all status updates. */
function countsAlike(old: PodInfo, pod: PodInfo): boolean {
  const a = old.requests;
  const b = pod.requests;
  return (
    old.terminating === pod.terminating &&
    a.milliCpu === b.milliCpu &&
    a.memory === b.memory &&
    a.ephemeralStorage === b.ephemeralStorage &&
    a.nonZeroMilliCpu === b.nonZeroMilliCpu &&
    a.nonZeroMemory === b.nonZeroMemory &&
    sameScalars(a.scalars, b.scalars) &&
    old.hostPorts.length === pod.hostPorts.length &&
    sameStrings(old.labels, pod.labels)
  );
}

function sameScalars(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): boolean {
  if (a.size !== b.size) return false;
  for (const [name, amount] of a) if (b.get(name) !== amount) return false;
  return true;
}
