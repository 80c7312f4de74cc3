/** Atomic content, modes and groups of volumes on a real file system. */

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { writeAtomically } from '#kubelet/volumes/atomic-writer.ts';
import type { Payload } from '#kubelet/volumes/payload.ts';
import { kubeletFiles } from '#platform/node/kubelet-files.ts';

const base = mkdtempSync(join(tmpdir(), 'kubets-volume-'));
after(() => rmSync(base, { recursive: true, force: true }));

function payload(files: Readonly<Record<string, string>>, mode = 0o644): Payload {
  return new Map(Object.entries(files).map(([path, text]) => [path, { content: Buffer.from(text), mode }]));
}

let now = Date.UTC(2026, 0, 1);
const write = (volume: string, content: Payload, fsGroup?: number) =>
  writeAtomically(volume, content, { files: kubeletFiles, nowMs: now++, fsGroup });

test('content is exchanged as a whole; equal content is not touched', async () => {
  const volume = join(base, 'exchange');
  assert.equal(await write(volume, payload({ a: '1', 'dir/b': '2' })), true);
  assert.equal(readFileSync(join(volume, 'a'), 'utf8'), '1');
  assert.equal(readFileSync(join(volume, 'dir/b'), 'utf8'), '2');
  const first = readlinkSync(join(volume, '..data'));
  assert.equal(await write(volume, payload({ a: '1', 'dir/b': '2' })), false);
  assert.equal(readlinkSync(join(volume, '..data')), first);

  assert.equal(await write(volume, payload({ a: '3', c: '4' })), true);
  assert.deepEqual(readdirSync(volume).sort(), [readlinkSync(join(volume, '..data')), '..data', 'a', 'c'].sort());
  assert.equal(readFileSync(join(volume, 'a'), 'utf8'), '3');
});

test('modes are exact, whatever the umask', async () => {
  const before = process.umask(0o077);
  try {
    const volume = join(base, 'modes');
    await write(volume, payload({ key: 'x' }, 0o640));
    assert.equal(statSync(join(volume, 'key')).mode & 0o777, 0o640);
    assert.equal(statSync(volume).mode & 0o777, 0o777);
  } finally {
    process.umask(before);
  }
});

test('fsGroup may read', { skip: process.getuid?.() === 0 ? false : 'needs root' }, async () => {
  const volume = join(base, 'group');
  await write(volume, payload({ key: 'x' }, 0o400), 2000);
  const { mode, gid } = statSync(join(volume, 'key'));
  assert.deepEqual([(mode & 0o777).toString(8), gid], ['440', 2000]);
});
