/** The phases: what is asked, how often, and what was seen. Each runs on one system at a time and is bounded by time. */

import type { ClientHttp2Stream } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from './connection.ts';
import { cpuSeconds, meter, threadSeconds } from './meter.ts';
import { delaysIn, podName } from './payload.ts';
import { inParallel, podMark, type System, shelfPods, singleOperation, stock, stockPods } from './system.ts';
import { WatchConnection } from './watch-connection.ts';

export interface Result {
  readonly operations: number;
  readonly seconds: number;
  /** Milliseconds, of operations or of deliveries. */
  readonly latencies: readonly number[];
  readonly serverCpuSeconds: number;
  /** Of these the threads' of the first process, by name. */
  readonly threadSeconds: ReadonlyMap<string, number>;
  readonly clientCpuSeconds: number;
  readonly errors: number;
  readonly remarks: Readonly<Record<string, number>>;
}

export interface Phase {
  readonly name: string;
  /** What `operations` counts. */
  readonly unit: 'op' | 'list' | 'event';
  readonly run: (system: System, seconds: number) => Promise<Result>;
}

export interface PhaseOptions {
  readonly objects: number;
  readonly watchers: number;
  /** Watches that share a connection; 100 are below every server's bound of streams. */
  readonly watchesPerConnection: number;
}

const json = 'application/json';
const protobuf = 'application/vnd.kubernetes.protobuf';
const encodings = [
  ['json', json],
  ['protobuf', protobuf],
] as const;

export function singlePhases(verbs: readonly string[]): Phase[] {
  return [1024, 4096].flatMap((bytes) =>
    [1, 16, 64].flatMap((clients) =>
      verbs.map((verb): Phase => {
        const name = `${verb} ${bytes / 1024} KB @${clients}`;
        return { name, unit: 'op', run: (system, seconds) => single(system, verb, bytes, clients, seconds) };
      }),
    ),
  );
}

/** Every client has a connection of its own and always one request under way. */
async function single(system: System, verb: string, bytes: number, clients: number, seconds: number): Promise<Result> {
  await stock(system, verb === 'create' ? 0 : 200, bytes);
  const { low, high } = system;
  let next = 0;
  const indexOf = (count: number): number | undefined => {
    if (verb === 'create') return high + count;
    if (verb === 'delete') return low + count < high ? low + count : undefined;
    return low + (count % (high - low));
  };
  const result = await load(system, clients, seconds, async (connection) => {
    const index = indexOf(next++);
    if (index === undefined) return false;
    await singleOperation(system, connection, verb, index, bytes);
    return true;
  });
  if (verb === 'create') system.high += next;
  if (verb === 'delete') system.low = Math.min(high, low + next);
  return result;
}

/** Until the time is up, or `operate` says that there is nothing left. */
async function load(
  system: System,
  clients: number,
  seconds: number,
  operate: (connection: Connection) => Promise<boolean | Readonly<Record<string, number>>>,
): Promise<Result> {
  const connections = Array.from({ length: clients }, () => new Connection(system.endpoint));
  try {
    await Promise.all(connections.map((connection) => connection.ask({ path: '/readyz' })));
    const latencies: number[] = [];
    const remarks: Record<string, number> = {};
    let errors = 0;
    const done = measured(system);
    const until = performance.now() + seconds * 1000;
    const work = async (connection: Connection) => {
      while (performance.now() < until) {
        const start = performance.now();
        try {
          const outcome = await operate(connection);
          if (outcome === false) return;
          if (typeof outcome === 'object') Object.assign(remarks, outcome);
          latencies.push(performance.now() - start);
        } catch (error) {
          if (errors++ === 0) console.error(`${system.name}: ${String(error).slice(0, 300)}`);
        }
      }
    };
    await Promise.all(connections.map(work));
    return { ...done(), operations: latencies.length, latencies, errors, remarks };
  } finally {
    for (const connection of connections) connection.close();
  }
}

