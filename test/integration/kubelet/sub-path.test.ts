/** subPath mounts with the real kernel: what a container may do with its volume must not lead out of it. Needs root. */

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { volumeMounts } from '#platform/node/mount-volumes.ts';

const skip = process.getuid?.() === 0 ? false : 'needs root';
const base = mkdtempSync(join(tmpdir(), 'kubets-subpath-'));
const volume = join(base, 'volume');
const secret = join(base, 'secret');
const target = join(base, 'target');
mkdirSync(volume, { mode: 0o777 });
mkdirSync(secret);
writeFileSync(join(secret, 'key'), 'of the host');

after(async () => {
  if (!skip) await volumeMounts.unmountBelow(base);
  rmSync(base, { recursive: true, force: true });
});

test('a directory that is there, one that is made, a file', { skip }, async () => {
  mkdirSync(join(volume, 'a'));
  writeFileSync(join(volume, 'a/file'), 'inside');
  await volumeMounts.bindBeneath(volume, 'a', `${target}-a`);
  assert.equal(readFileSync(`${target}-a/file`, 'utf8'), 'inside');

  await volumeMounts.bindBeneath(volume, 'new/deep', `${target}-new`);
  writeFileSync(`${target}-new/written`, 'x');
  assert.equal(readFileSync(join(volume, 'new/deep/written'), 'utf8'), 'x');
  assert.equal(statSync(join(volume, 'new/deep')).mode & 0o777, statSync(volume).mode & 0o777);

  await volumeMounts.bindBeneath(volume, 'a/file', `${target}-file`);
  assert.equal(readFileSync(`${target}-file`, 'utf8'), 'inside');
});

test('links inside the volume are followed', { skip }, async () => {
  symlinkSync('a', join(volume, 'link'));
  await volumeMounts.bindBeneath(volume, 'link', `${target}-link`);
  assert.equal(readFileSync(`${target}-link/file`, 'utf8'), 'inside');
});

test('links that lead out, and paths that go up, are refused', { skip }, async () => {
  symlinkSync(secret, join(volume, 'out'));
  symlinkSync('../secret', join(volume, 'up'));
  for (const subPath of ['out', 'out/key', 'up', 'up/key', 'out/new', '../secret', 'a/../../secret']) {
    await assert.rejects(volumeMounts.bindBeneath(volume, subPath, `${target}-bad`), Error, subPath);
  }
  assert.equal(await volumeMounts.isMountPoint(`${target}-bad`), false);
});

test('a directory that is exchanged for a link while it is mounted never shows the host', { skip }, async () => {
  const race = join(volume, 'race');
  let exchanging = true;
  // What a container would do in a loop. It loses some races too: then it tries again.
  const exchange = (async () => {
    for (let turn = 0; exchanging; turn++) {
      try {
        rmSync(race, { recursive: true, force: true });
        if (turn % 2 === 0) symlinkSync(secret, race);
        else mkdirSync(race);
      } catch {
        // The node has just made a directory there.
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  for (let round = 0; round < 40; round++) {
    const mounted = `${target}-race-${round}`;
    try {
      await volumeMounts.bindBeneath(volume, 'race', mounted);
    } catch {
      continue;
    }
    assert.throws(() => readFileSync(join(mounted, 'key')), { code: 'ENOENT' }, `round ${round}`);
  }
  exchanging = false;
  await exchange;
});
