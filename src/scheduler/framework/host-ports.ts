/** Ports that pods take on their node's own addresses (kube-scheduler framework HostPortInfo). */

import type { ContainerPort, Pod } from '#kinds/generated/core-v1.ts';

export interface HostPort {
  readonly ip: string;
  readonly protocol: string;
  readonly port: number;
}

const anyAddress = '0.0.0.0';

/** Of containers and of sidecars: init containers that run as long as the pod. */
export function hostPorts(pod: Pod): readonly HostPort[] {
  let found: HostPort[] | undefined;
  const take = (ports: readonly ContainerPort[] | undefined) => {
    for (const port of ports ?? []) {
      if (!port.hostPort || port.hostPort <= 0) continue;
      found ??= [];
      found.push({ ip: port.hostIP || anyAddress, protocol: port.protocol ?? 'TCP', port: port.hostPort });
    }
  };
  for (const container of pod.spec?.initContainers ?? []) {
    if (container.restartPolicy === 'Always') take(container.ports);
  }
  for (const container of pod.spec?.containers ?? []) take(container.ports);
  return found ?? none;
}

const none: readonly HostPort[] = [];

/** True when both cannot be taken on one node: same port and protocol on the same address, or one of them on all. */
export function portsConflict(a: HostPort, b: HostPort): boolean {
  if (a.port !== b.port || a.protocol !== b.protocol) return false;
  return a.ip === b.ip || a.ip === anyAddress || b.ip === anyAddress;
}
