/**
 * What would keep a cluster from running on this machine, found before it does.
 *
 * Each finding says what is wrong and the command that mends it; those with `fix` are mended by `doctor --fix`.
 */

import { existsSync, readFileSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf } from '#base/errors.ts';
import { detectCgroups } from '#platform/node/cgroups.ts';
import { exec, tryExec } from '#platform/node/exec.ts';
import { findProgram, isRoot, listeningPorts, readSysctl } from '#platform/node/machine-facts.ts';
import { allPids, commandLine } from '#platform/node/process-table.ts';
import { accepts } from '#platform/node/sockets.ts';
import { findRuntime } from './machine/find-runtime.ts';
import { type ClusterLayout, defaultDataRoot } from './machine/layout.ts';
import { clusterProcesses, removeMachine } from './machine/node-machine.ts';
import { type ClusterSettings, defaultApiPort, defaultNodePorts, machineOf, nodesOf } from './settings.ts';

export interface Finding {
  /** An error keeps a cluster from running; a warning from doing all of it; a note is worth knowing. */
  readonly severity: 'error' | 'warning' | 'note';
  readonly what: string;
  readonly remedy: string;
  readonly fix?: () => Promise<void>;
}

interface Cluster {
  readonly layout: ClusterLayout;
  readonly settings: ClusterSettings;
}

/** Everything that is found, the worst first. */
export async function examine(cluster: Cluster | undefined): Promise<readonly Finding[]> {
  const runs = cluster !== undefined && (await accepts(cluster.layout.supervisorSocket));
  const found = await Promise.all([
    user(),
    programs(),
    runtime(cluster),
    kernel(),
    netfilter(),
    firewall(cluster),
    forwarding(runs),
    cgroups(),
    ports(cluster, runs),
    leftovers(cluster, runs),
    disk(cluster),
    otherContainerd(),
  ]);
  const order = ['error', 'warning', 'note'];
  return found.flat().sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
}

export async function mend(finding: Finding): Promise<void> {
  await finding.fix?.();
}

function user(): readonly Finding[] {
  return isRoot()
    ? []
    : [{ severity: 'error', what: 'you are not root', remedy: 'run it with sudo: namespaces and mounts need it' }];
}

/** Program and the Debian package that has it. */
const neededPrograms = [
  ['nft', 'nftables'],
  ['ip', 'iproute2'],
  ['conntrack', 'conntrack'],
  ['iptables', 'iptables'],
  ['nsenter', 'util-linux'],
  ['unshare', 'util-linux'],
  ['mount', 'mount'],
] as const;

function programs(): readonly Finding[] {
  const missing = neededPrograms.filter(([program]) => findProgram(program) === undefined);
  if (missing.length === 0) return [];
  const packages = [...new Set(missing.map(([, name]) => name))];
  return [
    {
      severity: 'error',
      what: `programs are missing: ${missing.map(([program]) => program).join(', ')}`,
      remedy: `apt-get install ${packages.join(' ')}`,
      fix: async () =>
        void (await exec('apt-get', ['-qy', 'install', '--no-install-recommends', ...packages], {
          timeoutMs: 600_000,
        })),
    },
  ];
}

async function runtime(cluster: Cluster | undefined): Promise<readonly Finding[]> {
  try {
    await findRuntime(cluster?.settings.containerdBinDir);
    return [];
  } catch (error) {
    return [{ severity: 'error', what: messageOf(error), remedy: './kubets up as root gets what is missing' }];
  }
}

function kernel(): readonly Finding[] {
  const findings: Finding[] = [];
  if (!readFileSync('/proc/filesystems', 'latin1').includes('\toverlay\n')) {
    findings.push(
      moduleMissing('overlay', 'error', 'the kernel has no overlay file system, in which containers keep their files'),
    );
  }
  if (readSysctl('net.bridge.bridge-nf-call-iptables') === undefined) {
    findings.push(
      moduleMissing(
        'br_netfilter',
        'warning',
        'bridges are not seen by netfilter: a pod cannot reach a service whose endpoint is on its own node',
      ),
    );
  }
  return findings;
}

function moduleMissing(name: string, severity: Finding['severity'], what: string): Finding {
  return { severity, what, remedy: `modprobe ${name}`, fix: async () => void (await exec('modprobe', [name])) };
}

async function netfilter(): Promise<readonly Finding[]> {
  if (findProgram('nft') === undefined || !isRoot()) return [];
  const { code, stderr } = await tryExec('nft', ['list', 'tables']);
  if (code === 0) return [];
  return [
    {
      severity: 'error',
      what: `the kernel does not answer nft, by which services work: ${stderr.trim().split('\n')[0]}`,
      remedy: 'modprobe nf_tables, or a kernel with CONFIG_NF_TABLES (Debian has it)',
      fix: async () => void (await exec('modprobe', ['nf_tables'])),
    },
  ];
}

/** A forward chain that drops by default (docker and ufw make one) also drops what pods send to the world. */
async function firewall(cluster: Cluster | undefined): Promise<readonly Finding[]> {
  if (findProgram('nft') === undefined || !isRoot()) return [];
  const { stdout } = await tryExec('nft', ['list', 'chain', 'ip', 'filter', 'FORWARD']);
  if (!/hook forward .*policy drop/.test(stdout)) return [];
  const bridge = cluster?.settings.network.bridge ?? 'kb-kubets';
  if (stdout.includes(`"${bridge}"`)) return [];
  const rules = (['iifname', 'oifname'] as const).map(
    (direction) => `insert rule ip filter FORWARD ${direction} "${bridge}" counter accept`,
  );
  return [
    {
      severity: 'warning',
      what: 'a firewall drops forwarded packets (chain FORWARD of table ip filter): pods do not reach other machines',
      remedy: rules.map((rule) => `nft '${rule}'`).join(' && '),
      fix: async () => void (await exec('nft', ['-f', '-'], { input: `${rules.join('\n')}\n` })),
    },
  ];
}

