/**
 * Nodes as namespaces of this machine: made, entered, removed.
 *
 * A node is three namespaces (network, mount, UTS) that are held by files and not by a process: whatever is killed, the node
 * stays, and what is started again enters the same mounts and the same network.
 *
 * Invariants:
 * 1. A node whose marker file and namespace files are there is complete; anything less is removed and made anew.
 * 2. Whatever runs for the cluster is in the cgroup /kubets/NAME, and nothing else is: removal ends what is in it.
 * 3. Removal may be run at any time and in any state, and again.
 */

import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Cgroups, cgroupProcesses, detectCgroups, makeCgroup, removeCgroup } from '#platform/node/cgroups.ts';
import { ExecError, exec, tryExec } from '#platform/node/exec.ts';
import { readIfExists, writeFileAtomic } from '#platform/node/files.ts';
import { readSysctl } from '#platform/node/machine-facts.ts';
import { makePrivateMount, mountsBelow, unmountAll } from '#platform/node/mounts.ts';
import { identify } from '#platform/node/process-table.ts';
import { cniConfig } from './cni-config.ts';
import { hostRules } from './host-rules.ts';
import { type ClusterLayout, type NodeLayout, nodeLayout, runRoot } from './layout.ts';
import { type NetworkPlan, type NodePlan, resourcePrefix } from './network-plan.ts';
import { hostLinkCommands, nodeLinkCommands, nodeMountPoints, nodeMountScript, routeCommand } from './node-script.ts';

export interface Machine {
  readonly clusterName: string;
  readonly layout: ClusterLayout;
  readonly network: NetworkPlan;
  /** Whether node ports on the host's own addresses lead to the first node. */
  readonly door: boolean;
  readonly nodePorts: string;
}

export function clusterCgroup(clusterName: string): string {
  return `/kubets/${clusterName}`;
}

/** Where the containers of a node are limited: the kubelet's cgroupRoot. */
export function nodeCgroup(clusterName: string, node: string): string {
  return `${clusterCgroup(clusterName)}/${node}`;
}

/** Arguments that make nsenter run a program as a process of the node. */
export function enterNode(machine: Machine, node: NodePlan): readonly string[] {
  const layout = nodeLayout(machine.layout, node.name);
  return [`--net=/run/netns/${node.netns}`, `--mount=${layout.mountNamespace}`, `--uts=${layout.utsNamespace}`, '--'];
}

/** Makes what all nodes share on the host: the bridge, address translation, forwarding. Idempotent. */
export async function prepareHost(machine: Machine, nodes: readonly NodePlan[]): Promise<void> {
  const { network } = machine;
  mkdirSync(machine.layout.run, { recursive: true, mode: 0o711 });
  await makePrivateMount(machine.layout.namespaces);
  if (!existsSync(`/sys/class/net/${network.bridge}`)) {
    const bits = network.nodeCidr.split('/')[1];
    await exec('ip', ['-batch', '-'], {
      input: [
        `link add ${network.bridge} address ${macOf(network.hostAddress)} mtu ${network.mtu} type bridge`,
        `addr add ${network.hostAddress}/${bits} dev ${network.bridge}`,
        `link set ${network.bridge} up`,
        '',
      ].join('\n'),
    });
  }
  enableForwarding();
  if (machine.door) writeFileSync(`/proc/sys/net/ipv4/conf/${network.bridge}/route_localnet`, '1');
  await exec('nft', ['-f', '-'], {
    input: hostRules({
      table: resourcePrefix(machine.clusterName),
      network,
      door: machine.door ? nodes[0] : undefined,
      nodePorts: machine.nodePorts,
    }),
  });
}

