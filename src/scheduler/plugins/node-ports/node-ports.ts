/** NodePorts: host ports that the pod wants must be free on the node. */

import type { Pod } from '#kinds/generated/core-v1.ts';
import { Action, clusterEvent } from '../../framework/cluster-event.ts';
import { type HostPort, hostPorts, portsConflict } from '../../framework/host-ports.ts';
import type { Plugin } from '../../framework/plugin.ts';
import { status } from '../../framework/status.ts';

const skip = status('Skip', 'NodePorts');
const taken = status('Unschedulable', 'NodePorts', "node(s) didn't have free ports for the requested pod ports");

export function nodePorts(): Plugin {
  return {
    name: 'NodePorts',
    eventsToRegister: () => [
      {
        event: clusterEvent('Pod', Action.Delete),
        hint: (pod, before) => {
          const deleted = before as Pod;
          if (!deleted.spec?.nodeName && !deleted.status?.nominatedNodeName) return false;
          return conflicts(pod.hostPorts, hostPorts(deleted));
        },
      },
      { event: clusterEvent('Node', Action.Add) },
    ],
    sign: (pod) => pod.hostPorts.map(({ ip, protocol, port }) => `${ip} ${protocol} ${port}`).join(),
    preFilter: ({ pod }) => (pod.hostPorts.length === 0 ? skip : undefined),
    filter: ({ pod }, node) => (conflicts(pod.hostPorts, node.usedPorts) ? taken : undefined),
  };
}

function conflicts(wanted: readonly HostPort[], used: readonly HostPort[]): boolean {
  return wanted.some((port) => used.some((other) => portsConflict(port, other)));
}
