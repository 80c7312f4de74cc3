/**
 * The order in which cycles look at nodes: one of each zone in turn, so that a search that stops early has seen all zones
 * (kube-scheduler nodeTree). Rebuilt when nodes come, go or move between zones.
 */

import type { Node } from '#kinds/generated/core-v1.ts';
import type { NodeInfo } from './node-info.ts';

export class NodeOrder {
  private readonly zones = new Map<string, NodeInfo[]>();
  private readonly zoneOf = new Map<NodeInfo, string>();
  private ordered: readonly NodeInfo[] | undefined;

  get size(): number {
    return this.zoneOf.size;
  }

  add(info: NodeInfo): void {
    const zone = zoneKey(info.node);
    const nodes = this.zones.get(zone);
    if (nodes) nodes.push(info);
    else this.zones.set(zone, [info]);
    this.zoneOf.set(info, zone);
    this.ordered = undefined;
  }

  remove(info: NodeInfo): void {
    const zone = this.zoneOf.get(info);
    if (zone === undefined) return;
    this.zoneOf.delete(info);
    const nodes = this.zones.get(zone) ?? [];
    nodes.splice(nodes.indexOf(info), 1);
    if (nodes.length === 0) this.zones.delete(zone);
    this.ordered = undefined;
  }

  /** After a change of the node's labels. */
  update(info: NodeInfo): void {
    if (this.zoneOf.get(info) === zoneKey(info.node)) return;
    this.remove(info);
    this.add(info);
  }

  list(): readonly NodeInfo[] {
    this.ordered ??= this.interleave();
    return this.ordered;
  }

  private interleave(): NodeInfo[] {
    const all: NodeInfo[] = [];
    const zones = [...this.zones.values()];
    for (let i = 0; all.length < this.size; i++) {
      for (const nodes of zones) {
        const info = nodes[i];
        if (info) all.push(info);
      }
    }
    return all;
  }
}

/** component-helpers node/topology GetZoneKey. */
function zoneKey(node: Node): string {
  const labels = node.metadata?.labels ?? {};
  const zone = labels['failure-domain.beta.kubernetes.io/zone'] ?? labels['topology.kubernetes.io/zone'] ?? '';
  const region = labels['failure-domain.beta.kubernetes.io/region'] ?? labels['topology.kubernetes.io/region'] ?? '';
  return region === '' && zone === '' ? '' : `${region}:\0:${zone}`;
}
