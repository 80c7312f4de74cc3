/**
 * NodeInfo: a node with the pods that are on it or assumed to be (kube-scheduler framework NodeInfo). Sums live in the
 * NodeTable under `row`. One may exist without its node: pods of a node that is not there yet, or no longer.
 */

import type { Node } from '#kinds/generated/core-v1.ts';
import type { HostPort } from '../framework/host-ports.ts';
import type { PodInfo } from '../framework/pod-info.ts';
import { resourcesOf } from '../framework/pod-requests.ts';
import type { ImageState } from './image-states.ts';
import type { NodeTable } from './node-table.ts';

const none: ReadonlyMap<string, number> = new Map();

export class NodeInfo {
  readonly name: string;
  readonly row: number;
  readonly pods: PodInfo[] = [];
  /** Of all pods, one entry each; short. */
  readonly usedPorts: HostPort[] = [];
  /** 'namespace/claim' to the number of pods here that mount it. */
  readonly claims = new Map<string, number>();
  /** Images on the node by every name they have. */
  images: ReadonlyMap<string, ImageState> = new Map();
  allocatableScalars: ReadonlyMap<string, number> = none;
  readonly requestedScalars = new Map<string, number>();
  private readonly table: NodeTable;
  private current: Node | undefined;

  constructor(name: string, table: NodeTable) {
    this.name = name;
    this.table = table;
    this.row = table.take();
  }

  /** True when the node itself is known; only live nodes are looked at in cycles. */
  get live(): boolean {
    return this.current !== undefined;
  }

  /** Of live nodes. */
  get node(): Node {
    return this.current ?? absentNode;
  }

  get generation(): number {
    return this.table.generation[this.row] ?? 0;
  }

  setNode(node: Node): void {
    const { table, row } = this;
    this.current = node;
    const { milliCpu, memory, ephemeralStorage, scalars } = resourcesOf(node.status?.allocatable);
    table.allocatableMilliCpu[row] = milliCpu;
    table.allocatableMemory[row] = memory;
    table.allocatableEphemeralStorage[row] = ephemeralStorage;
    table.allowedPods[row] = scalars.get('pods') ?? 0;
    this.allocatableScalars = scalars;
    table.touch(row);
  }

  /** A newer version of the node in which nothing differs that plugins look at: keeps the generation. */
  refreshNode(node: Node): void {
    this.current = node;
  }

  clearNode(): void {
    this.current = undefined;
    this.table.touch(this.row);
  }

  add(pod: PodInfo): void {
    this.pods.push(pod);
    this.account(pod, 1);
    for (const port of pod.hostPorts) this.usedPorts.push(port);
  }

  /** False when the pod is not here. */
  remove(pod: PodInfo): boolean {
    const { pods } = this;
    const index = pods.indexOf(pod);
    if (index < 0) return false;
    const last = pods.pop();
    if (last && index < pods.length) pods[index] = last;
    this.account(pod, -1);
    for (const port of pod.hostPorts) this.usedPorts.splice(this.usedPorts.indexOf(port), 1);
    return true;
  }

  /** Puts a newer version of a pod in the place of the old one; both must account for the same. */
  replace(old: PodInfo, pod: PodInfo): void {
    this.pods[this.pods.indexOf(old)] = pod;
    for (const [i, port] of old.hostPorts.entries()) {
      const newer = pod.hostPorts[i];
      if (newer) this.usedPorts[this.usedPorts.indexOf(port)] = newer;
    }
  }

  private account(pod: PodInfo, sign: 1 | -1): void {
    const { table, row } = this;
    const { requests } = pod;
    table.requestedMilliCpu[row] = (table.requestedMilliCpu[row] ?? 0) + sign * requests.milliCpu;
    table.requestedMemory[row] = (table.requestedMemory[row] ?? 0) + sign * requests.memory;
    table.requestedEphemeralStorage[row] =
      (table.requestedEphemeralStorage[row] ?? 0) + sign * requests.ephemeralStorage;
    table.nonZeroMilliCpu[row] = (table.nonZeroMilliCpu[row] ?? 0) + sign * requests.nonZeroMilliCpu;
    table.nonZeroMemory[row] = (table.nonZeroMemory[row] ?? 0) + sign * requests.nonZeroMemory;
    for (const [name, amount] of requests.scalars) {
      this.requestedScalars.set(name, (this.requestedScalars.get(name) ?? 0) + sign * amount);
    }
    for (const volume of pod.pod.spec?.volumes ?? []) {
      const claim = volume.persistentVolumeClaim?.claimName;
      if (claim) this.countClaim(`${pod.namespace}/${claim}`, sign);
    }
    table.touch(row);
  }

  private countClaim(key: string, sign: 1 | -1): void {
    const users = (this.claims.get(key) ?? 0) + sign;
    if (users > 0) this.claims.set(key, users);
    else this.claims.delete(key);
  }
}

const absentNode: Node = Object.freeze({});
