/**
 * The API server's speed and memory beside upstream's: same client, same machine, systems taking turns in one run.
 *
 *     node test/bench/api.ts --theirs KUBECONFIG --pids-theirs apiserver=P,etcd=Q
 *     node test/bench/api.ts --ours KUBECONFIG --pids-ours server=P            only ours, one that runs already
 *
 * Without --ours our server is started on a durable store in a temporary directory. --phases takes beginnings of names, separated by
 * commas ('create 1 KB', list, watch, rest); --seconds is the length of a phase on each system, --rounds how often they take turns,
 * --warm-up how long each verb runs on each system before anything is counted, --threads says which threads of ours used the CPU, --objects the pods on the shelf, --watchers those of the
 * wide watch, --watches-per-connection how many of them share one, --resource what single objects and watched ones are (test/bench/api/single.ts). Everything made is removed.
 * One run at a time against an anchor: the next begins with removing what it finds of the last.
 *
 * CPU is the server's, of all its processes and threads (for upstream: kube-apiserver and etcd), from /proc. Ratios are upstream's figure
 * by ours; what counts is CPU an operation, for driver and servers share the machine.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startOwnServer } from './api/own-server.ts';
import {
  listPhases,
  type MemoryFigures,
  type Phase,
  type Result,
  restPhase,
  singlePhases,
  watchPhases,
} from './api/phases.ts';
import { singleResource } from './api/single.ts';
import { cleanUp, openSystem, prepare, type System, shelfPods } from './api/system.ts';
import { machineLoad } from './running-cluster.ts';

const { values } = parseArgs({
  options: {
    ours: { type: 'string' },
    'pids-ours': { type: 'string' },
    theirs: { type: 'string' },
    'pids-theirs': { type: 'string' },
    phases: { type: 'string', default: '' },
    seconds: { type: 'string', default: '3' },
    'warm-up': { type: 'string', default: '2' },
    rounds: { type: 'string', default: '1' },
    objects: { type: 'string', default: '10000' },
    watchers: { type: 'string', default: '1000' },
    'watches-per-connection': { type: 'string', default: '100' },
    port: { type: 'string', default: '18443' },
    resource: { type: 'string', default: 'configmaps' },
    threads: { type: 'boolean', default: false },
  },
});
const options = {
  objects: Number(values.objects),
  watchers: Number(values.watchers),
  watchesPerConnection: Number(values['watches-per-connection']),
};
const resource = singleResource(values.resource);
const wanted = values.phases.split(',');
const isWanted = (name: string) => wanted.some((beginning) => name.startsWith(beginning));
const phases = [...singlePhases(resource.verbs), ...listPhases(options), ...watchPhases(options)];
const restName = 'rest';

const directory = mkdtempSync(join(tmpdir(), 'kubets-bench-api-'));
const systems: System[] = [];
try {
  await openSystems();
  for (const system of systems) {
    await prepare(system);
    // Neither a compiler nor empty caches are what is measured.
    for (const phase of singlePhases(resource.verbs)) {
      if (phase.name.endsWith(' 1 KB @16')) await phase.run(system, Number(values['warm-up']));
    }
    const watching = watchPhases(options).find(({ name }) => isWanted(name));
    if (watching) await watching.run(system, Number(values['warm-up']));
  }
  console.log(
    `| phase | ${['ours', 'upstream'].map((name) => `${name} /s | p50 ms | p99 ms | CPU ms`).join(' | ')} | CPU ratio | rate | p99 | driver CPU ms |`,
  );
  console.log(`|${'---|'.repeat(13)}`);
  for (const phase of phases) if (isWanted(phase.name)) await runPhase(phase);
  if (isWanted(restName)) await rest();
  console.log(machineLoad());
} finally {
  await Promise.allSettled(systems.map(cleanUp));
  for (const { main, own } of systems) {
    main.close();
    await own?.stop();
  }
  rmSync(directory, { recursive: true, force: true });
}

async function openSystems(): Promise<void> {
  if (values.ours) systems.push(openSystem('ours', values.ours, pidsOf(values['pids-ours']), resource));
  else {
    const own = await startOwnServer(directory, Number(values.port));
    systems.push(openSystem('ours', own.kubeconfig, [own.pid], resource, own));
  }
  if (values.theirs) systems.push(openSystem('theirs', values.theirs, pidsOf(values['pids-theirs']), resource));
}

/** 'server=12,etcd=34' */
function pidsOf(text = ''): readonly number[] {
  return text
    .split(',')
    .filter((part) => part !== '')
    .map((part) => Number(part.slice(part.indexOf('=') + 1)));
}

