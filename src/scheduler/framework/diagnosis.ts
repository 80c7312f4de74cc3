/**
 * Diagnosis: why a pod fits nowhere, node by node, and the sentence that users read in events and in the PodScheduled
 * condition (kube-scheduler framework FitError).
 */

import type { NodeInfo } from '../state/node-info.ts';
import type { Status } from './status.ts';

export class Diagnosis {
  /** Nodes at the time. */
  readonly nodeCount: number;
  readonly unschedulablePlugins = new Set<string>();
  readonly pendingPlugins = new Set<string>();
  /** Set when PreFilter failed the pod on all nodes. */
  preFilterMessage = '';
  postFilterMessage = '';
  /** The answer for nodes that were not asked. */
  absentStatus: Status | undefined;
  private readonly nodes: NodeInfo[] = [];
  private readonly statuses: Status[] = [];
  private byNode: Map<NodeInfo, Status> | undefined;

  constructor(nodeCount: number) {
    this.nodeCount = nodeCount;
  }

  /** Nodes that were asked and said no. */
  get rejectedCount(): number {
    return this.nodes.length;
  }

  reject(node: NodeInfo, status: Status): void {
    this.nodes.push(node);
    this.statuses.push(status);
    this.byNode = undefined;
  }

  addPlugin(status: Status): void {
    if (status.plugin === '') return;
    if (status.code === 'Pending') this.pendingPlugins.add(status.plugin);
    else this.unschedulablePlugins.add(status.plugin);
  }

  /** Adds the plugins of all rejections. */
  addRejectingPlugins(): void {
    let last: Status | undefined;
    for (const status of this.statuses) {
      if (status !== last) this.addPlugin(status);
      last = status;
    }
  }

  rejectionsByPlugin(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    let plugin = '';
    let run = 0;
    const add = () => run > 0 && counts.set(plugin, (counts.get(plugin) ?? 0) + run);
    for (const status of this.statuses) {
      if (status.plugin !== plugin) {
        add();
        plugin = status.plugin;
        run = 0;
      }
      run++;
    }
    add();
    return counts;
  }

  statusOf(node: NodeInfo): Status | undefined {
    this.byNode ??= new Map(this.nodes.map((each, i) => [each, this.statuses[i] as Status]));
    return this.byNode.get(node) ?? this.absentStatus;
  }

  /** Nodes whose rejection preemption might change. */
  unschedulableNodes(all: readonly NodeInfo[]): NodeInfo[] {
    if (this.absentStatus?.code === 'Unschedulable') {
      return all.filter((node) => this.statusOf(node)?.code === 'Unschedulable');
    }
    return this.nodes.filter((_, i) => this.statuses[i]?.code === 'Unschedulable');
  }

  /** "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint(s). preemption: ..." */
  message(): string {
    let message = `0/${this.nodeCount} nodes are available:`;
    if (this.preFilterMessage !== '') {
      message += ` ${this.preFilterMessage}.`;
    } else {
      const histogram = [...this.reasonCounts()].map(([reason, count]) => `${count} ${reason}`).sort(byBytes);
      if (histogram.length > 0) message += ` ${histogram.join(', ')}.`;
    }
    if (this.postFilterMessage !== '') message += ` ${this.postFilterMessage}`;
    return message;
  }

  private reasonCounts(): Map<string, number> {
    const counts = new Map<string, number>();
    const add = (status: Status | undefined, count: number) => {
      for (const reason of status?.reasons ?? []) counts.set(reason, (counts.get(reason) ?? 0) + count);
    };
    const byStatus = new Map<Status, number>();
    for (const status of this.statuses) byStatus.set(status, (byStatus.get(status) ?? 0) + 1);
    for (const [status, count] of byStatus) add(status, count);
    if (this.nodes.length < this.nodeCount) add(this.absentStatus, this.nodeCount - this.nodes.length);
    return counts;
  }
}

/** As Go sorts strings. */
function byBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
