/** A disk that fills up under a running cluster: writes are refused with a reason, reads go on, and room is used when it is there again. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { isRoot } from '#platform/node/machine-facts.ts';
import { AdminClient, type Answer, kubets, TestCluster } from './support.ts';

describe('a full disk under a running cluster', { skip: !isRoot() }, () => {
  let cluster: TestCluster;
  let disk: string;
  let admin: AdminClient;
  before(async () => {
    cluster = await TestCluster.create('full');
    disk = cluster.directory;
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=600m', 'tmpfs', disk]);
    await cluster.up('--no-kubeconfig');
    admin = new AdminClient(join(disk, 'data/pki'), cluster.apiPort);
  });
  after(async () => {
    admin?.close();
    await kubets(['reset', ...cluster.flags, '--yes'], { env: cluster.env });
    execFileSync('umount', [disk]);
    rmSync(disk, { recursive: true, force: true });
  });

  const ask = (method: string, path: string, object?: object): Promise<Answer> => admin.ask(method, path, object);
  const configMaps = '/api/v1/namespaces/default/configmaps';
  const create = (name: string) =>
    ask('POST', configMaps, { metadata: { name }, data: { text: 'x'.repeat(1_000_000) } });

  test('writes are refused until there is room again', async () => {
    assert.equal((await create('before')).status, 201);
    const filler = join(disk, 'filler');
    const block = Buffer.alloc(1 << 20);
    for (let free = 1; free > 0; ) {
      try {
        writeFileSync(filler, block, { flag: 'a' });
      } catch {
        break;
      }
      free = statfsSync(disk).bavail;
    }
    let refused: Answer = { status: 0, body: {} };
    // What the store's file has room for is still taken.
    for (let n = 0; n < 20 && refused.status !== 507; n++) refused = await create(`while-full-${n}`);
    assert.equal(refused.status, 507);
    assert.match(String(refused.body.message), /the disk of the store .* is full .*; free some space to write again/);
    assert.equal((await ask('GET', `${configMaps}/before`)).status, 200);
    const { code, stdout } = await kubets(['doctor', ...cluster.flags], { env: cluster.env });
    assert.equal(code, 1);
    assert.match(stdout, /only \d+ MiB are free/);

    rmSync(filler);
    const deadline = Date.now() + 20_000;
    let again = await create('after');
    while (again.status !== 201 && Date.now() < deadline) again = await create('after');
    assert.equal(again.status, 201);
    await cluster.untilReady();
  });
});