/** From now until the returned function is called. */
function measured(
  system: System,
): () => Pick<Result, 'seconds' | 'serverCpuSeconds' | 'threadSeconds' | 'clientCpuSeconds'> {
  const begin = performance.now();
  const server = cpuSeconds(system.pids);
  const threads = threadSeconds(system.pids[0] ?? 0);
  const client = process.cpuUsage();
  return () => {
    const { user, system: kernel } = process.cpuUsage(client);
    return {
      seconds: (performance.now() - begin) / 1000,
      serverCpuSeconds: cpuSeconds(system.pids) - server,
      threadSeconds: new Map(
        [...threadSeconds(system.pids[0] ?? 0)].map(([name, until]) => [name, until - (threads.get(name) ?? 0)]),
      ),
      clientCpuSeconds: (user + kernel) / 1e6,
    };
  };
}

type ListRun = (connection: Connection, accept: string) => Promise<Readonly<Record<string, number>>>;

export function listPhases({ objects }: PhaseOptions): Phase[] {
  const lists: Readonly<Record<string, ListRun>> = {
    'list-full': (connection, accept) => listed(connection, accept, '', objects),
    'list-paged': async (connection, accept) => {
      let token = '';
      let bytes = 0;
      do {
        const start: Buffer[] = [];
        const answer = await connection.ask({
          path: `${shelfPods}?limit=500${token === '' ? '' : `&continue=${token}`}`,
          accept,
          onData: (chunk) => void (start.length === 0 && start.push(chunk)),
        });
        bytes += answer.bytes;
        token = continueToken(start[0]);
      } while (token !== '');
      return { 'MiB a list': bytes / 2 ** 20 };
    },
    'list-label': (connection, accept) => listed(connection, accept, '?labelSelector=group%3Dselected', objects / 100),
    'informer-list': async (connection, accept) => {
      const start: Buffer[] = [];
      const path = `${shelfPods}?resourceVersion=0`;
      const onData = (chunk: Buffer) => void (start.length === 0 && start.push(chunk));
      const answer = await connection.ask({ path, accept, onData });
      const watchPath = `${shelfPods}?watch=true&allowWatchBookmarks=true&resourceVersion=${versionOf(start[0])}`;
      const stream = await connection.stream({ path: watchPath, accept: watchAccept(accept) });
      stream.destroy();
      return { 'MiB a list': answer.bytes / 2 ** 20 };
    },
    'informer-watchlist': async (connection, accept) => {
      const query = 'watch=true&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan';
      const stream = await connection.stream({ path: `${shelfPods}?${query}`, accept: watchAccept(accept) });
      const bytes = await untilMark(stream, Buffer.from('initial-events-end'));
      stream.destroy();
      return { 'MiB a list': bytes / 2 ** 20 };
    },
  };
  return Object.entries(lists).flatMap(([name, run]) =>
    encodings.map(([encoding, accept]): Phase => {
      return {
        name: `${name} ${encoding}`,
        unit: 'list',
        run: async (system, seconds) => {
          await stockPods(system, objects);
          return load(system, 1, seconds, (connection) => run(connection, accept));
        },
      };
    }),
  );
}

function watchAccept(accept: string): string {
  return accept === protobuf ? `${protobuf};stream=watch` : accept;
}

/** Throws when an object is missing. */
async function listed(
  connection: Connection,
  accept: string,
  query: string,
  expected: number,
): Promise<Readonly<Record<string, number>>> {
  let seen = 0;
  const mark = accept === json ? podMark : undefined;
  const answer = await connection.ask({
    path: shelfPods + query,
    accept,
    onData: (chunk) => {
      if (mark) for (let at = chunk.indexOf(mark); at >= 0; at = chunk.indexOf(mark, at + mark.length)) seen++;
    },
  });
  // A name that two chunks share is not seen.
  if (mark && seen < 0.9 * expected) throw new Error(`only ${seen} of ${expected} ${podName(0)} ... in the list`);
  return { 'MiB a list': answer.bytes / 2 ** 20, 'first byte ms': answer.firstByteMs };
}

