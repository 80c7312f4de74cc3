/** The embedded store on a disk that fails, in a process that dies, over hours of simulated time. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isStatusError } from '#api/errors.ts';
import { SimDisk } from '#platform/sim/disk.ts';
import { createSimEnv } from '#platform/sim/env.ts';
import { SimProcess } from '#platform/sim/process.ts';
import { MemoryJournal } from './memory-journal.ts';
import { openRevisionStore } from './revision-store.ts';
import { afterKey, eventKey, eventRevision, type Store } from './store.ts';

const value = new TextEncoder().encode('value');

test('when an append fails, every write that waits fails with it, and the next ones take its revisions', async () => {
  const env = createSimEnv();
  const disk = new SimDisk(env);
  const process = new SimProcess('store', env);
  const store = await env.clock.drivenTo(openRevisionStore({ env: process.env, journal: disk.journal(process) }), 1000);
  const seen: string[] = [];
  void follow(store, (text) => seen.push(text));
  await env.clock.drivenTo(store.put('before', value), 1000);

  disk.faults = { ioErrorRate: 0, fullRate: 1 };
  const first = [store.put('a', value, { expectedModRevision: 0 }), store.put('b', value)];
  await env.clock.advance(0.05);
  // On the assumption that 'a' becomes revision 2: it does not.
  const later = [store.put('a', value, { expectedModRevision: 2 }), store.delete('b'), store.put('c', value)];
  // Loses against 'a', which is not durable: it learns its fate with it, and tries against what is.
  const loser = store.put('a', value, { expectedModRevision: 0 });
  const outcomes = await env.clock.drivenTo(Promise.allSettled([...first, ...later]), 1000);
  assert.deepEqual(
    outcomes.map((outcome) => outcome.status === 'rejected' && isStatusError(outcome.reason) && outcome.reason.code),
    [507, 507, 507, 507, 507],
  );
  disk.faults = { ioErrorRate: 0, fullRate: 0 };
  await env.clock.drivenTo(
    loser.catch(() => undefined),
    1000,
  );
  const revision = await store.revision();
  const answer = await env.clock.drivenTo(store.put('again', value), 1000);
  assert.deepEqual(answer, { succeeded: true, revision: revision + 1 });
  await env.clock.advance(1);
  assert.deepEqual(
    seen,
    disk.history().map((record) => `${record.revision} ${record.key}`),
  );
});

test('a process that dies leaves a beginning of what was under way, and the next life goes on from it', async () => {
  let unacknowledgedKept = 0;
  for (let seed = 0; seed < 40; seed++) {
    const env = createSimEnv({ seed });
    const disk = new SimDisk(env);
    const process = new SimProcess('store', env);
    const store = await env.clock.drivenTo(
      openRevisionStore({ env: process.env, journal: disk.journal(process) }),
      1000,
    );
    const acknowledged: number[] = [];
    for (let i = 0; i < 50; i++) {
      void store.put(`k${i % 9}`, value).then((answer) => {
        if (answer.succeeded) acknowledged.push(answer.revision);
      });
      if (i % 10 === 0) await env.clock.advance(env.random.next() * 3);
    }
    process.kill();
    await env.clock.advance(100);
    const next = new SimProcess('next', env);
    const again = await env.clock.drivenTo(openRevisionStore({ env: next.env, journal: disk.journal(next) }), 1000);
    const revision = await again.revision();
    assert.ok(revision >= acknowledged.length, `seed ${seed}: ${acknowledged.length} acknowledged, ${revision} kept`);
    unacknowledgedKept += revision - acknowledged.length;
    assert.deepEqual(
      acknowledged,
      acknowledged.map((_, i) => i + 1),
    );
    const answer = await env.clock.drivenTo(again.put('next', value), 1000);
    assert.deepEqual(answer, { succeeded: true, revision: revision + 1 });
  }
  assert.ok(unacknowledgedKept > 0, 'no write was ever kept without an answer: the test does not reach that case');
});

test('hours of writes take no more room than minutes, and an idle store sets no timer', async () => {
  const env = createSimEnv();
  const journal = new MemoryJournal();
  const store = await openRevisionStore({ env, journal });
  const sizes: number[] = [];
  for (let minute = 0; minute < 180; minute++) {
    for (let i = 0; i < 20; i++) await store.put(`k${i % 5}`, value);
    await env.clock.advance(60_000);
    sizes.push(journal.size());
  }
  const steady = Math.max(...sizes.slice(10, 30));
  assert.ok(Math.max(...sizes.slice(30)) <= steady, `${steady} bytes after half an hour, later ${Math.max(...sizes)}`);
  const compacted = await store.compactedRevision();
  const revision = await store.revision();
  assert.ok(revision - compacted >= 5 * 20 && revision - compacted <= 11 * 20, `${compacted} of ${revision}`);
  // Everything superseded goes in the end; then nothing is left to do.
  await env.clock.advance(3_600_000);
  assert.equal(await store.compactedRevision(), revision);
  const { entries } = await store.list({ prefix: '', revision });
  assert.equal(entries.length, 5);
  assert.ok(env.clock.idle, 'a timer is left');
});

test('a page of an older revision stays what it was while writes and compaction go on', async () => {
  const env = createSimEnv();
  const store = await openRevisionStore({ env, journal: new MemoryJournal(), window: { changes: 10, bytes: 100 } });
  for (let i = 0; i < 1000; i++) await store.put(`k${String(i).padStart(4, '0')}`, value);
  const first = await store.list({ prefix: 'k', limit: 300 });
  const keys = first.entries.map(({ key }) => key);
  for (let start = afterKey(keys.at(-1) ?? ''), more = first.more; more; ) {
    await Promise.all(keys.slice(0, 50).map((key) => store.delete(key)));
    await store.put(`k${keys.length}-between`, value);
    await store.compact(first.revision);
    const page = await store.list({ prefix: 'k', start, limit: 300, revision: first.revision });
    assert.equal(page.revision, first.revision);
    assert.equal(page.count, 1000 - keys.length);
    keys.push(...page.entries.map(({ key }) => key));
    start = afterKey(keys.at(-1) ?? '');
    more = page.more;
  }
  assert.deepEqual(
    keys,
    Array.from({ length: 1000 }, (_, i) => `k${String(i).padStart(4, '0')}`),
  );
});

async function follow(store: Store, tell: (text: string) => void): Promise<void> {
  for await (const { events } of store.watch({ prefix: '', afterRevision: 0 }, new AbortController().signal)) {
    for (const event of events) tell(`${eventRevision(event)} ${eventKey(event)}`);
  }
}
