import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { nodeLogFiles } from './log-files.ts';

describe('nodeLogFiles', () => {
  const directory = mkdtempSync(join(tmpdir(), 'kubets-log-files-'));
  after(() => rmSync(directory, { recursive: true }));
  const path = join(directory, '0.log');

  it('reads by offset, and nothing beyond the end', async () => {
    writeFileSync(path, '0123456789');
    const file = await nodeLogFiles.open(path);
    assert.ok(file);
    assert.equal(await file.size(), 10);
    assert.deepEqual(new TextDecoder().decode(await file.read(3, 4)), '3456');
    assert.equal((await file.read(10, 4)).length, 0);
    await file.close();
  });

  it('knows a file by its identity across a rename', async () => {
    writeFileSync(path, 'old');
    const old = await nodeLogFiles.open(path);
    renameSync(path, `${path}.1`);
    assert.equal(await nodeLogFiles.open(path), undefined);
    writeFileSync(path, 'new');
    const [renamed, replaced] = [await nodeLogFiles.open(`${path}.1`), await nodeLogFiles.open(path)];
    assert.equal(renamed?.identity, old?.identity);
    assert.notEqual(replaced?.identity, old?.identity);
    for (const file of [old, renamed, replaced]) await file?.close();
  });

  it('tells when the watch stands, and of each change after, also through a link', async () => {
    writeFileSync(path, '');
    const link = join(mkdtempSync(join(directory, 'links-')), 'link.log');
    symlinkSync(path, link);
    let tell = () => {};
    const change = () =>
      new Promise<void>((resolve) => {
        tell = resolve;
      });
    const standing = change();
    const unwatch = nodeLogFiles.watch(link, () => tell());
    await standing;
    const written = change();
    appendFileSync(path, 'x');
    await written;
    const replaced = change();
    renameSync(path, `${path}.2`);
    writeFileSync(path, 'y');
    await replaced;
    unwatch();
  });

  it('tells once also when there is nothing to watch', async () => {
    const told = Promise.withResolvers<void>();
    const unwatch = nodeLogFiles.watch(join(directory, 'none', '0.log'), told.resolve);
    await told.promise;
    unwatch();
  });
});
