/** Defaults of nodes: all of the capacity may be allocated unless the node says otherwise. */

import type { Draft } from '#base/edit.ts';
import type { Node } from '#kinds/generated/core-v1.ts';

export function defaultNode(node: Draft<Node>): void {
  const { status } = node;
  if (status?.capacity && !status.allocatable) status.allocatable = { ...status.capacity };
}
