/**
 * How long the server role takes to come back on a store with objects and an uncompacted history: from its start as a process
 * until /readyz is 200, as the bundle that `kubets up` starts and from sources.
 *
 * Usage: node test/bench/restart.ts [--runs N] [--pods N] [--sources] [REVISIONS ...]
 *
 * Five runs, 10,000 pods of 4 KB, and 0, 50,000 and 200,000 revisions upon them unless told: updates of the pods and of leases, events,
 * pods that come and go, as a cluster under load writes them. Each server is killed, so what one leaves in memory is lost. Goal: under
 * 1 s. Anchor: upstream 1.36.3's control plane on empty data, /readyz after 4.4 s.
 */

import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, get } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { clusterLayout } from '#cluster/machine/layout.ts';
import { planNetwork } from '#cluster/machine/network-plan.ts';
import { prepareCredentials } from '#cluster/prepare.ts';
import { roleProgram } from '#cluster/program.ts';
import { roleCommands, roleEnvironment } from '#cluster/roles.ts';
import { type ClusterSettings, saveSettings } from '#cluster/settings.ts';
import { createNodeEnv } from '#platform/node/env.ts';
import { openSqliteStore } from '#platform/node/sqlite-journal.ts';
import type { Store } from '#store/store.ts';
import { pod, podName } from './api/payload.ts';
import { machineLoad, median } from './running-cluster.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '5' },
    pods: { type: 'string', default: '10000' },
    sources: { type: 'boolean' },
  },
});
const runs = Number(values.runs);
const pods = Number(values.pods);
const histories = positionals.length > 0 ? positionals.map(Number) : [0, 50_000, 200_000];
const name = 'bench-restart';
const limitMs = 60_000;
const root = mkdtempSync(join(tmpdir(), 'kubets-bench-restart-'));

