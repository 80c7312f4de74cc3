/** Facts about this machine for the node's status (src/kubelet/ports.ts Machine). */

import { readdir, readFile } from 'node:fs/promises';
import { arch, cpus, hostname, networkInterfaces, release } from 'node:os';
import type { Machine, MachineInfo } from '#kubelet/ports.ts';

const architectures: Readonly<Record<string, string>> = {
  x64: 'amd64',
  arm64: 'arm64',
  arm: 'arm',
  ppc64: 'ppc64le',
  s390x: 's390x',
};

let known: Promise<MachineInfo> | undefined;

export const kubeletMachine: Machine = {
  info: () => (known ??= readInfo()),
  async memoryAvailableBytes() {
    return (await meminfo()).get('MemAvailable') ?? 0;
  },
  async processes() {
    const [max, loadavg] = await Promise.all([text('/proc/sys/kernel/pid_max'), text('/proc/loadavg')]);
    return { max: Number(max), running: Number(/\/(\d+)/.exec(loadavg)?.[1] ?? 0) };
  },
  async addresses() {
    const device = defaultDevice(await text('/proc/net/route'));
    const all = networkInterfaces();
    const candidates = (device ? all[device] : undefined) ?? Object.values(all).flatMap((list) => list ?? []);
    const usable = candidates.filter(({ internal, address }) => !internal && !address.startsWith('fe80:'));
    const first = (family: string) => usable.find((candidate) => candidate.family === family)?.address;
    return [first('IPv4') ?? first('IPv6')].filter((address) => address !== undefined);
  },
};

async function readInfo(): Promise<MachineInfo> {
  const memory = await meminfo();
  return {
    hostname: hostname(),
    machineId: (await text('/etc/machine-id')).trim(),
    systemUuid: (await text('/sys/class/dmi/id/product_uuid')).trim(),
    bootId: (await text('/proc/sys/kernel/random/boot_id')).trim(),
    kernelVersion: release(),
    osImage: /^PRETTY_NAME="?([^"\n]*)/m.exec(await text('/etc/os-release'))?.[1] ?? '',
    architecture: architectures[arch()] ?? arch(),
    cpus: cpus().length,
    memoryBytes: memory.get('MemTotal') ?? 0,
    swapBytes: memory.get('SwapTotal') ?? 0,
    hugepages: await hugepages(),
  };
}

async function meminfo(): Promise<ReadonlyMap<string, number>> {
  const values = new Map<string, number>();
  for (const line of (await text('/proc/meminfo')).split('\n')) {
    const match = /^(\w+):\s+(\d+) kB/.exec(line);
    if (match?.[1]) values.set(match[1], Number(match[2]) * 1024);
  }
  return values;
}

/** Bytes of huge pages by size: {'2Mi': 0, '1Gi': 0}. */
async function hugepages(): Promise<Readonly<Record<string, number>>> {
  const found: Record<string, number> = {};
  const root = '/sys/kernel/mm/hugepages';
  for (const entry of await readdir(root).catch(() => [])) {
    const kib = Number(/^hugepages-(\d+)kB$/.exec(entry)?.[1]);
    if (!Number.isFinite(kib)) continue;
    const size = kib >= 1 << 20 ? `${kib >> 20}Gi` : kib >= 1 << 10 ? `${kib >> 10}Mi` : `${kib}Ki`;
    found[size] = Number(await text(`${root}/${entry}/nr_hugepages`)) * kib * 1024;
  }
  return found;
}

/** The device of the default route with the lowest metric. */
function defaultDevice(routes: string): string | undefined {
  let best: { readonly device: string; readonly metric: number } | undefined;
  for (const line of routes.split('\n').slice(1)) {
    const [device, destination, , , , , metric, mask] = line.split('\t');
    if (!device || destination !== '00000000' || mask !== '00000000') continue;
    if (!best || Number(metric) < best.metric) best = { device, metric: Number(metric) };
  }
  return best?.device;
}

async function text(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}
