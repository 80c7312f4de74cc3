/**
 * Pod ranges of the nodes of this machine: they are planned with the network (machine/network-plan.ts), because bridges and
 * routes exist before the Node objects do. This controller writes the plan into the objects, where upstream's node IPAM
 * controller would choose.
 */

import { Nodes } from '#kinds/core/node/definition.ts';
import type { ControllerFactory } from '#runtime/controller.ts';

/** `ranges`: pod CIDR by the node's name. */
export function plannedPodRanges(ranges: ReadonlyMap<string, string>): ControllerFactory {
  return {
    name: 'node-ipam-controller',
    create: ({ client, informers, queue }) => {
      const nodes = informers.of(Nodes);
      nodes.addHandler({ onAdd: ({ metadata }) => queue.add(metadata?.name ?? '') });
      return {
        async reconcile(name, signal) {
          const node = nodes.get(name);
          const podCIDR = ranges.get(name);
          if (!node || node.spec?.podCIDR || podCIDR === undefined) return;
          const patch = { metadata: { uid: node.metadata?.uid }, spec: { podCIDR, podCIDRs: [podCIDR] } };
          await client.patch(Nodes, { name }, patch, { type: 'merge', signal });
        },
      };
    },
  };
}
