/**
 * The commands that make and connect a node's namespaces, as text: one `ip -batch` for the host's side, one for the node's side,
 * and one shell script that runs inside the new mount and UTS namespaces. Batches, because a process per command costs more
 * than the commands. They run on an empty field: what a died-away attempt left is removed before.
 *
 * The mount namespace gives the node the paths that a machine of its own would have (/var/lib/kubelet, /var/log/pods), hides the
 * empty cgroup2 hierarchy of a hybrid machine, which crun refuses, and propagates mounts between its containers (rshared), which
 * volumes with Bidirectional propagation need.
 */

import { podBridge } from './cni-config.ts';
import type { NodeLayout } from './layout.ts';
import type { NetworkPlan, NodePlan } from './network-plan.ts';

/** `ip -batch` lines on the host that connect a node whose network namespace exists. */
export function hostLinkCommands(network: NetworkPlan, node: NodePlan): string {
  return lines([
    `link add ${node.link} mtu ${network.mtu} type veth peer name eth0 mtu ${network.mtu} netns ${node.netns}`,
    `link set ${node.link} master ${network.bridge} up`,
    `route replace ${node.podCidr} via ${node.address} dev ${network.bridge}`,
  ]);
}

/** `ip -batch` lines inside a node's network namespace; `others` are the nodes that it has routes to. */
export function nodeLinkCommands(network: NetworkPlan, node: NodePlan, others: readonly NodePlan[]): string {
  const nodeBits = network.nodeCidr.split('/')[1];
  const podBits = node.podCidr.split('/')[1];
  return lines([
    'link set lo up',
    `addr replace ${node.address}/${nodeBits} dev eth0`,
    'link set eth0 up',
    `route replace default via ${network.hostAddress}`,
    `link add ${podBridge} address ${node.podBridgeMac} mtu ${network.mtu} type bridge`,
    `addr replace ${node.podGateway}/${podBits} dev ${podBridge}`,
    `link set ${podBridge} up`,
    ...others.map((other) => routeCommand(other)),
  ]);
}

/** The route to another node's pods, for the node's side. */
export function routeCommand(other: NodePlan): string {
  return `route replace ${other.podCidr} via ${other.address} dev eth0`;
}

/** Kernel settings inside the node's network namespace. All but the first may be missing in a kernel. */
const nodeSysctls: readonly (readonly [path: string, value: string])[] = [
  ['net/ipv4/ip_forward', '1'],
  ['net/ipv4/conf/all/rp_filter', '0'],
  ['net/ipv4/conf/default/rp_filter', '0'],
  ['net/ipv4/conf/eth0/rp_filter', '0'],
  // Services are translated in netfilter, which sees what a bridge passes only with this.
  ['net/bridge/bridge-nf-call-iptables', '1'],
  // 127.0.0.1:NODE_PORT from inside the node.
  ['net/ipv4/conf/all/route_localnet', '1'],
];

export interface MountOptions {
  /** Mount points of cgroup hierarchies that the node must not see. */
  readonly hiddenCgroups: readonly string[];
}

/** The script for `unshare --mount --uts`, run once when the node's namespaces are made. */
export function nodeMountScript(node: NodePlan, layout: NodeLayout, options: MountOptions): string {
  const binds: readonly (readonly [from: string, to: string])[] = [
    [layout.cniState, '/var/lib/cni'],
    [layout.kubelet, '/var/lib/kubelet'],
    [layout.podLogs, '/var/log/pods'],
    [layout.containerLogs, '/var/log/containers'],
  ];
  return lines([
    'set -e',
    ...options.hiddenCgroups.map((path) => `umount ${quote(path)}`),
    `mkdir -p /run/containerd ${binds.map(([, to]) => to).join(' ')}`,
    'mount -t tmpfs -o mode=0711 kubets /run/containerd',
    ...binds.flatMap(([from, to]) => [`mkdir -p ${quote(from)}`, `mount --bind ${quote(from)} ${to}`]),
    `hostname ${node.name}`,
    ...nodeSysctls.map(
      ([path, value], i) => `echo ${value} > /proc/sys/${path}${i === 0 ? '' : ' 2>/dev/null || true'}`,
    ),
    'mount --make-rshared /',
  ]);
}

/** Directories on the host that the mount script needs as mount points; `down` removes those that are empty. */
export const nodeMountPoints: readonly string[] = [
  '/var/log/containers',
  '/var/log/pods',
  '/var/lib/kubelet',
  '/var/lib/cni',
  '/run/containerd',
];

function lines(all: readonly string[]): string {
  return `${all.join('\n')}\n`;
}

/** One word for sh, whatever it holds. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
