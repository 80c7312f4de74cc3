/** process_*: what the kernel knows of this process, under the names of Prometheus' client libraries. Read when somebody asks. */

import { readdirSync, readFileSync } from 'node:fs';
import type { MetricsRegistry } from '#base/metrics.ts';

/** Unix time in milliseconds. */
export const processStartedMs = performance.timeOrigin;

export function registerProcessMetrics(registry: MetricsRegistry): void {
  const show = (name: string, help: string, type: 'gauge' | 'counter', read: () => number | undefined): void =>
    registry.collected(
      name,
      help,
      [],
      () => {
        const value = read();
        return value === undefined ? [] : [{ labels: [], value }];
      },
      type,
    );
  show('process_cpu_seconds_total', 'CPU time of this process, of all its threads.', 'counter', () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  show('process_max_fds', 'Most file descriptors that may be open.', 'gauge', () => limitOf('Max open files'));
  show('process_network_receive_bytes_total', 'Bytes that came by IP to its network namespace.', 'counter', () =>
    trafficOf('InOctets'),
  );
  show('process_network_transmit_bytes_total', 'Bytes that left its network namespace by IP.', 'counter', () =>
    trafficOf('OutOctets'),
  );
  show('process_open_fds', 'File descriptors that are open.', 'gauge', openFiles);
  show('process_resident_memory_bytes', 'Memory in use.', 'gauge', () => process.memoryUsage.rss());
  show('process_start_time_seconds', 'Unix time of its start.', 'gauge', () => processStartedMs / 1000);
  show('process_virtual_memory_bytes', 'Addresses in use.', 'gauge', () => {
    const size = /^VmSize:\s+(\d+) kB/m.exec(read('/proc/self/status'))?.[1];
    return size === undefined ? undefined : Number(size) * 1024;
  });
  show('process_virtual_memory_max_bytes', 'Most addresses that may be used.', 'gauge', () =>
    limitOf('Max address space'),
  );
}

/** The soft limit. Prometheus' libraries show one that is not there as the greatest number of 64 bits. */
function limitOf(name: string): number | undefined {
  const line = read('/proc/self/limits')
    .split('\n')
    .find((candidate) => candidate.startsWith(name));
  const soft = line?.slice(name.length).trim().split(/\s+/)[0];
  if (soft === undefined) return undefined;
  return soft === 'unlimited' ? 2 ** 64 : Number(soft);
}

/** A counter of IpExt, which has its names in one line and its values in the next. */
function trafficOf(name: string): number | undefined {
  const [names = [], values = []] = read('/proc/self/net/netstat')
    .split('\n')
    .filter((line) => line.startsWith('IpExt:'))
    .map((line) => line.split(' '));
  const value = values[names.indexOf(name)];
  return value === undefined ? undefined : Number(value);
}

function openFiles(): number | undefined {
  try {
    // The directory that is being read is one of them.
    return readdirSync('/proc/self/fd').length - 1;
  } catch {
    return undefined;
  }
}

/** '' where the kernel shows no such file. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
