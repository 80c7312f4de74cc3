/** A file system that is really full (a small tmpfs): needs root for the mount. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isStatusError } from '#api/errors.ts';
import { openSqliteStore } from '#platform/node/sqlite-journal.ts';
import { createSimEnv } from '#platform/sim/env.ts';

const skip = process.getuid?.() !== 0 && 'mounting needs root';

test('a store on a full file system refuses writes with 507, serves reads, and goes on when there is room', {
  skip,
}, async () => {
  const mountpoint = mkdtempSync(join(tmpdir(), 'kubets-store-full-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', mountpoint]);
  try {
    const ballast = join(mountpoint, 'ballast');
    writeFileSync(ballast, new Uint8Array(2 * 2 ** 20));
    const directory = join(mountpoint, 'store');
    let store = await openSqliteStore(createSimEnv(), { directory });
    const value = new Uint8Array(20_000).fill(7);
    let written = 0;
    let refusal: unknown;
    while (refusal === undefined) {
      await store.put(`/k/${written}`, value).then(
        () => written++,
        (error: unknown) => {
          refusal = error;
        },
      );
    }
    assert.ok(isStatusError(refusal) && refusal.code === 507, String(refusal));
    assert.match(refusal.message, /the disk of the store .* is full .*; free some space to write again/);
    assert.ok(written > 10);
    await assert.rejects(store.put('/more', value), /is full/);
    assert.equal(await store.count('/k/'), written);
    rmSync(ballast);
    const answer = await store.put('/again', value, { expectedModRevision: 0 });
    assert.deepEqual(answer, { succeeded: true, revision: written + 1 });
    await store.close();
    store = await openSqliteStore(createSimEnv(), { directory });
    const { entries } = await store.list({ prefix: '' });
    assert.equal(entries.length, written + 1);
    assert.ok(entries.every((entry) => entry.value.every((byte) => byte === 7)));
    await store.close();
  } finally {
    execFileSync('umount', [mountpoint]);
    rmdirSync(mountpoint);
  }
});