/** The list's resourceVersion: in protobuf field 2 of ListMeta, a short text of digits. */
function versionOf(start: Buffer = Buffer.alloc(0)): string {
  const head = start.toString('latin1', 0, 200);
  const inJson = /"resourceVersion":"(\d+)"/.exec(head)?.[1];
  if (inJson !== undefined) return inJson;
  for (let at = start.indexOf(0x12); at >= 0 && at < head.length; at = start.indexOf(0x12, at + 1)) {
    const text = head.slice(at + 2, at + 2 + (start[at + 1] ?? 0));
    if (/^\d+$/.test(text)) return text;
  }
  return '';
}

function continueToken(start: Buffer = Buffer.alloc(0)): string {
  const head = start.toString('latin1', 0, 1000);
  // In protobuf it is found by itself: base64 of JSON that begins with {"v".
  const [, inJson, inProtobuf] = /"continue":"([^"]+)"|(eyJ2[\w-]+={0,2})/.exec(head) ?? [];
  return inJson ?? inProtobuf ?? '';
}

/** Bytes until the mark came. */
function untilMark(stream: ClientHttp2Stream, mark: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    let bytes = 0;
    let tail: Buffer = Buffer.alloc(0);
    stream.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (Buffer.concat([tail, chunk.subarray(0, mark.length)]).includes(mark) || chunk.includes(mark)) resolve(bytes);
      tail = chunk.subarray(-mark.length);
    });
    stream.once('close', () => reject(new Error('the watch ended early')));
  });
}

export function watchPhases({ watchers, watchesPerConnection }: PhaseOptions): Phase[] {
  return [
    { name: `watch ${watchers} watchers, 100 changes/s`, watchers, rate: 100 },
    { name: `watch ${watchers} watchers, 30 changes/s`, watchers, rate: 30 },
    { name: 'watch 10 watchers, 5000 changes/s', watchers: 10, rate: 5000 },
    { name: 'watch 10 watchers, 1000 changes/s', watchers: 10, rate: 1000 },
  ].map(({ name, watchers: count, rate }): Phase => {
    return { name, unit: 'event', run: (system, seconds) => watch(system, count, watchesPerConnection, rate, seconds) };
  });
}

/** Watches whose events are looked into; of the others they are counted. */
const sampledWatches = 10;
/** Objects that the changes go round, and changes under way at the same time: one writer an object, so that none is refused. */
const changedObjects = 64;

async function watch(
  system: System,
  count: number,
  perConnection: number,
  rate: number,
  seconds: number,
): Promise<Result> {
  await stock(system, changedObjects, 1024);
  const delays: number[] = [];
  let events = 0;
  const connections = await openWatches(system, count, perConnection, (chunk, watcher) => {
    for (let at = chunk.indexOf(0x0a); at >= 0; at = chunk.indexOf(0x0a, at + 1)) events++;
    if (watcher % Math.ceil(count / sampledWatches) === 0) for (const delay of delaysIn(chunk)) delays.push(delay);
  });
  const writer = new Connection(system.endpoint);
  try {
    const done = measured(system);
    const written = await change(system, writer, rate, seconds);
    const deadline = performance.now() + 10_000;
    while (events < written.changes * count && performance.now() < deadline) await sleep(20);
    return {
      ...done(),
      operations: events,
      latencies: delays,
      errors: written.errors,
      remarks: {
        'changes/s': written.changes / written.seconds,
        missing: written.changes * count - events,
      },
    };
  } finally {
    writer.close();
    for (const connection of connections) connection.close();
  }
}

