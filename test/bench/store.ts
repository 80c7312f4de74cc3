/**
 * Durable writes per second of the embedded store, and what they cost the serving thread.
 *
 * Usage: node test/bench/store.ts [DIRECTORY]     the directory decides which disk is measured; a temporary one unless told.
 *
 * Anchor in the same run: node:sqlite alone, in one thread, with rows of the same size and transactions of as many of them as there
 * are writers; below that no store on it can go. Elsewhere (2 vCPU virtual machine): etcd 3.4 with one member 1,800/s with one writer, 9,000/s
 * with 64.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNodeEnv } from '#platform/node/env.ts';
import { openSqliteStore } from '#platform/node/sqlite-journal.ts';
import { openDatabase } from '#platform/node/sqlite-schema.ts';
import { createMemoryStore } from '#store/revision-store.ts';
import type { Store } from '#store/store.ts';

const runMs = 3000;
const env = createNodeEnv({ component: 'bench', level: 'warn' });

async function measure(name: string, store: Store, writers: number, valueBytes: number, keys: number): Promise<void> {
  const value = new Uint8Array(valueBytes).fill(0x61);
  const latencies: number[] = [];
  const until = performance.now() + runMs;
  const cpu = process.threadCpuUsage();
  const begin = performance.now();
  await Promise.all(
    Array.from({ length: writers }, async (_, writer) => {
      let modRevision = 0;
      for (let i = 0; performance.now() < until; i++) {
        const key = `/registry/pods/default/pod-${writer}-${i % keys}`;
        const start = performance.now();
        const options = keys === 1 ? { expectedModRevision: modRevision } : {};
        const answer = await store.put(key, value, options);
        if (!answer.succeeded) throw new Error(`${key}: lost a race that nobody else runs`);
        modRevision = answer.revision;
        latencies.push(performance.now() - start);
      }
    }),
  );
  const seconds = (performance.now() - begin) / 1000;
  const used = process.threadCpuUsage(cpu);
  latencies.sort((a, b) => a - b);
  const quantile = (q: number) => `${((latencies[Math.floor(latencies.length * q)] ?? 0) * 1000).toFixed(0)} us`;
  console.log(
    `${name.padEnd(8)} ${String(writers).padStart(3)} writers, ${valueBytes} B, ${keys} keys each: ` +
      `${Math.round(latencies.length / seconds)} writes/s, p50 ${quantile(0.5)}, p99 ${quantile(0.99)}, ` +
      `serving thread ${((used.user + used.system) / latencies.length).toFixed(1)} us a write`,
  );
}

/** The same rows by bare SQLite: no thread, no messages, no index of keys, no checksum. */
function measureBare(path: string, rows: number, valueBytes: number): void {
  const database = openDatabase(path);
  database.exec('PRAGMA synchronous = FULL');
  const insert = database.prepare('INSERT INTO history VALUES (?, ?, ?, NULL, NULL, 0, ?)');
  const value = new Uint8Array(valueBytes).fill(0x61);
  const begin = performance.now();
  const cpu = process.threadCpuUsage();
  let revision = 0;
  while (performance.now() - begin < runMs) {
    database.exec('BEGIN IMMEDIATE');
    for (let i = 0; i < rows; i++) insert.run(++revision, `/registry/pods/default/pod-${i}-0`, revision, value);
    database.exec('COMMIT');
  }
  const seconds = (performance.now() - begin) / 1000;
  const used = process.threadCpuUsage(cpu);
  database.close();
  console.log(
    `bare     ${String(rows).padStart(3)} rows a transaction, ${valueBytes} B: ${Math.round(revision / seconds)} rows/s, ` +
      `${((used.user + used.system) / revision).toFixed(1)} us of CPU a row`,
  );
}

const directory = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'kubets-bench-store-'));
try {
  for (const [writers, valueBytes, keys] of [
    [1, 1024, 1],
    [8, 1024, 1],
    [64, 1024, 1],
    [64, 1024, 1000],
    [512, 1024, 1],
    [64, 100, 1],
  ] as const) {
    const store = await openSqliteStore(env, { directory: join(directory, `${writers}-${valueBytes}-${keys}`) });
    await measure('sqlite', store, writers, valueBytes, keys);
    await store.close();
    if (keys === 1) measureBare(join(directory, `bare-${writers}-${valueBytes}.db`), writers, valueBytes);
  }
  const memory = createMemoryStore(env);
  await measure('memory', memory, 64, 1024, 1);
  await memory.close();
} finally {
  rmSync(directory, { recursive: true });
}
