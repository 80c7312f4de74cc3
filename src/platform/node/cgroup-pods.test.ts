import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { podCgroups } from './cgroup-pods.ts';
import type { Cgroups } from './cgroups.ts';

const base = mkdtempSync(join(tmpdir(), 'kubets-cgroups-'));
after(() => rmSync(base, { recursive: true, force: true }));

/** The kernel makes a group's files; here they are made beforehand. */
function makeGroup(root: string, name: string, files: readonly string[]): void {
  mkdirSync(join(root, name), { recursive: true });
  for (const file of files) writeFileSync(join(root, name, file), '');
}

const name = '/kubets/n1/kubepods/burstable/podu1';
const limits = { cpuShares: 512, cpuQuotaUs: 50_000, memoryLimitBytes: 1 << 26, pidsLimit: 100 };

test('version 1: a tree per controller', async () => {
  const trees = ['cpu', 'memory', 'pids', 'freezer'].map((controller) => ({
    mountPoint: join(base, 'v1', controller),
    controllers: [controller],
  }));
  makeGroup(join(base, 'v1/cpu'), name, ['cpu.shares', 'cpu.cfs_quota_us', 'cpu.cfs_period_us']);
  makeGroup(join(base, 'v1/memory'), name, ['memory.limit_in_bytes']);
  makeGroup(join(base, 'v1/pids'), name, ['pids.max']);
  const cgroups = podCgroups('/kubets/n1', { layout: 'hybrid', trees, unused: undefined } satisfies Cgroups);
  assert.equal(cgroups.version, 1);
  await cgroups.update(name, limits);
  const read = (controller: string, file: string) => readFileSync(join(base, 'v1', controller, name, file), 'utf8');
  assert.deepEqual(
    [
      read('cpu', 'cpu.shares'),
      read('cpu', 'cpu.cfs_quota_us'),
      read('memory', 'memory.limit_in_bytes'),
      read('pids', 'pids.max'),
    ],
    ['512', '50000', '67108864', '100'],
  );
  await cgroups.update(name, { cpuShares: 2 });
  assert.equal(read('cpu', 'cpu.cfs_quota_us'), '-1');
  assert.deepEqual(await cgroups.list(), [name]);
  const other = '/kubets/n1/kubepods/podu2';
  await cgroups.create(other, limits);
  assert.equal(await cgroups.exists(other), true);
  assert.equal(existsSync(join(base, 'v1/freezer', other)), false);
  await cgroups.remove(other);
  assert.equal(await cgroups.exists(other), false);
});

test('version 2: one tree, shares as weights', async () => {
  const root = join(base, 'v2');
  makeGroup(root, name, ['cpu.weight', 'cpu.max', 'memory.max', 'pids.max']);
  const cgroups = podCgroups('/kubets/n1', {
    layout: 'v2',
    trees: [{ mountPoint: root, controllers: [] }],
    unused: undefined,
  });
  assert.equal(cgroups.version, 2);
  await cgroups.update(name, limits);
  assert.deepEqual(
    ['cpu.weight', 'cpu.max', 'memory.max', 'pids.max'].map((file) => readFileSync(join(root, name, file), 'utf8')),
    ['20', '50000 100000', '67108864', '100'],
  );
  await cgroups.setBurstableShares(2);
});
