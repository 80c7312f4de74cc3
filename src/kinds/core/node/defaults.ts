/** Defaults of nodes: all of the capacity may be allocated unless the node says otherwise; its two fields of pod ranges agree. */

import type { Draft } from '#base/edit.ts';
import type { Node } from '#kinds/generated/core-v1.ts';

export function defaultNode(node: Draft<Node>): void {
  const { spec, status } = node;
  if (spec) mirrorPodCIDR(spec);
  if (status?.capacity && !status.allocatable) status.allocatable = { ...status.capacity };
}

/** podCIDR and the first of podCIDRs are the same, whichever was given; of two the older field counts. */
function mirrorPodCIDR(spec: NonNullable<Draft<Node>['spec']>): void {
  const [first] = spec.podCIDRs ?? [];
  if (!spec.podCIDR) {
    if (first) spec.podCIDR = first;
  } else if (first !== spec.podCIDR) spec.podCIDRs = [spec.podCIDR];
}
