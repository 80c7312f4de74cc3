/**
 * Topologies: for every node label that some pod counts by (zone, hostname, rack), the domain that each node is in, as a small
 * integer. Counting pods by domain is then an array increment, and asking for a node's count two array reads.
 *
 * Invariant: a domain exists while a live node is in it. Its number is reused afterwards; counters are zero for it by then,
 * because pods are taken out of the counters before their node leaves its domain.
 */

import type { Node } from '#kinds/generated/core-v1.ts';
import type { NodeInfo } from './node-info.ts';

/** Not a label: every node is a domain of its own. */
export const nodeItself = '@node';

export class Topology {
  readonly key: string;
  /** By row; -1 without the label. */
  domainOf: Int32Array<ArrayBuffer>;
  /** Live nodes by domain. */
  readonly nodeCounts: number[] = [];
  private readonly byValue = new Map<string, number>();
  private readonly values: (string | undefined)[] = [];
  private readonly free: number[] = [];

  constructor(key: string, rows: number) {
    this.key = key;
    this.domainOf = new Int32Array(rows).fill(-1);
  }

  /** Domains that exist now. */
  get size(): number {
    return this.byValue.size;
  }

  /** Domain numbers are less than this. */
  get bound(): number {
    return this.nodeCounts.length;
  }

  domainOfValue(value: string): number {
    return this.byValue.get(value) ?? -1;
  }

  ensureRows(rows: number): void {
    if (this.domainOf.length >= rows) return;
    const larger = new Int32Array(rows).fill(-1);
    larger.set(this.domainOf);
    this.domainOf = larger;
  }

  enter(row: number, node: Node): void {
    const value = topologyValue(node, this.key);
    if (value === undefined) return;
    let domain = this.byValue.get(value);
    if (domain === undefined) {
      domain = this.free.pop() ?? this.values.length;
      this.values[domain] = value;
      this.nodeCounts[domain] = 0;
      this.byValue.set(value, domain);
    }
    this.nodeCounts[domain] = (this.nodeCounts[domain] ?? 0) + 1;
    this.domainOf[row] = domain;
  }

  leave(row: number): void {
    const domain = this.domainOf[row] ?? -1;
    if (domain < 0) return;
    this.domainOf[row] = -1;
    this.nodeCounts[domain] = (this.nodeCounts[domain] ?? 0) - 1;
    if (this.nodeCounts[domain] !== 0) return;
    this.byValue.delete(this.values[domain] ?? '');
    this.values[domain] = undefined;
    this.free.push(domain);
  }
}

export class Topologies {
  private readonly byKey = new Map<string, Topology>();
  private readonly liveNodes: () => Iterable<NodeInfo>;
  private rows: number;

  constructor(rows: number, liveNodes: () => Iterable<NodeInfo>) {
    this.rows = rows;
    this.liveNodes = liveNodes;
  }

  /** The topology of a label, made on first use. */
  of(key: string): Topology {
    let topology = this.byKey.get(key);
    if (!topology) {
      topology = new Topology(key, this.rows);
      for (const { row, node } of this.liveNodes()) topology.enter(row, node);
      this.byKey.set(key, topology);
    }
    return topology;
  }

  ensureRows(rows: number): void {
    this.rows = rows;
    for (const topology of this.byKey.values()) topology.ensureRows(rows);
  }

  enter(row: number, node: Node): void {
    for (const topology of this.byKey.values()) topology.enter(row, node);
  }

  leave(row: number): void {
    for (const topology of this.byKey.values()) topology.leave(row);
  }
}

export function topologyValue(node: Node, key: string): string | undefined {
  if (key === nodeItself) return node.metadata?.name;
  const labels = node.metadata?.labels;
  return labels && Object.hasOwn(labels, key) ? labels[key] : undefined;
}
