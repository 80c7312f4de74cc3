/**
 * The process that store-kill.test.ts kills: eight writers on one embedded store. Each acknowledged write is a line of the file
 * LOG before the next begins (the kernel keeps what a killed process has written); the first also goes to standard output.
 * `node store-kill-writer.ts DIRECTORY LOG RUN COMPACT_TO`
 */

import { openSync, writeSync } from 'node:fs';
import { createNodeEnv } from '#platform/node/env.ts';
import { openSqliteStore } from '#platform/node/sqlite-journal.ts';

const [directory = '', logPath = '', run = '', compactTo = '0'] = process.argv.slice(2);
const store = await openSqliteStore(createNodeEnv({ component: 'store-kill-writer', level: 'warn' }), { directory });
const log = openSync(logPath, 'w');
let told = false;
const encoder = new TextEncoder();

/** Keys that several writers fight for, so that lost races are among what happens. */
const sharedKeys = 5;

async function write(writer: number): Promise<void> {
  for (let i = 0; ; i++) {
    const key = i % 2 === 0 ? `/own/${writer}/${i % 9}` : `/shared/${i % sharedKeys}`;
    const current = await store.get(key);
    const value = `${run}.${writer}.${i}`.padEnd(20 + ((i * 37) % 3000), '.');
    const expectedModRevision = current?.modRevision ?? 0;
    const remove = current !== undefined && i % 7 === 0;
    const answer = remove
      ? await store.delete(key, { expectedModRevision })
      : await store.put(key, encoder.encode(value), { expectedModRevision });
    if (!answer.succeeded) continue;
    writeSync(log, `${answer.revision} ${key} ${remove ? '-' : value}\n`);
    if (!told) writeSync(1, 'writing\n');
    told = true;
  }
}

const writers = Array.from({ length: 8 }, (_, writer) => write(writer));
const compaction = store.compact(Number(compactTo));
await Promise.all([...writers, compaction]);