function forwarding(runs: boolean): readonly Finding[] {
  if (readSysctl('net.ipv4.ip_forward') === '1') return [];
  return [
    {
      severity: runs ? 'error' : 'note',
      what: runs
        ? 'net.ipv4.ip_forward is 0: somebody turned it off, and nothing is routed between pods and other machines'
        : 'net.ipv4.ip_forward is 0; kubets up turns it on, and kubets down off again',
      remedy: 'sysctl -w net.ipv4.ip_forward=1',
      ...(runs ? { fix: async () => void (await exec('sysctl', ['-qw', 'net.ipv4.ip_forward=1'])) } : {}),
    },
  ];
}

function cgroups(): readonly Finding[] {
  const { layout, trees } = detectCgroups();
  if (layout === 'none') {
    return [
      {
        severity: 'error',
        what: 'no control groups are mounted: containers cannot be limited',
        remedy: 'mount -t cgroup2 none /sys/fs/cgroup',
        fix: async () => void (await exec('mount', ['-t', 'cgroup2', 'none', '/sys/fs/cgroup'])),
      },
    ];
  }
  const findings: Finding[] = [];
  if (layout === 'hybrid') {
    findings.push({
      severity: 'note',
      what: 'control groups are hybrid (version 1 with an empty version 2 tree); nodes do not see the empty tree',
      remedy: 'nothing needs to be done; systemd.unified_cgroup_hierarchy=1 on the kernel command line gives version 2',
    });
  }
  if (layout !== 'v2') {
    const missing = ['cpu', 'memory', 'pids'].filter((name) => !trees.some((tree) => tree.controllers.includes(name)));
    if (missing.length > 0) {
      findings.push({
        severity: 'warning',
        what: `no control group tree for ${missing.join(', ')}: limits of containers have no effect`,
        remedy: missing
          .map((name) => `mkdir -p /sys/fs/cgroup/${name} && mount -t cgroup -o ${name} none /sys/fs/cgroup/${name}`)
          .join(' && '),
      });
    }
  }
  return findings;
}

function ports(cluster: Cluster | undefined, runs: boolean): readonly Finding[] {
  const listening = listeningPorts();
  const findings: Finding[] = [];
  const apiPort = cluster?.settings.apiPort ?? defaultApiPort;
  if (!runs && listening.has(apiPort)) {
    findings.push({
      severity: 'error',
      what: `port ${apiPort} is in use: the API server cannot listen`,
      remedy: `ss -ltnp 'sport = :${apiPort}' names the program; stop it, or: kubets up --api-port ${apiPort + 10_000}`,
    });
  }
  const [first = 0, last = 0] = (cluster?.settings.nodePorts ?? defaultNodePorts).split('-').map(Number);
  const hidden = [...listening].filter((port) => port >= first && port <= last);
  if (hidden.length > 0 && (cluster?.settings.door ?? true)) {
    findings.push({
      severity: 'warning',
      what: `programs of this machine listen on ${hidden.join(', ')}, which are node ports while a cluster runs`,
      remedy: `let them listen outside of ${first}-${last}`,
    });
  }
  return findings;
}

/** What a cluster left that is not running: a crash of everything at once, or a kill of the supervisor and the server. */
async function leftovers(cluster: Cluster | undefined, runs: boolean): Promise<readonly Finding[]> {
  if (!cluster || runs) return [];
  const { layout, settings } = cluster;
  const processes = clusterProcesses(settings.name);
  if (processes.length === 0 && !existsSync(layout.run)) return [];
  return [
    {
      severity: 'warning',
      what: `the cluster "${settings.name}" is half alive: no supervisor, ${processes.length} processes`,
      remedy: 'kubets up takes them over; kubets down removes them',
      fix: () => removeMachine(machineOf(layout, settings), nodesOf(settings), 2000),
    },
  ];
}

const smallDisk = 2 * 2 ** 30;

function disk(cluster: Cluster | undefined): readonly Finding[] {
  let directory = cluster?.layout.data ?? defaultDataRoot;
  while (!existsSync(directory)) directory = dirname(directory);
  const { bavail, bsize } = statfsSync(directory);
  const free = bavail * bsize;
  if (free >= smallDisk) return [];
  return [
    {
      severity: free < smallDisk / 8 ? 'error' : 'warning',
      what: `only ${Math.round(free / 2 ** 20)} MiB are free in ${directory}`,
      remedy: 'make room there, or: kubets up --data-dir DIRECTORY',
    },
  ];
}

function otherContainerd(): readonly Finding[] {
  const others = allPids().filter((pid) => {
    const [program = '', ...args] = commandLine(pid).split('\0');
    return program.endsWith('/containerd') && !args.some((arg) => arg.startsWith('/run/kubets/'));
  });
  if (others.length === 0) return [];
  return [
    {
      severity: 'note',
      what: `another containerd runs here (pid ${others.join(', ')}); the nodes have their own and leave it alone`,
      remedy: 'nothing needs to be done',
    },
  ];
}
