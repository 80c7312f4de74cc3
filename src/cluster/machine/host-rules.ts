/**
 * The nftables table that a cluster has on the host, apart from every other table there.
 *
 * 1. What nodes and pods send to the world is translated to the host's address; inside the cluster nothing is.
 * 2. The door (one cluster of the machine has it): node ports on the host's own addresses, localhost too, lead to the first
 *    node, so that http://localhost:30001 works for a person on the machine and http://MACHINE:30001 for one next to it.
 */

import type { NetworkPlan, NodePlan } from './network-plan.ts';

export interface HostRulesOptions {
  readonly table: string;
  readonly network: NetworkPlan;
  /** The node that the door leads to; undefined: no door. */
  readonly door: NodePlan | undefined;
  readonly nodePorts: string;
}

/** Input of `nft -f -`: replaces the table in one transaction. */
export function hostRules(options: HostRulesOptions): string {
  const { table, network, door } = options;
  const toDoor = door
    ? [`    fib daddr type local meta l4proto { tcp, udp } th dport ${options.nodePorts} dnat to ${door.address}`]
    : [];
  return `${[
    `table ip ${table}`,
    `delete table ip ${table}`,
    `table ip ${table} {`,
    '  chain postrouting {',
    '    type nat hook postrouting priority srcnat; policy accept;',
    `    ip saddr { ${network.nodeCidr}, ${network.podCidr} } oifname != "${network.bridge}" masquerade`,
    `    ip saddr 127.0.0.0/8 oifname "${network.bridge}" masquerade`,
    '  }',
    '  chain prerouting {',
    '    type nat hook prerouting priority dstnat; policy accept;',
    ...(door ? [`    iifname "${network.bridge}" accept`] : []),
    ...toDoor,
    '  }',
    '  chain output {',
    '    type nat hook output priority -100; policy accept;',
    ...toDoor,
    '  }',
    '}',
  ].join('\n')}\n`;
}
