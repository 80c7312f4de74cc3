/** The store's conformance suite, and what only a shared store has to do, against a real etcd. */

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { isStatusError } from '#api/errors.ts';
import type { Env, Logger } from '#base/env.ts';
import { certificateFile, ensurePki, keyFile } from '#cluster/pki/authority.ts';
import { createNodeEnv } from '#platform/node/env.ts';
import { EtcdClient } from '#platform/node/etcd/etcd-client.ts';
import { EtcdCompaction } from '#platform/node/etcd/etcd-compaction.ts';
import { type EtcdStoreOptions, openEtcdStore } from '#platform/node/etcd/etcd-store.ts';
import type { RangeResponse } from '#platform/node/etcd/etcd-wire.ts';
import { parseProto } from '#platform/node/grpc/proto-schema.ts';
import { relativeTo, storeConformance } from '#store/conformance.ts';
import type { Store } from '#store/store.ts';
import { type EtcdServer, freePort, startEtcd } from './etcd-server.ts';

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
const env: Env = { ...createNodeEnv({ component: 'test' }), log: silent };

let etcd: EtcdServer;
let roots = 0;

const bytes = (text: string) => new TextEncoder().encode(text);
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

before(async () => {
  // The suite is about what is said, not about what survives a crash of the machine.
  etcd = await startEtcd();
});

after(async () => {
  await etcd.remove();
});

function open(options: Partial<EtcdStoreOptions> = {}): Promise<Store> {
  return openEtcdStore({ env, endpoints: [etcd.endpoint], root: `/test-${++roots}/`, ...options });
}

/** The suite's minutes are seconds here: etcd's leases count real time. */
const secondsPerMinute = 3;

for (const { name, run } of storeConformance) {
  test(`etcd store: ${name}`, async () => {
    const root = `/conformance-${++roots}/`;
    const opened: Store[] = [];
    const openRoot = async () => {
      const store = await open({ root });
      opened.push(store);
      return store;
    };
    const first = await openRoot();
    const base = await first.revision();
    const shown = (store: Store): Store => {
      const relative = relativeTo(store, base);
      return {
        ...relative,
        put: (key, value, options) =>
          relative.put(key, value, {
            ...options,
            ...(options?.ttlSeconds === undefined ? {} : { ttlSeconds: (options.ttlSeconds * secondsPerMinute) / 60 }),
          }),
      };
    };
    try {
      await run({
        store: shown(first),
        reopen: async () => {
          await opened.at(-1)?.close();
          return shown(await openRoot());
        },
        advance: (ms) => sleep((ms * secondsPerMinute) / 60),
      });
    } finally {
      for (const store of opened) await store.close();
    }
  });
}

async function statusOf(call: Promise<unknown>): Promise<{ readonly code: number; readonly message: string }> {
  try {
    await call;
  } catch (error) {
    if (isStatusError(error)) return { code: error.code, message: error.message };
    throw error;
  }
  return { code: 200, message: '' };
}

test('etcd is killed and comes back: writes fail clearly or happen, reads wait, a watch goes on without a gap', async () => {
  const own = await startEtcd();
  const store = await openEtcdStore({ env, endpoints: [own.endpoint], timeoutMs: 4000 });
  const ending = new AbortController();
  try {
    const seen: string[] = [];
    let reached = 0;
    const watch = store.watch({ prefix: '/a/', afterRevision: await store.revision() }, ending.signal);
    const reading = (async () => {
      for await (const { events, revision } of watch) {
        for (const event of events)
          if (event.type === 'put') seen.push(`${event.entry.key} ${event.entry.modRevision}`);
        reached = revision;
      }
    })();
    const written: string[] = [];
    const put = async (i: number) => {
      const answer = await store.put(`/a/${i}`, bytes('v'), { expectedModRevision: 0 });
      if (answer.succeeded) written.push(`/a/${i} ${answer.revision}`);
    };
    for (let i = 0; i < 20; i++) await put(i);
    await own.kill();
    const lost = await statusOf(store.put('/a/lost', bytes('v')));
    assert.ok([500, 503, 504].includes(lost.code), JSON.stringify(lost));
    const waiting = store.get('/a/3');
    await own.start();
    assert.equal((await waiting)?.key, '/a/3');
    for (let i = 20; i < 40; i++) await put(i);
    const target = await store.revision();
    while (reached < target) {
      watch.requestProgress();
      await sleep(20);
    }
    ending.abort();
    await reading;
    assert.deepEqual(
      seen.filter((text) => !text.startsWith('/a/lost')),
      written,
    );
  } finally {
    ending.abort();
    await store.close();
    await own.remove();
  }
});

test('members that do not answer are passed over; when none does, it is said which', async () => {
  const dead = `127.0.0.1:${await freePort()}`;
  const store = await open({ endpoints: [dead, etcd.endpoint] });
  assert.equal((await store.put('a', bytes('1'))).succeeded, true);
  await store.close();
  const none = await statusOf(open({ endpoints: [dead], timeoutMs: 300 }));
  assert.equal(none.code, 503);
  assert.match(none.message, /^etcd cannot be reached: connect ECONNREFUSED 127\.0\.0\.1:\d+$/);
});

