/** Kernel parameters that a pod may set (pkg/kubelet/sysctl): safe ones always, others when the node allows them. */

import { isHostNetwork, type NodePod } from '../pod/node-pod.ts';

const safe = new Set([
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_wmem',
]);

/** Dots separate parts, whatever the pod wrote; 'net/ipv4/conf/eth0.1/x' keeps the dot of the interface's name as a slash. */
export function normalizedSysctl(name: string): string {
  const first = /[./]/.exec(name)?.[0];
  if (first !== '/') return name;
  return name.replace(/[./]/g, (separator) => (separator === '/' ? '.' : '/'));
}

export function podSysctls(pod: NodePod): Readonly<Record<string, string>> {
  return Object.fromEntries(
    (pod.spec.securityContext?.sysctls ?? []).map(({ name, value }) => [normalizedSysctl(name), value]),
  );
}

/** Upstream's text of why the pod cannot run here; undefined when it can. */
export function forbiddenSysctl(pod: NodePod, allowedUnsafe: readonly string[]): string | undefined {
  for (const { name: written } of pod.spec.securityContext?.sysctls ?? []) {
    const name = normalizedSysctl(written);
    const isNetwork = name.startsWith('net.');
    const isIpc =
      name.startsWith('kernel.shm') ||
      name.startsWith('kernel.msg') ||
      name === 'kernel.sem' ||
      name.startsWith('fs.mqueue.');
    if (isNetwork && isHostNetwork(pod)) return `forbidden sysctl: "${name}" not allowed with host net enabled`;
    if (isIpc && pod.spec.hostIPC) return `forbidden sysctl: "${name}" not allowed with host ipc enabled`;
    const allowed =
      safe.has(name) ||
      allowedUnsafe.some((pattern) =>
        pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name,
      );
    if (!allowed) return `forbidden sysctl: "${name}" not allowlisted`;
  }
  return undefined;
}
