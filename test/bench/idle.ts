/**
 * What a cluster at rest holds and does: memory, CPU time, wakeups and writes to disk of its processes; as it was found, and again after
 * pods were started and removed.
 *
 * Usage: node test/bench/idle.ts [--name NAME] [--seconds 60]     root. Without --name a cluster of one node is made, and removed at the end.
 *
 * Memory is said three ways: RSS of each process, and added of server and agents; PSS, where a page that N processes share counts 1/N for
 * each; and the pages of server and agents, each once: what would be unmapped without them. Goals: 150 MiB added, 0.5 % of a core, 20 wakeups a
 * second, no write while nothing changes.
 *
 * Anchors: upstream 1.36.3's etcd, kube-apiserver, kube-controller-manager and kube-scheduler at rest on a machine of 2 cores: 487 MiB
 * (with kubelet and kube-proxy 630), 5.4 % of a core, 864 wakeups and 1.6 flushes a second. And this run's own: two bare Node.js.
 */

import { spawn } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { residentBytes } from '#platform/node/process-table.ts';
import { startPods } from './pods.ts';
import { machineLoad, openCluster, processesOf, type RunningCluster, runKubets } from './running-cluster.ts';

const { values } = parseArgs({ options: { name: { type: 'string' }, seconds: { type: 'string', default: '60' } } });
const seconds = Number(values.seconds);
/** A range of addresses in smaps of which something is in memory. */
const residentRange = /^([0-9a-f]+)-([0-9a-f]+) .*\n(?:[A-Z].*\n)*?Rss:\s+[1-9]/gm;

const settleMs = 30_000;

/** Bits 0 to 54 of an entry (Documentation/admin-guide/mm/pagemap.rst); bit 63 says that the page is in memory. */
const frameMask = (1n << 55n) - 1n;

const name = values.name ?? 'bench-idle';
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const mebibytes = (bytes: number) => (bytes / 2 ** 20).toFixed(1);

if (values.name === undefined) await runKubets('up', '--name', name, '--api-port', '7651', '--no-kubeconfig');
try {
  const cluster = openCluster(name);
  await measure('as found', cluster);
  for (let round = 0; round < 5; round++) await startPods(cluster.client, 20);
  await measure('after 100 pods', cluster);
  cluster.close();
  await bareNodes();
} finally {
  if (values.name === undefined) await runKubets('reset', '--name', name, '--yes');
}

async function measure(when: string, cluster: RunningCluster): Promise<void> {
  const processes = new Map(
    [...(await processesOf(cluster.layout))].filter(([unit]) => /^(supervisor|server|agent-)/.test(unit)),
  );
  await sleep(settleMs);
  const before = new Map([...processes].map(([unit, pid]) => [unit, activity(pid)]));
  await sleep(seconds * 1000);
  console.log(`${name}, ${when}, ${seconds} s at rest, ${machineLoad()}`);
  for (const [unit, pid] of processes) {
    const was = before.get(unit) ?? activity(pid);
    const is = activity(pid);
    console.log(
      `${unit.padEnd(12)} ${memory(pid)}; CPU ${(((is.cpuNs - was.cpuNs) / (seconds * 1e9)) * 100).toFixed(2)} % of a core, ` +
        `${((is.wakeups - was.wakeups) / seconds).toFixed(1)} wakeups/s, ${is.writtenBytes - was.writtenBytes} bytes written to disk`,
    );
  }
  const ofNode = [...processes].filter(([unit]) => unit !== 'supervisor').map(([, pid]) => pid);
  const added = ofNode.reduce((sum, pid) => sum + residentBytes(pid), 0);
  console.log(
    `together     RSS added ${mebibytes(added)} MiB (goal 150), each page once ${mebibytes(sharedOnce(ofNode))} MiB`,
  );
}

/** The same of as many processes that do nothing: what no program on Node.js can go below. */
async function bareNodes(): Promise<void> {
  const children = [0, 1].map(() => spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], { stdio: 'ignore' }));
  try {
    await sleep(1500);
    const pids = children.flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
    for (const pid of pids) console.log(`bare node    ${memory(pid)}`);
    console.log(`together     each page once ${mebibytes(sharedOnce(pids))} MiB`);
  } finally {
    for (const child of children) child.kill('SIGKILL');
  }
}

interface Activity {
  readonly cpuNs: number;
  /** Times that a thread waited and ran again. */
  readonly wakeups: number;
  /** Bytes that the process caused to be written to a disk. */
  readonly writtenBytes: number;
}

function activity(pid: number): Activity {
  let cpuNs = 0;
  let wakeups = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const task = `/proc/${pid}/task/${thread}`;
    cpuNs += Number(readFileSync(`${task}/schedstat`, 'latin1').split(' ', 1)[0]);
    wakeups += field(`${task}/status`, 'voluntary_ctxt_switches');
  }
  return { cpuNs, wakeups, writtenBytes: field(`/proc/${pid}/io`, 'write_bytes') };
}

function memory(pid: number): string {
  const size = (key: string) => mebibytes(field(`/proc/${pid}/smaps_rollup`, key) * 1024);
  return `RSS ${size('Rss')} MiB, PSS ${size('Pss')}, its own ${size('Private_Dirty')}`;
}

/** The number behind a name in a file of /proc. */
function field(path: string, key: string): number {
  return Number(new RegExp(`^${key}:\\s*(\\d+)`, 'm').exec(readFileSync(path, 'latin1'))?.[1] ?? 0);
}

/** Bytes of the pages that any of these processes has, each page once, by the page frames of /proc/PID/pagemap. */
function sharedOnce(pids: readonly number[]): number {
  const frames = new Set<bigint>();
  for (const pid of pids) {
    const pagemap = openSync(`/proc/${pid}/pagemap`, 'r');
    for (const [, from = '', to = ''] of readFileSync(`/proc/${pid}/smaps`, 'latin1').matchAll(residentRange)) {
      const first = Number.parseInt(from, 16) / 4096;
      const entries = new BigUint64Array(Number.parseInt(to, 16) / 4096 - first);
      readSync(pagemap, entries, 0, entries.byteLength, first * 8);
      for (const entry of entries) if (entry >> 63n) frames.add(entry & frameMask);
    }
    closeSync(pagemap);
  }
  return frames.size * 4096;
}
