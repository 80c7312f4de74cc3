/**
 * Control groups of this machine, in any of their three layouts: version 2 (unified), version 1 (a tree per controller), and
 * hybrid (version 1 with an additional, mostly empty, version 2 tree).
 *
 * A cluster has one subtree, /kubets/NAME. What runs for the cluster is in it (in version 1: in the pids tree at least), so
 * that `down` finds every process, also those whose parents are long gone.
 */

import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface CgroupTree {
  readonly mountPoint: string;
  /** Empty for the version 2 tree. */
  readonly controllers: readonly string[];
}

export interface Cgroups {
  readonly layout: 'v1' | 'hybrid' | 'v2' | 'none';
  /** The trees that containers are limited by. */
  readonly trees: readonly CgroupTree[];
  /** The version 2 tree of a hybrid machine. */
  readonly unused: CgroupTree | undefined;
}

const v1Controllers = new Set([
  'cpu',
  'cpuacct',
  'cpuset',
  'memory',
  'devices',
  'freezer',
  'blkio',
  'pids',
  'net_cls',
  'net_prio',
  'perf_event',
  'hugetlb',
  'rdma',
  'misc',
]);

/** Reads the layout from /proc/mounts. */
export function detectCgroups(mounts: string = readFileSync('/proc/mounts', 'utf8')): Cgroups {
  const trees: CgroupTree[] = [];
  let unified: CgroupTree | undefined;
  for (const line of mounts.split('\n')) {
    const [, mountPoint = '', type, options = ''] = line.split(' ');
    if (type === 'cgroup2') unified ??= { mountPoint, controllers: [] };
    if (type !== 'cgroup') continue;
    const controllers = options.split(',').filter((option) => v1Controllers.has(option) || option.startsWith('name='));
    if (!trees.some((tree) => tree.mountPoint === mountPoint)) trees.push({ mountPoint, controllers });
  }
  const limiting = trees.filter((tree) => tree.controllers.some((name) => v1Controllers.has(name)));
  if (limiting.length > 0) return { layout: unified ? 'hybrid' : 'v1', trees, unused: unified };
  if (unified) return { layout: 'v2', trees: [unified], unused: undefined };
  return { layout: 'none', trees: [], unused: undefined };
}

/** Makes a group in every tree, ready for child groups with limits. */
export function makeCgroup(cgroups: Cgroups, path: string): void {
  for (const tree of cgroups.trees) {
    let at = tree.mountPoint;
    for (const part of path.split('/').filter(Boolean)) {
      if (cgroups.layout === 'v2') delegate(at);
      const parent = at;
      at = join(at, part);
      mkdirSync(at, { recursive: true });
      // A new version 1 cpuset is empty, and nothing can run in it until it has CPUs and memory nodes.
      if (tree.controllers.includes('cpuset')) {
        for (const file of ['cpuset.cpus', 'cpuset.mems']) {
          if (readFileSync(join(at, file), 'utf8').trim() === '') {
            writeFileSync(join(at, file), readFileSync(join(parent, file), 'utf8').trim());
          }
        }
      }
    }
    if (cgroups.layout === 'v2') delegate(at);
  }
}

/** Lets the children of a version 2 group have every controller that the group itself has. */
function delegate(group: string): void {
  const controllers = readFileSync(join(group, 'cgroup.controllers'), 'utf8').trim().split(' ').filter(Boolean);
  const enabled = new Set(readFileSync(join(group, 'cgroup.subtree_control'), 'utf8').trim().split(' '));
  for (const controller of controllers) {
    if (enabled.has(controller)) continue;
    try {
      writeFileSync(join(group, 'cgroup.subtree_control'), `+${controller}`);
    } catch {
      // Some controllers (cpu with real-time tasks) cannot be given on; what needs them will say so.
    }
  }
}

/** The tree by which processes are kept together: the unified one, else pids, else the first. */
function trackingTree(cgroups: Cgroups): CgroupTree | undefined {
  return cgroups.trees.find((tree) => tree.controllers.includes('pids')) ?? cgroups.trees[0];
}

/** Moves a process into a group of the tracking tree; makes the group. */
export function enterCgroup(cgroups: Cgroups, path: string, pid: number): void {
  const tree = trackingTree(cgroups);
  if (!tree) return;
  const group = join(tree.mountPoint, path);
  mkdirSync(group, { recursive: true });
  writeFileSync(join(group, 'cgroup.procs'), String(pid));
}

/** Every process in a group and below, in any tree. */
export function cgroupProcesses(cgroups: Cgroups, path: string): ReadonlySet<number> {
  const found = new Set<number>();
  for (const tree of cgroups.trees) {
    for (const group of groupsBelow(join(tree.mountPoint, path))) {
      for (const line of readLines(join(group, 'cgroup.procs'))) found.add(Number(line));
    }
  }
  return found;
}

/** Removes a group and those below from every tree; returns what could not be removed because processes are in it. */
export function removeCgroup(cgroups: Cgroups, path: string): readonly string[] {
  const left: string[] = [];
  for (const tree of cgroups.unused ? [...cgroups.trees, cgroups.unused] : cgroups.trees) {
    for (const group of groupsBelow(join(tree.mountPoint, path))) {
      try {
        rmdirSync(group);
      } catch {
        if (existsSync(group)) left.push(group);
      }
    }
  }
  return left;
}

/** A group and all below it, the deepest first. */
function groupsBelow(group: string): readonly string[] {
  let entries: readonly string[];
  try {
    entries = readdirSync(group, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? entry.name : []));
  } catch {
    return [];
  }
  return [...entries.flatMap((name) => groupsBelow(join(group, name))), group];
}

function readLines(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
}
