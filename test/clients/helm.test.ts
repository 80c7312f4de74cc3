/** helm 3 and 4 with a chart of what charts are made of: hooks, custom resources, lookups, waiting, upgrades, rollbacks, tests. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type ClientCluster, mustRun, programsOf, run, startCluster } from './support.ts';

const chart = join(import.meta.dirname, 'chart');

describe('helm', () => {
  let cluster: ClientCluster;

  before(async () => {
    cluster = await startCluster('helm');
  });

  after(() => cluster.remove());

  for (const minor of ['28', '36'] as const) {
    test(`of kubectl 1.${minor}: a release from install to uninstall`, { timeout: 600_000 }, async () => {
      const { helm, kubectl } = programsOf(minor);
      const namespace = `helm-${minor}`;
      const { env } = cluster;
      const call = (...args: string[]) => mustRun(helm, ['--namespace', namespace, ...args], { env });
      const ask = (...args: string[]) => mustRun(kubectl, ['--namespace', namespace, ...args], { env });
      const ready = ['--wait', '--timeout', '90s'];

      await call('install', 'shop', chart, '--create-namespace', ...ready);
      assert.equal(await ask('get', 'widget', 'shop', '-o', 'jsonpath={.spec.size}'), '1');
      const key = await ask('get', 'secret', 'shop', '-o', 'jsonpath={.data.key}');
      assert.equal(await ask('get', 'jobs', '-o', 'name'), '');

      const again = await run(helm, ['--namespace', namespace, 'install', 'shop', chart], { env });
      assert.notEqual(again.code, 0);
      assert.match(again.stderr, /cannot re-?use a name that is still in use/);

      await call('upgrade', 'shop', chart, '--set', 'replicas=2,greeting=hallo', ...ready);
      assert.equal(await ask('get', 'deployment', 'shop', '-o', 'jsonpath={.status.readyReplicas}'), '2');
      assert.equal(await ask('get', 'secret', 'shop', '-o', 'jsonpath={.data.key}'), key);
      await call('test', 'shop', '--timeout', '60s');

      const bad = await run(helm, ['--namespace', namespace, 'upgrade', 'shop', chart, '--set', 'replicas=-1'], {
        env,
      });
      assert.match(bad.stderr, /spec\.replicas: Invalid value: -1: must be greater than or equal to 0/);

      await call('rollback', 'shop', '1', ...ready);
      assert.equal(await ask('get', 'configmap', 'shop', '-o', 'jsonpath={.data.index\\.html}'), 'hello');
      const history = JSON.parse(await call('history', 'shop', '-o', 'json')) as { readonly status: string }[];
      assert.deepEqual(
        history.map(({ status }) => status),
        ['superseded', 'superseded', 'failed', 'deployed'],
      );
      assert.match(await call('get', 'manifest', 'shop'), /kind: Widget/);
      assert.match(await call('template', 'shop', chart, '--dry-run=server'), /kind: HorizontalPodAutoscaler/);

      await call('uninstall', 'shop', '--wait', '--timeout', '60s');
      assert.equal(
        await ask('get', 'deployments,services,configmaps,widgets', '-o', 'name'),
        'configmap/kube-root-ca.crt\n',
      );
      await ask('delete', 'namespace', namespace);
    });
  }
});