/** Makes a node, or leaves it as it is when it is complete. `others` are all other nodes of the cluster. */
export async function prepareNode(machine: Machine, node: NodePlan, others: readonly NodePlan[]): Promise<void> {
  const layout = nodeLayout(machine.layout, node.name);
  const cgroups = detectCgroups();
  makeCgroup(cgroups, nodeCgroup(machine.clusterName, node.name));
  if (isComplete(node, layout)) return;
  await removeNode(machine, node);
  for (const directory of [layout.run, layout.cniConfig, layout.cniState])
    mkdirSync(directory, { recursive: true, mode: 0o711 });
  for (const directory of [layout.registries, layout.staticPods]) mkdirSync(directory, { recursive: true });
  writeFileAtomic(join(layout.cniConfig, '10-kubets.conflist'), cniConfig(machine.network, node, layout));
  writeFileAtomic(layout.resolvConf, resolvConf());

  await exec('ip', ['netns', 'add', node.netns]);
  await exec('ip', ['-batch', '-'], { input: hostLinkCommands(machine.network, node) });
  await exec('ip', ['-n', node.netns, '-batch', '-'], { input: nodeLinkCommands(machine.network, node, others) });
  for (const file of [layout.mountNamespace, layout.utsNamespace]) writeFileSync(file, '');
  await makeNamespaces(
    node,
    layout,
    nodeMountScript(node, layout, { hiddenCgroups: cgroups.unused ? [cgroups.unused.mountPoint] : [] }),
  );
  for (const other of others) {
    if (existsSync(`/run/netns/${other.netns}`))
      await tryExec('ip', ['-n', other.netns, ...routeCommand(node).split(' ')]);
  }
  writeFileAtomic(markerOf(layout), JSON.stringify(node));
}

/**
 * Makes the mount and UTS namespaces, kept by their files, and runs the script inside.
 *
 * A mount namespace may be bound only in an older one. The kernel goes by numbers that it hands out per CPU, so where this
 * process itself is in a young namespace (a container, a chroot of its own) the new one may count as the older: then another
 * attempt, soon on the other CPU, succeeds.
 */
async function makeNamespaces(node: NodePlan, layout: NodeLayout, script: string): Promise<void> {
  const files = [`--mount=${layout.mountNamespace}`, `--uts=${layout.utsNamespace}`];
  const args = [`--net=/run/netns/${node.netns}`, 'unshare', ...files, '--propagation', 'private', 'sh'];
  for (let attempt = 1; ; attempt++) {
    const { code, stderr } = await tryExec('nsenter', args, { input: script });
    if (code === 0) return;
    const isMisjudged = stderr.includes('/ns/mnt') && stderr.includes('Invalid argument');
    if (!isMisjudged || attempt === 20) throw new ExecError('nsenter', args, code, stderr);
  }
}

/** Removes a node's namespaces and links. Its processes must have ended; its data stays. */
export async function removeNode(machine: Machine, node: NodePlan): Promise<void> {
  const layout = nodeLayout(machine.layout, node.name);
  rmSync(markerOf(layout), { force: true });
  for (const file of [layout.mountNamespace, layout.utsNamespace]) {
    await unmountAll(file);
    rmSync(file, { force: true });
  }
  if (existsSync(`/sys/class/net/${node.link}`)) await tryExec('ip', ['link', 'del', node.link]);
  if (existsSync(`/run/netns/${node.netns}`)) await tryExec('ip', ['netns', 'del', node.netns]);
  await unmountAll(layout.run);
  rmSync(layout.run, { recursive: true, force: true });
}

/** Ends every process of the cluster but this one, asking first; then removes every trace on the machine but its data. */
export async function removeMachine(machine: Machine, nodes: readonly NodePlan[], graceMs: number): Promise<void> {
  const cgroups = detectCgroups();
  await endProcesses(
    cgroups,
    nodes.map((node) => nodeCgroup(machine.clusterName, node.name)),
    graceMs,
  );
  await endProcesses(cgroups, [clusterCgroup(machine.clusterName)], 0);
  for (const node of nodes) await removeNode(machine, node);
  const { bridge } = machine.network;
  if (existsSync(`/sys/class/net/${bridge}`)) await tryExec('ip', ['link', 'del', bridge]);
  await tryExec('nft', ['delete', 'table', 'ip', resourcePrefix(machine.clusterName)]);
  await unmountAll(machine.layout.run);
  rmSync(machine.layout.run, { recursive: true, force: true });
  removeCgroup(cgroups, clusterCgroup(machine.clusterName));
  if (otherClusters(machine).length === 0) leaveHost(cgroups);
}

