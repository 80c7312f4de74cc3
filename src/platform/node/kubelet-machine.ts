/** Facts about this machine for the node's status (src/kubelet/ports.ts Machine). */

import { readdir, readFile } from 'node:fs/promises';
import { arch, cpus, hostname, networkInterfaces, release, uptime } from 'node:os';
import type { NetworkInterfaceUsage } from '#kubelet/cri/runtime.ts';
import type { Machine, MachineInfo, MachineUsage } from '#kubelet/ports.ts';

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
  usage: readUsage,
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

/** USER_HZ: the ticks a second that /proc/stat counts in, the same on every Linux that Node runs on. */
const ticksPerSecond = 100;

async function readUsage(): Promise<MachineUsage> {
  const [memory, stat, interfaces] = await Promise.all([meminfo(), text('/proc/stat'), readInterfaces()]);
  const of = (name: string) => memory.get(name) ?? 0;
  // user, nice, system, idle, iowait, irq, softirq, steal
  const ticks = (stat.split('\n')[0] ?? '').split(/\s+/).slice(1, 9).map(Number);
  const busy = ticks.filter((_, column) => column !== 3 && column !== 4).reduce((sum, value) => sum + value, 0);
  return {
    bootTimeMs: Date.now() - uptime() * 1000,
    cpuNanoSeconds: busy * (1e9 / ticksPerSecond),
    memoryUsageBytes: of('MemTotal') - of('MemFree'),
    memoryWorkingSetBytes: of('MemTotal') - of('MemFree') - of('Inactive(file)'),
    memoryAvailableBytes: of('MemAvailable'),
    memoryRssBytes: of('AnonPages'),
    interfaces,
  };
}

async function readInterfaces(): Promise<readonly NetworkInterfaceUsage[]> {
  const [routes, devices] = await Promise.all([text('/proc/net/route'), text('/proc/net/dev')]);
  const primary = defaultDevice(routes);
  return devices
    .split('\n')
    .slice(2)
    .filter((row) => row !== '')
    .map((row) => {
      const [name = '', ...numbers] = row.trim().split(/:?\s+/);
      const [rxBytes = 0, , rxErrors = 0, , , , , , txBytes = 0, , txErrors = 0] = numbers.map(Number);
      return { name, rxBytes, rxErrors, txBytes, txErrors };
    })
    .filter(({ name }) => name !== 'lo' && !name.startsWith('veth'))
    .sort((a, b) => Number(b.name === primary) - Number(a.name === primary));
}

async function meminfo(): Promise<ReadonlyMap<string, number>> {
  const values = new Map<string, number>();
  for (const line of (await text('/proc/meminfo')).split('\n')) {
    const match = /^([\w()]+):\s+(\d+) kB/.exec(line);
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