async function runPhase(phase: Phase): Promise<void> {
  const results = new Map<System['name'], Result[]>();
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const system of systems) {
      const all = results.get(system.name) ?? [];
      all.push(await phase.run(system, Number(values.seconds)));
      results.set(system.name, all);
    }
  }
  const ours = summarize(results.get('ours') ?? []);
  const theirs = summarize(results.get('theirs') ?? []);
  const cells = (summary: Summary) => [summary.rate, summary.p50, summary.p99, summary.cpuMs].map(figure);
  const ratios = [theirs.cpuMs / ours.cpuMs, ours.rate / theirs.rate, theirs.p99 / ours.p99].map(figure);
  const name = phase.unit === 'event' ? `${phase.name} (events)` : phase.name;
  console.log(`| ${[name, ...cells(ours), ...cells(theirs), ...ratios, figure(ours.driverCpuMs)].join(' | ')} |`);
  for (const [system, summary] of [
    ['ours', ours],
    ['upstream', theirs],
  ] as const) {
    if (values.threads) console.log(`    ${system}, CPU ms by thread: ${summary.threads}`);
    if (summary.remarks !== '') console.log(`    ${system}: ${summary.remarks}`);
  }
}

interface Summary {
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
  /** Of the server, an operation; and of the driver. */
  readonly cpuMs: number;
  readonly driverCpuMs: number;
  readonly remarks: string;
  /** Milliseconds an operation, by thread. */
  readonly threads: string;
}

function summarize(results: readonly Result[]): Summary {
  const sum = (of: (result: Result) => number) => results.reduce((total, result) => total + of(result), 0);
  const operations = sum((result) => result.operations);
  const latencies = results.flatMap((result) => result.latencies).sort((a, b) => a - b);
  const quantile = (q: number) => latencies[Math.floor(latencies.length * q)] ?? Number.NaN;
  const errors = sum((result) => result.errors);
  const remarks = Object.entries(Object.assign({}, ...results.map((result) => result.remarks)) as Result['remarks']);
  const threads = new Map<string, number>();
  for (const result of results) {
    for (const [name, seconds] of result.threadSeconds) threads.set(name, (threads.get(name) ?? 0) + seconds);
  }
  return {
    rate: operations / sum((result) => result.seconds),
    p50: quantile(0.5),
    p99: quantile(0.99),
    cpuMs: (1000 * sum((result) => result.serverCpuSeconds)) / operations,
    driverCpuMs: (1000 * sum((result) => result.clientCpuSeconds)) / operations,
    remarks: [
      ...(errors > 0 ? [`${errors} errors`] : []),
      ...remarks.map(([name, value]) => `${name} ${figure(value)}`),
    ].join(', '),
    threads: [...threads]
      .filter(([, seconds]) => seconds > 0)
      .map(([name, seconds]) => `${name} ${figure((1000 * seconds) / operations)}`)
      .join(', '),
  };
}

async function rest(): Promise<void> {
  const figures: (readonly MemoryFigures[])[] = [];
  for (const system of systems) figures.push(await restPhase(system, options));
  const [ours = [], theirs = []] = figures;
  console.log('\n| at rest | ours | upstream | ratio |\n|---|---|---|---|');
  for (const [index, { name, value, unit }] of ours.entries()) {
    const other = theirs[index]?.value ?? Number.NaN;
    console.log(`| ${name} | ${figure(value)} ${unit} | ${figure(other)} ${unit} | ${figure(other / value)} |`);
  }
  const [system] = systems;
  if (system?.own) await startWithObjects(system);
}

/** Ours, stopped and started again on what it has on disk, until it answers for a pod. */
async function startWithObjects(system: System): Promise<void> {
  system.main.close();
  await system.own?.stop();
  const begin = performance.now();
  const own = await startOwnServer(directory, Number(values.port));
  const again = { ...openSystem('ours', own.kubeconfig, [own.pid], resource, own), pods: system.pods };
  await again.main.ask({ path: `${shelfPods}?limit=1` });
  console.log(
    `start with ${options.objects} pods on disk: serves after ${own.startMs.toFixed(0)} ms, a pod after ${(performance.now() - begin).toFixed(0)} ms`,
  );
  systems[0] = again;
}

function figure(value: number): string {
  return Number.isFinite(value) ? value.toPrecision(value >= 100 ? Math.ceil(Math.log10(value + 1)) : 3) : '';
}