/** Processes of the cluster that run now, this one left out. */
export function clusterProcesses(clusterName: string): readonly number[] {
  return othersIn(detectCgroups(), [clusterCgroup(clusterName)]);
}

/** Processes in the groups but this one. The dead that nobody has reaped yet are none. */
function othersIn(cgroups: Cgroups, groups: readonly string[]): readonly number[] {
  return groups
    .flatMap((group) => [...cgroupProcesses(cgroups, group)])
    .filter((pid) => pid !== process.pid && identify(pid) !== undefined);
}

/** Asks with SIGTERM, waits up to `graceMs`, then kills until nothing is left in the groups. */
async function endProcesses(cgroups: Cgroups, groups: readonly string[], graceMs: number): Promise<void> {
  const running = () => othersIn(cgroups, groups);
  const signal = (pids: readonly number[], name: NodeJS.Signals) => {
    for (const pid of pids) {
      try {
        process.kill(pid, name);
      } catch {
        // It ended in the meantime.
      }
    }
  };
  if (graceMs > 0) {
    signal(running(), 'SIGTERM');
    for (const deadline = Date.now() + graceMs; running().length > 0 && Date.now() < deadline; ) await pause(25);
  }
  // A process may fork while we look: again until the groups stay empty. What hangs in the kernel is given up after 10 s.
  for (const deadline = Date.now() + 10_000; running().length > 0 && Date.now() < deadline; ) {
    signal(running(), 'SIGKILL');
    await pause(10);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function markerOf(layout: NodeLayout): string {
  return join(layout.run, 'complete.json');
}

function isComplete(node: NodePlan, layout: NodeLayout): boolean {
  if (readIfExists(markerOf(layout)) !== JSON.stringify(node)) return false;
  const mounts = new Set(mountsBelow('/run'));
  return [layout.mountNamespace, layout.utsNamespace, `/run/netns/${node.netns}`].every((file) => mounts.has(file));
}

/** Other clusters of this machine that are up. */
function otherClusters(machine: Machine): readonly string[] {
  if (!existsSync(runRoot)) return [];
  return readdirSync(runRoot, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() && entry.name !== machine.clusterName ? entry.name : [],
  );
}

const forwardingBefore = join(runRoot, 'ip_forward');

/** Lets the host route for its nodes, and remembers what was before. */
function enableForwarding(): void {
  const before = readSysctl('net.ipv4.ip_forward');
  if (before === '1') return;
  writeFileSync(forwardingBefore, before ?? '0');
  writeFileSync('/proc/sys/net/ipv4/ip_forward', '1');
}

/** Puts back what the last cluster of the machine leaves. */
function leaveHost(cgroups: Cgroups): void {
  if (existsSync(forwardingBefore))
    writeFileSync('/proc/sys/net/ipv4/ip_forward', readFileSync(forwardingBefore, 'utf8'));
  rmSync(runRoot, { recursive: true, force: true });
  removeCgroup(cgroups, '/kubets');
  for (const directory of nodeMountPoints) {
    try {
      rmdirSync(directory);
    } catch {
      // Somebody else's files are in it, or it is not there.
    }
  }
}

/** A resolv.conf for the node: the host's, without name servers on its loopback, which the node cannot reach. */
function resolvConf(): string {
  for (const file of ['/etc/resolv.conf', '/run/systemd/resolve/resolv.conf']) {
    const text = readIfExists(file);
    if (text === undefined) continue;
    const lines = text.split('\n').filter((line) => !/^nameserver\s+(127\.|::1)/.test(line) && line.trim() !== '');
    if (lines.some((line) => line.startsWith('nameserver'))) return `${lines.join('\n')}\n`;
  }
  return '';
}

function macOf(address: string): string {
  return `0a:58:${address
    .split('.')
    .map((part) => Number(part).toString(16).padStart(2, '0'))
    .join(':')}`;
}