const freePort = () =>
  new Promise<number>((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

interface Started {
  readonly readyMs: number;
  /** Highest so far, in MiB. */
  readonly peakMiB: number;
  readonly cpuMs: number;
}

/** Starts the server, waits until it is ready, and ends it. */
async function start(program: string, directory: string, port: number, signal: NodeJS.Signals): Promise<Started> {
  const [node, ...args] = roleCommands(program)('server', '--name', name, '--data-dir', directory);
  const begin = performance.now();
  const child = spawn(node, args, {
    env: { ...process.env, ...roleEnvironment, NODE_COMPILE_CACHE: join(root, 'compiled') },
    stdio: ['ignore', 'ignore', 'ignore'],
  });
  const ended = new Promise<never>((_, reject) =>
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`))),
  );
  const agent = new Agent({ rejectUnauthorized: false, keepAlive: true });
  const isReady = () =>
    new Promise<boolean>((resolve) => {
      const asked = get({ host: '127.0.0.1', port, path: '/readyz', agent }, (answer) => {
        answer.resume().once('end', () => resolve(answer.statusCode === 200));
      });
      asked.once('error', () => resolve(false));
    });
  const ready = async () => {
    while (!(await isReady())) {
      if (performance.now() - begin > limitMs) throw new Error(`not ready after ${limitMs} ms`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return performance.now() - begin;
  };
  try {
    const readyMs = await Promise.race([ready(), ended]);
    const status = readFileSync(`/proc/${child.pid}/status`, 'latin1');
    const [user = 0, system = 0] = readFileSync(`/proc/${child.pid}/stat`, 'latin1')
      .replace(/^.*\) /, '')
      .split(' ')
      .slice(11, 13)
      .map(Number);
    return { readyMs, peakMiB: Number(/VmHWM:\s*(\d+)/.exec(status)?.[1]) / 1024, cpuMs: (user + system) * 10 };
  } finally {
    agent.destroy();
    child.kill(signal);
    await ended.catch(() => {});
  }
}

const encoder = new TextEncoder();
const podKey = (index: number) => `/registry/core/pods/default/${podName(index)}`;
const podValue = (index: number, change: number) => {
  const { metadata, ...rest } = JSON.parse(pod(index, 4096)) as { readonly metadata: object };
  const uid = `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
  const created = { namespace: 'default', uid, creationTimestamp: '2026-01-01T00:00:00Z', generation: 1 };
  const status = { phase: 'Pending', qosClass: 'Guaranteed', message: `change ${change}` };
  const object = { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, ...created }, ...rest, status };
  return encoder.encode(JSON.stringify(object));
};

/** Ten revisions of each ten: four updates of pods, three of leases, one event, one pod that comes and one that goes. */
function change(store: Store, index: number): Promise<unknown> {
  const round = Math.floor(index / 10);
  const object = {
    metadata: { name: `object-${index}`, namespace: 'default', creationTimestamp: '2026-01-01T00:00:00Z' },
  };
  switch (index % 10) {
    case 0:
      return store.put(podKey(pods + round), podValue(pods + round, index));
    case 1:
      return store.delete(podKey(pods + round));
    case 2: {
      const event = { apiVersion: 'v1', kind: 'Event', ...object, message: 'm'.repeat(400), count: 1 };
      const key = `/registry/core/events/default/${object.metadata.name}`;
      return store.put(key, encoder.encode(JSON.stringify(event)), { ttlSeconds: 3600 });
    }
    case 3:
    case 4:
    case 5: {
      const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', ...object, spec: { holderIdentity: 'h' } };
      const key = `/registry/coordination.k8s.io/leases/default/node-${index % 1000}`;
      return store.put(key, encoder.encode(JSON.stringify(lease)));
    }
    default: {
      const target = (index * 7919) % pods;
      return store.put(podKey(target), podValue(target, index));
    }
  }
}

async function fill(directory: string, revisions: number): Promise<number> {
  const env = createNodeEnv({ component: 'bench', level: 'warn' });
  const compaction = { intervalMs: 3_600_000, maxSuperseded: Number.POSITIVE_INFINITY, minRevisions: 0 };
  const store = await openSqliteStore(env, { directory, compaction });
  const inBatches = async (count: number, write: (index: number) => Promise<unknown>) => {
    for (let from = 0; from < count; from += 500) {
      await Promise.all(Array.from({ length: Math.min(500, count - from) }, (_, i) => write(from + i)));
    }
  };
  await inBatches(pods, (index) => store.put(podKey(index), podValue(index, 0)));
  await inBatches(revisions, (index) => change(store, index));
  const bytes = await store.size();
  await store.close();
  return bytes;
}

const programs = [
  ...(values.sources ? [] : [['bundle', await roleProgram()] as const]),
  ['sources', join(import.meta.dirname, '../../src/cli/role.ts')] as const,
];
try {
  for (const revisions of histories) {
    const directory = join(root, String(revisions));
    const layout = clusterLayout(name, directory);
    mkdirSync(directory);
    const port = await freePort();
    const settings: ClusterSettings = {
      name,
      nodes: 0,
      network: planNetwork(name, {}, []),
      apiPort: port,
      door: false,
      nodePorts: '30000-32767',
      apiNames: [],
    };
    await prepareCredentials(layout, settings, Date.now());
    saveSettings(layout, settings);
    // Makes what every cluster begins with, and compiled code as ./kubets keeps it.
    for (const [, program] of programs) await start(program, directory, port, 'SIGTERM');
    const bytes = await fill(layout.store, revisions);
    for (const [kind, program] of programs) {
      const results: Started[] = [];
      for (let run = 0; run < runs; run++) results.push(await start(program, directory, port, 'SIGKILL'));
      const times = results.map(({ readyMs }) => readyMs);
      console.log(
        `${pods} pods, ${String(revisions).padStart(6)} revisions, ${(bytes / 2 ** 20).toFixed(0).padStart(4)} MiB, ` +
          `${kind.padEnd(7)}: ready after ${median(times).toFixed(0)} ms, worst ${Math.max(...times).toFixed(0)}; ` +
          `CPU ${median(results.map(({ cpuMs }) => cpuMs)).toFixed(0)} ms, ` +
          `peak ${Math.max(...results.map(({ peakMiB }) => peakMiB)).toFixed(0)} MiB; ${machineLoad()}`,
      );
    }
    rmSync(directory, { recursive: true });
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}
