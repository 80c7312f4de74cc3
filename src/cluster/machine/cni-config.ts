/** The pod network of one node as a CNI configuration list: a bridge with routed addresses of the node's range, and host ports. */

import type { NodeLayout } from './layout.ts';
import type { NetworkPlan, NodePlan } from './network-plan.ts';

export const podBridge = 'cni0';

export function cniConfig(network: NetworkPlan, node: NodePlan, layout: NodeLayout): string {
  const list = {
    cniVersion: '0.4.0',
    name: 'kubets',
    plugins: [
      {
        type: 'bridge',
        bridge: podBridge,
        isGateway: true,
        // Pods keep their addresses everywhere inside the cluster; the host translates what leaves it.
        ipMasq: false,
        hairpinMode: true,
        mtu: network.mtu,
        ipam: {
          type: 'host-local',
          dataDir: `${layout.cniState}/networks`,
          ranges: [[{ subnet: node.podCidr }]],
          routes: [{ dst: '0.0.0.0/0' }],
        },
      },
      { type: 'portmap', capabilities: { portMappings: true }, snat: true },
    ],
  };
  return `${JSON.stringify(list, null, 2)}\n`;
}
