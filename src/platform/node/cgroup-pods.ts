/** The tree of control groups that pods run in (src/kubelet/ports.ts PodCgroups), version 1 (hybrid too) and version 2. */

import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PodCgroupLimits } from '#kubelet/pod/resources.ts';
import { milliCpuToShares, minShares } from '#kubelet/pod/resources.ts';
import { isMissing, type PodCgroups } from '#kubelet/ports.ts';
import { type Cgroups, type CgroupTree, detectCgroups } from './cgroups.ts';

const periodUs = 100_000;
/** Controllers that pods are limited by; runtimes make the groups of the others by themselves. */
const limiting = ['cpu', 'memory', 'pids'] as const;

export function podCgroups(cgroupRoot: string, cgroups: Cgroups = detectCgroups()): PodCgroups {
  const root = cgroupRoot === '/' ? '' : cgroupRoot;
  const base = `${root}/kubepods`;
  const trees = cgroups.trees;
  const isV2 = cgroups.layout === 'v2';
  const treesToMake = isV2
    ? trees
    : trees.filter(({ controllers }) => limiting.some((name) => controllers.includes(name)));

  const make = async (name: string): Promise<void> => {
    await Promise.all(
      treesToMake.map((tree) => (isV2 ? makeV2(tree, name) : mkdir(join(tree.mountPoint, name), { recursive: true }))),
    );
  };
  const set = async (controller: string, name: string, file: string, value: string): Promise<void> => {
    const tree = isV2 ? trees[0] : trees.find(({ controllers }) => controllers.includes(controller));
    if (!tree) return;
    const path = join(tree.mountPoint, name, file);
    if (existsSync(path)) await writeFile(path, value);
  };
  const limit = async (name: string, limits: PodCgroupLimits): Promise<void> => {
    const quota = limits.cpuQuotaUs;
    if (isV2) {
      await set('cpu', name, 'cpu.weight', String(cpuWeight(limits.cpuShares)));
      await set('cpu', name, 'cpu.max', `${quota ? quota : 'max'} ${periodUs}`);
      if (limits.memoryLimitBytes) await set('memory', name, 'memory.max', String(limits.memoryLimitBytes));
    } else {
      await set('cpu', name, 'cpu.shares', String(limits.cpuShares));
      if (quota) await set('cpu', name, 'cpu.cfs_period_us', String(periodUs));
      await set('cpu', name, 'cpu.cfs_quota_us', String(quota ? quota : -1));
      if (limits.memoryLimitBytes) await set('memory', name, 'memory.limit_in_bytes', String(limits.memoryLimitBytes));
    }
    if (limits.pidsLimit !== undefined) await set('pids', name, 'pids.max', String(limits.pidsLimit));
  };

  return {
    version: isV2 ? 2 : 1,
    async prepare({ milliCpu, memoryBytes }) {
      await make(base);
      await limit(base, {
        cpuShares: milliCpuToShares(milliCpu),
        ...(memoryBytes > 0 ? { memoryLimitBytes: memoryBytes } : {}),
      });
      for (const qos of ['burstable', 'besteffort']) {
        await make(`${base}/${qos}`);
        await limit(`${base}/${qos}`, { cpuShares: minShares });
      }
    },
    async setBurstableShares(cpuShares) {
      await limit(`${base}/burstable`, { cpuShares });
    },
    async create(name, limits) {
      if (await this.exists(name)) return;
      await make(name);
      await limit(name, limits);
    },
    update: limit,
    async exists(name) {
      const [tree] = treesToMake;
      return tree === undefined || existsSync(join(tree.mountPoint, name));
    },
    async remove(name) {
      for (const tree of trees) await removeTree(join(tree.mountPoint, name));
    },
    async list() {
      const [tree] = treesToMake;
      if (!tree) return [];
      const found: string[] = [];
      for (const parent of [base, `${base}/burstable`, `${base}/besteffort`]) {
        const entries = await readdir(join(tree.mountPoint, parent)).catch(() => []);
        for (const entry of entries) if (entry.startsWith('pod')) found.push(`${parent}/${entry}`);
      }
      return found;
    },
  };
}

/** Version 2: each level must hand its controllers down before the next can use them. */
async function makeV2(tree: CgroupTree, name: string): Promise<void> {
  let path = tree.mountPoint;
  for (const part of name.split('/').filter((piece) => piece !== '')) {
    const offered = (await readFile(join(path, 'cgroup.controllers'), 'utf8').catch(() => '')).trim().split(/\s+/);
    for (const controller of offered.filter((item) => item !== '')) {
      // A controller that cannot be handed down here (a busy group, a threaded one) leaves the others usable.
      await writeFile(join(path, 'cgroup.subtree_control'), `+${controller}`).catch(() => {});
    }
    path = join(path, part);
    await mkdir(path, { recursive: true });
  }
}

/** Kills what is left in it and removes it, children first. */
async function removeTree(path: string): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt++) {
    try {
      await removeOnce(path);
      return;
    } catch (error) {
      if (isMissing(error)) return;
      // Killed processes leave a moment later.
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
  await removeOnce(path).catch((error: unknown) => {
    if (!isMissing(error)) throw error;
  });
}

async function removeOnce(path: string): Promise<void> {
  const entries = await readdir(path, { withFileTypes: true });
  for (const entry of entries) if (entry.isDirectory()) await removeOnce(join(path, entry.name));
  const processes = (await readFile(join(path, 'cgroup.procs'), 'utf8').catch(() => '')).trim();
  for (const pid of processes === '' ? [] : processes.split('\n')) {
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch {
      // It is gone already.
    }
  }
  await rmdir(path);
}

/** cpu.shares [2..262144] to cpu.weight [1..10000], as runtimes convert. */
function cpuWeight(shares: number): number {
  return 1 + Math.floor(((shares - 2) * 9999) / 262_142);
}
