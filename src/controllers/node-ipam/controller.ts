/** Node IPAM controller: gives every node its own block of pod addresses, once; the block is free again when the node is deleted. */

import { assert } from '#base/errors.ts';
import { Nodes } from '#kinds/core/node/definition.ts';
import type { ControllerFactory } from '#runtime/controller.ts';
import { referenceTo } from '#runtime/event-recorder.ts';
import { WriteFence } from '../write-fence.ts';
import { nextPodCidr, parseCidr } from './plan.ts';

export interface NodeIpamConfig {
  /** Pod addresses of the whole cluster (--cluster-cidr). */
  readonly clusterCidr: string;
  /** Prefix length of one node's block (--node-cidr-mask-size). */
  readonly nodePrefix: number;
}

export function nodeIpamController(config: NodeIpamConfig): ControllerFactory {
  const clusterCidr = parseCidr(config.clusterCidr);
  assert(
    clusterCidr && clusterCidr.prefix <= config.nodePrefix,
    `cluster CIDR ${config.clusterCidr} has no node block`,
  );
  return {
    name: 'node-ipam-controller',
    create: ({ client, informers, queue, events }) => {
      const nodes = informers.of(Nodes);
      const fence = new WriteFence();
      nodes.addHandler({
        onAdd: ({ metadata }) => queue.add(metadata?.name ?? ''),
        // A block became free: nodes that found none may try again.
        onDelete: () => {
          for (const { metadata, spec } of nodes.list()) if (!spec?.podCIDR) queue.add(metadata?.name ?? '');
        },
      });
      return {
        // One at a time, each after the last write has arrived: so a block is never given twice.
        workers: 1,
        async reconcile(name, signal) {
          await fence.passed('', signal);
          const node = nodes.get(name);
          if (!node || node.spec?.podCIDR) return;
          const used = new Set(nodes.list().flatMap(({ spec }) => [...(spec?.podCIDRs ?? []), spec?.podCIDR ?? '']));
          const podCIDR = nextPodCidr(clusterCidr, config.nodePrefix, used);
          if (podCIDR === undefined) {
            const message = `Node ${name} status is now: CIDRNotAvailable`;
            events.record(referenceTo(Nodes, node), 'Normal', 'CIDRNotAvailable', message);
            return;
          }
          const patch = { metadata: { uid: node.metadata?.uid }, spec: { podCIDR, podCIDRs: [podCIDR] } };
          fence.wrote('', nodes, await client.patch(Nodes, { name }, patch, { type: 'merge', signal }));
        },
      };
    },
  };
}
