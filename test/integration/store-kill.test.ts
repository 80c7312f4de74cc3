/**
 * kill -9 while eight writers write, again and again on one store: no acknowledged write is lost, no revision is given twice,
 * the history that a watch shows has no gap and agrees with the state, and compaction cut short does no harm.
 *
 * KUBETS_KILLS sets how often (100 unless told).
 */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createNodeEnv } from '#platform/node/env.ts';
import { openSqliteStore } from '#platform/node/sqlite-journal.ts';
import { SimRandom } from '#platform/sim/random.ts';

const kills = Number(process.env.KUBETS_KILLS ?? 100);
const writerModule = join(import.meta.dirname, 'store-kill-writer.ts');
const env = createNodeEnv({ component: 'store-kill', level: 'warn' });

/** What the killed process had acknowledged: 'key value' by revision; a value of '-' is a deletion. */
type Acknowledged = ReadonlyMap<number, string>;

test(`a store killed ${kills} times under eight writers keeps every acknowledged write`, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'kubets-store-kill-'));
  const random = new SimRandom('store-kill');
  const state = new Map<string, string>();
  let head = 0;
  let acknowledgedInAll = 0;
  try {
    for (let run = 0; run < kills; run++) {
      const acknowledged = await writeUntilKilled(directory, run, head, random.between(0, 60));
      acknowledgedInAll += acknowledged.size;
      head = await verify(directory, head, acknowledged, state);
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
  assert.ok(acknowledgedInAll > kills * 10, `only ${acknowledgedInAll} writes were acknowledged: nothing was tested`);
});

/** Kills the writers some time after their first acknowledgement. */
async function writeUntilKilled(
  directory: string,
  run: number,
  compactTo: number,
  afterMs: number,
): Promise<Acknowledged> {
  const log = join(directory, 'acknowledged');
  const child = spawn(process.execPath, [writerModule, directory, log, String(run), String(compactTo)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise<NodeJS.Signals | null>((resolve) => child.on('exit', (_, signal) => resolve(signal)));
  child.stdout.once('data', () => setTimeout(() => child.kill('SIGKILL'), afterMs));
  assert.equal(await exited, 'SIGKILL', 'the writers ended by themselves');
  const acknowledged = new Map<number, string>();
  // What follows the last line end was cut off by the kill.
  for (const line of readFileSync(log, 'utf8').split('\n').slice(0, -1)) {
    const space = line.indexOf(' ');
    const revision = Number(line.slice(0, space));
    assert.ok(!acknowledged.has(revision), `revision ${revision} was acknowledged twice`);
    assert.ok(revision > compactTo, `revision ${revision} was given again`);
    acknowledged.set(revision, line.slice(space + 1));
  }
  return acknowledged;
}

/** Replays what happened since `head` into `state` and compares; answers the new head. */
async function verify(
  directory: string,
  head: number,
  acknowledged: Acknowledged,
  state: Map<string, string>,
): Promise<number> {
  const store = await openSqliteStore(env, { directory });
  const decoder = new TextDecoder();
  const revision = await store.revision();
  const abort = new AbortController();
  let last = head;
  const unseen = new Map(acknowledged);
  for await (const batch of store.watch({ prefix: '', afterRevision: head }, abort.signal)) {
    for (const event of batch.events) {
      const [at, key, value] =
        event.type === 'put'
          ? [event.entry.modRevision, event.entry.key, decoder.decode(event.entry.value)]
          : [event.revision, event.key, '-'];
      assert.equal(at, last + 1, 'the watch has a gap');
      last = at;
      const said = unseen.get(at);
      if (said !== undefined) assert.equal(`${key} ${value}`, said, `revision ${at} is not what was acknowledged`);
      unseen.delete(at);
      if (event.type === 'put') state.set(key, value);
      else state.delete(key);
    }
    if (last === revision) break;
  }
  abort.abort();
  assert.deepEqual([...unseen], [], 'acknowledged writes are lost');
  const { entries } = await store.list({ prefix: '' });
  assert.deepEqual(
    entries.map((entry) => [entry.key, decoder.decode(entry.value)]),
    [...state].sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  await store.close();
  return revision;
}
