/** Client libraries of other languages and systems: the programs in programs/ say what is done with each. */

import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type ClientCluster, debianPackages, mustRun, npmPackage, startCluster } from './support.ts';

const programs = join(import.meta.dirname, 'programs');

describe('client libraries', () => {
  let cluster: ClientCluster;

  before(async () => {
    cluster = await startCluster('libraries');
  });

  after(() => cluster.remove());

  test('@kubernetes/client-node', { timeout: 600_000 }, async () => {
    // A program finds its packages by where it lies.
    const directory = npmPackage('@kubernetes/client-node', '2.0.1');
    const program = join(directory, 'client-node.mjs');
    copyFileSync(join(programs, 'client-node.mjs'), program);
    const output = await mustRun(process.execPath, [program], { env: cluster.env, timeoutMs: 300_000 });
    assert.match(output, /ok end\n$/);
  });

  test('python3-kubernetes', { timeout: 600_000 }, async () => {
    debianPackages('python3-kubernetes');
    const args = [join(programs, 'python-client.py')];
    const output = await mustRun('/usr/bin/python3', args, { env: cluster.env, timeoutMs: 300_000 });
    assert.match(output, /ok end\n$/);
  });
});
