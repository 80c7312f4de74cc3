/** Nominator: pods for which preemption made (or is making) room on a node, until they are placed (upstream PodNominator). */

import type { PodInfo } from '../framework/pod-info.ts';

export class Nominator {
  private readonly byNode = new Map<string, Map<string, PodInfo>>();
  private readonly nodeOf = new Map<string, string>();

  /** Nodes with nominated pods; mostly none. */
  get nodes(): number {
    return this.byNode.size;
  }

  /** `nodeName` absent takes the one of the pod's status. */
  add(pod: PodInfo, nodeName?: string): void {
    this.remove(pod.uid);
    const target = nodeName ?? pod.pod.status?.nominatedNodeName ?? '';
    if (target === '') return;
    this.nodeOf.set(pod.uid, target);
    const pods = this.byNode.get(target);
    if (pods) pods.set(pod.uid, pod);
    else this.byNode.set(target, new Map([[pod.uid, pod]]));
  }

  /** A newer version of the pod; keeps a nomination that its status does not show yet. */
  update(old: PodInfo, pod: PodInfo): void {
    const isUnknownToStatus = !old.pod.status?.nominatedNodeName && !pod.pod.status?.nominatedNodeName;
    this.add(pod, isUnknownToStatus ? this.nodeOf.get(old.uid) : undefined);
  }

  remove(uid: string): void {
    const nodeName = this.nodeOf.get(uid);
    if (nodeName === undefined) return;
    this.nodeOf.delete(uid);
    const pods = this.byNode.get(nodeName);
    pods?.delete(uid);
    if (pods?.size === 0) this.byNode.delete(nodeName);
  }

  podsOn(nodeName: string): Iterable<PodInfo> {
    return this.byNode.get(nodeName)?.values() ?? [];
  }

  has(nodeName: string): boolean {
    return this.byNode.has(nodeName);
  }
}