async function openWatches(
  system: System,
  count: number,
  perConnection: number,
  onData: (chunk: Buffer, watcher: number) => void,
): Promise<readonly WatchConnection[]> {
  const list = await system.main.json({ path: `${system.single.collection}?limit=1` });
  const { metadata } = list as { readonly metadata: { readonly resourceVersion: string } };
  const path = `${system.single.collection}?watch=true&resourceVersion=${metadata.resourceVersion}`;
  const connections: WatchConnection[] = [];
  await inParallel(20, Math.ceil(count / perConnection), async (index) => {
    const connection = new WatchConnection(system.endpoint);
    connections.push(connection);
    const first = index * perConnection;
    const watches = Array.from({ length: Math.min(perConnection, count - first) }, (_, next) =>
      connection.watch(path, (chunk) => onData(chunk, first + next)),
    );
    await Promise.all(watches);
  });
  return connections;
}

/** An open loop as long as the system keeps up: every few milliseconds as many changes as are due. */
async function change(
  system: System,
  writer: Connection,
  rate: number,
  seconds: number,
): Promise<{ readonly changes: number; readonly seconds: number; readonly errors: number }> {
  const { low, bytes } = system;
  const begin = performance.now();
  const free = Array.from({ length: changedObjects }, (_, index) => low + index);
  let changes = 0;
  let errors = 0;
  const running = new Set<Promise<void>>();
  for (let elapsed = 0; elapsed < seconds; elapsed = (performance.now() - begin) / 1000) {
    while (changes + errors + running.size < elapsed * rate && free.length > 0) {
      const index = free.shift() as number;
      const patch: Promise<void> = singleOperation(system, writer, 'patch-merge', index, bytes)
        .then(
          () => void changes++,
          () => void errors++,
        )
        .finally(() => {
          free.push(index);
          running.delete(patch);
        });
      running.add(patch);
    }
    await sleep(rate > 1000 ? 1 : 5);
  }
  await Promise.all(running);
  return { changes, seconds: (performance.now() - begin) / 1000, errors };
}

export interface MemoryFigures {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
}

/** Time for a server that has come to rest to collect what it left behind. */
const settleMs = 20_000;

/** Memory and idleness of a system with its pods; watchers come and go. */
export async function restPhase(
  system: System,
  { objects, watchers, watchesPerConnection }: PhaseOptions,
): Promise<readonly MemoryFigures[]> {
  await stockPods(system, objects);
  await sleep(settleMs);
  const mebibytes = (bytes: number) => bytes / 2 ** 20;
  const before = meter(system.pids);
  await sleep(10_000);
  const after = meter(system.pids);
  await stock(system, 1, 1024);
  const held = meter(system.pids).pssBytes;
  const connections = await openWatches(system, watchers, watchesPerConnection, () => {});
  await sleep(settleMs);
  const watched = meter(system.pids).pssBytes;
  for (const connection of connections) connection.close();
  const slow = await slowReader(system);
  return [
    { name: `memory with ${objects} pods of 4 KB`, value: mebibytes(after.pssBytes), unit: 'MiB' },
    { name: 'CPU at rest', value: (after.cpuSeconds - before.cpuSeconds) * 10, unit: '% of a core' },
    { name: 'written at rest', value: (after.writtenBytes - before.writtenBytes) / 1024 / 10, unit: 'KiB/s' },
    { name: 'memory an idle watcher', value: (watched - held) / 1024 / watchers, unit: 'KiB' },
    { name: 'held for a slow reader of the whole list', value: mebibytes(slow), unit: 'MiB' },
  ];
}

/** Ten clients ask for the whole list and read none of it: what that holds, for each. */
async function slowReader(system: System): Promise<number> {
  const before = meter(system.pids).pssBytes;
  const readers = Array.from({ length: 10 }, () => new Connection(system.endpoint, 2 ** 16));
  await Promise.all(readers.map(async (reader) => (await reader.stream({ path: shelfPods })).pause()));
  await sleep(2000);
  const held = meter(system.pids).pssBytes - before;
  for (const reader of readers) reader.close();
  return held / readers.length;
}