test('two servers agree on compaction: history of the last interval stays, what is before goes, once', async () => {
  const own = await startEtcd();
  const [a, b] = [0, 1].map(() => new EtcdClient({ env, endpoints: [own.endpoint] })) as [EtcdClient, EtcdClient];
  const [first, second] = [a, b].map((client) => new EtcdCompaction(client, env, 3_600_000)) as [
    EtcdCompaction,
    EtcdCompaction,
  ];
  const store = await openEtcdStore({ env, endpoints: [own.endpoint] });
  try {
    await store.put('/a', bytes('1'));
    await first.tick();
    await second.tick();
    const before = await store.revision();
    await store.put('/a', bytes('2'));
    await first.tick();
    const compacted = await store.compactedRevision();
    assert.ok(compacted > 0 && compacted <= before, `${compacted} of ${before}`);
    await store.put('/a', bytes('3'));
    await second.tick();
    assert.equal(await store.compactedRevision(), compacted, 'the other server has just done it');
    await second.tick();
    assert.ok((await store.compactedRevision()) > compacted, 'whoever is first in the next interval goes on');
    assert.equal((await statusOf(store.get('/a', { revision: 1 }))).code, 410);
  } finally {
    first.close();
    second.close();
    for (const client of [a, b]) client.close();
    await store.close();
    await own.remove();
  }
});

test('too large requests and a full database are refused in words; deletes go on', async () => {
  const own = await startEtcd({ args: ['--quota-backend-bytes', String(2 ** 20 * 4)] });
  const store = await openEtcdStore({ env, endpoints: [own.endpoint] });
  try {
    const tooLarge = await statusOf(store.put('/a', new Uint8Array(1_600_000)));
    assert.deepEqual(tooLarge, {
      code: 413,
      message: 'Request entity is too large: etcdserver: request is too large',
    });
    let full = { code: 200, message: '' };
    for (let i = 0; i < 20 && full.code === 200; i++)
      full = await statusOf(store.put(`/a${i}`, new Uint8Array(1_000_000)));
    assert.equal(full.code, 507);
    assert.match(full.message, /^etcdserver: mvcc: database space exceeded/);
    assert.equal((await store.delete('/a0')).succeeded, true);
    assert.equal((await store.list({ prefix: '/a', limit: 1 })).entries.length, 1);
  } finally {
    await store.close();
    await own.remove();
  }
});

test('a lease that was revoked is replaced by the next write that would have shared it', async () => {
  const lease = parseProto(
    'syntax = "proto3"; package etcdserverpb; service Lease { rpc LeaseRevoke(R) returns (A) {} } message R { int64 id = 1; } message A {}',
  )
    .get('etcdserverpb.Lease')
    ?.methods.get('LeaseRevoke');
  assert.ok(lease);
  const store = await open({ root: '/leases' });
  const client = new EtcdClient({ env, endpoints: [etcd.endpoint] });
  try {
    await store.put('/a', bytes('1'), { ttlSeconds: 3600 });
    const answer = await client.read<RangeResponse>(client.methods.range, { key: Buffer.from('/leases/a') });
    const id = (answer.kvs[0] as { readonly lease?: bigint } | undefined)?.lease;
    assert.ok(id);
    await client.write(lease, { id });
    assert.equal(await store.get('/a'), undefined);
    const again = await Promise.all(['/b', '/b', '/c'].map((key) => store.put(key, bytes('2'), { ttlSeconds: 3600 })));
    assert.ok(again.every(({ succeeded }) => succeeded));
  } finally {
    client.close();
    await store.close();
  }
});

test('an answer about the revision is never older than the asking, however many ask at once', async () => {
  const store = await open();
  let asked = 0;
  let newest = 0;
  try {
    await Promise.all(
      Array.from({ length: 32 }, async (_, asker) => {
        for (let round = 0; round < 20; round++) {
          if (asker === 0) {
            const written = await store.put('/a', bytes(String(round)));
            if (written.succeeded) newest = written.revision;
          }
          const least = newest;
          assert.ok((await store.revision()) >= least);
          asked++;
        }
      }),
    );
    assert.equal(asked, 640);
  } finally {
    await store.close();
  }
});

test('TLS with client certificates; without one it is refused', async () => {
  const pki = mkdtempSync(join(tmpdir(), 'kubets-etcd-pki-'));
  const certificate = { authority: 'ca', organizations: [], dnsNames: [], addresses: [] } as const;
  await ensurePki(
    pki,
    [
      { ...certificate, name: 'etcd', commonName: 'etcd', use: 'server', addresses: ['127.0.0.1'] },
      { ...certificate, name: 'client', commonName: 'apiserver', use: 'client' },
    ],
    Date.now(),
  );
  const file = (name: string) => readFileSync(name, 'utf8');
  const ca = file(certificateFile(pki, 'ca'));
  const own = await startEtcd({
    tls: {
      certificate: certificateFile(pki, 'etcd'),
      key: keyFile(pki, 'etcd'),
      clientCa: certificateFile(pki, 'ca'),
    },
  });
  try {
    const tls = { ca, certificate: file(certificateFile(pki, 'client')), key: file(keyFile(pki, 'client')) };
    const store = await openEtcdStore({ env, endpoints: [own.endpoint], tls });
    assert.equal((await store.put('/a', bytes('1'))).succeeded, true);
    await store.close();
    for (const wrong of [{ ca }, { certificate: tls.certificate, key: tls.key }, undefined]) {
      const refused = await statusOf(openEtcdStore({ env, endpoints: [own.endpoint], tls: wrong, timeoutMs: 500 }));
      assert.ok(refused.code >= 500, JSON.stringify(refused));
    }
  } finally {
    await own.remove();
    rmSync(pki, { recursive: true });
  }
});
