/** The store's files as a crash or a bad disk may leave them. */

import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { isStatusError } from '#api/errors.ts';
import { createSimEnv } from '#platform/sim/env.ts';
import type { Store } from '#store/store.ts';
import { openSqliteStore } from './sqlite-journal.ts';

const root = mkdtempSync(join(tmpdir(), 'kubets-sqlite-damage-'));
after(() => rmSync(root, { recursive: true }));

/** Forty revisions of five keys, with deletions; the value says what it is the value of. */
async function writeHistory(store: Store): Promise<string[]> {
  const history: string[] = [];
  for (let i = 1; i <= 40; i++) {
    const key = `/k/${i % 5}`;
    if (i % 11 === 0) await store.delete(key);
    else await store.put(key, new TextEncoder().encode(valueText(i)));
    history.push(i % 11 === 0 ? `${key} deleted` : `${key} ${valueText(i)}`);
  }
  return history;
}

function valueText(i: number): string {
  return `value ${i} `.padEnd(50 + i * 40, 'x');
}

/** Everything a client can see of the history. */
async function readHistory(store: Store): Promise<string[]> {
  const history: string[] = [];
  const revision = await store.revision();
  if (revision === 0) return history;
  for await (const { events } of store.watch({ prefix: '', afterRevision: 0 }, new AbortController().signal)) {
    for (const event of events) {
      if (event.type === 'put') history.push(`${event.entry.key} ${new TextDecoder().decode(event.entry.value)}`);
      else history.push(`${event.key} deleted`);
    }
    if (history.length >= revision) return history;
  }
  return history;
}

/** A directory with these files as its store. */
function directoryOf(name: string, files: Readonly<Record<string, Uint8Array>>): string {
  const directory = join(root, name);
  mkdirSync(directory);
  for (const [file, bytes] of Object.entries(files)) writeFileSync(join(directory, file), bytes);
  return directory;
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 0x10;
  return copy;
}

test('a write-ahead log that is cut or flipped anywhere leaves a gapless beginning of history, and writing goes on', async () => {
  const directory = join(root, 'running');
  const store = await openSqliteStore(createSimEnv(), { directory });
  const history = await writeHistory(store);
  const copy = join(root, 'copy');
  mkdirSync(copy);
  // As the disk is when the power fails now: the log was never moved into the database.
  for (const file of ['store.db', 'store.db-wal']) copyFileSync(join(directory, file), join(copy, file));
  await store.close();
  const database = readFileSync(join(copy, 'store.db'));
  const log = readFileSync(join(copy, 'store.db-wal'));
  const lengths = new Set<number>();
  for (let step = 0; step <= 16; step++) {
    const at = Math.min(log.length - 1, Math.floor((log.length * step) / 16));
    for (const [name, damaged] of [
      ['cut', log.subarray(0, at)],
      ['flipped', flipped(log, at)],
    ] as const) {
      const damagedDirectory = directoryOf(`${name}-${step}`, { 'store.db': database, 'store.db-wal': damaged });
      const survivor = await openSqliteStore(createSimEnv(), { directory: damagedDirectory });
      const left = await readHistory(survivor);
      assert.deepEqual(left, history.slice(0, left.length), `${name} at ${at}`);
      lengths.add(left.length);
      const answer = await survivor.put('/next', new Uint8Array(1));
      assert.ok(answer.succeeded && answer.revision === left.length + 1);
      await survivor.close();
    }
  }
  assert.ok(lengths.size > 5, 'the damage made no difference: nothing was tested');
});

test('a flipped bit in the database is never served as data', async () => {
  const directory = join(root, 'database');
  const store = await openSqliteStore(createSimEnv(), { directory });
  const history = await writeHistory(store);
  await store.close();
  const database = readFileSync(join(directory, 'store.db'));
  let refused = 0;
  for (let step = 1; step < 24; step++) {
    const at = Math.floor((database.length * step) / 24);
    const damagedDirectory = directoryOf(`bit-${step}`, { 'store.db': flipped(database, at) });
    try {
      const survivor = await openSqliteStore(createSimEnv(), { directory: damagedDirectory });
      try {
        assert.deepEqual(await readHistory(survivor), history, `a bit at ${at}`);
      } finally {
        await survivor.close();
      }
    } catch (error) {
      assert.ok(isStatusError(error) || (error instanceof Error && 'errcode' in error), String(error));
      refused++;
    }
  }
  assert.ok(refused > 5, `${refused} damaged databases were noticed: too few hit data`);
});

test('a full disk refuses writes with 507, keeps what it has, and takes writes again when there is room', async () => {
  const store = await openSqliteStore(createSimEnv(), { directory: join(root, 'full'), maxPages: 100 });
  const value = new Uint8Array(10_000);
  const written: string[] = [];
  const refusals: number[] = [];
  for (let i = 0; refusals.length < 3; i++) {
    const keys = [`/a/${i}`, `/b/${i}`, '/overwritten'];
    const answers = await Promise.allSettled(keys.map((key) => store.put(key, value)));
    answers.forEach((answer, place) => {
      if (answer.status === 'fulfilled') written.push(keys[place] as string);
      else refusals.push(isStatusError(answer.reason) ? answer.reason.code : 0);
    });
  }
  assert.deepEqual(refusals, [507, 507, 507]);
  assert.equal(await store.revision(), written.length);
  const { entries } = await store.list({ prefix: '' });
  assert.deepEqual(
    entries.map(({ key }) => key),
    [...new Set(written)].sort(),
  );
  await store.compact(await store.revision());
  const answer = await store.put('/again', value, { expectedModRevision: 0 });
  assert.deepEqual(answer, { succeeded: true, revision: written.length + 1 });
  await store.close();
});

test('above its quota a store refuses puts with 507 and allows deletes', async () => {
  const store = await openSqliteStore(createSimEnv(), { directory: join(root, 'quota'), quotaBytes: 200_000 });
  const value = new Uint8Array(10_000);
  let written = 0;
  await assert.rejects(async () => {
    for (;;) await store.put(`/a/${written++}`, value);
  }, /used up its quota of 200000 bytes/);
  for (let i = 0; i < 10; i++) assert.ok((await store.delete(`/a/${i}`)).succeeded);
  await store.compact(await store.revision());
  assert.ok((await store.put('/again', value)).succeeded);
  await store.close();
});
