/** `kubets server`: a control plane without nodes; two of them on one etcd, one of which acts, and the other when it dies. */

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type EtcdServer, startEtcd } from '../integration/etcd/etcd-server.ts';
import { AdminClient, freePort, kubets, root } from './support.ts';

interface ComponentStatus {
  readonly metadata: { readonly name: string };
  readonly conditions: readonly { readonly status: string }[];
}

const deployments = '/apis/apps/v1/namespaces/default/deployments';

function deployment(name: string): object {
  const template = { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'c', image: 'none' }] } };
  return { metadata: { name }, spec: { replicas: 2, selector: { matchLabels: { app: name } }, template } };
}

class Server {
  readonly process: ChildProcess;
  readonly admin: AdminClient;

  private constructor(process: ChildProcess, admin: AdminClient) {
    this.process = process;
    this.admin = admin;
  }

  static async start(dataDir: string, pki: string, ...flags: readonly string[]): Promise<Server> {
    const port = await freePort();
    const args = ['server', '--data-dir', dataDir, '--api-port', String(port), ...flags];
    const child = spawn(join(root, 'kubets'), args, { stdio: ['ignore', 'pipe', 'ignore'] });
    let said = '';
    for await (const part of child.stdout) {
      said += String(part);
      if (said.includes('API server at')) break;
    }
    assert.match(said, /API server at https:\/\/127\.0\.0\.1:\d+; try: kubectl --kubeconfig .*\/kubeconfig/);
    return new Server(child, new AdminClient(pki, port));
  }

  async end(signal: 'SIGINT' | 'SIGKILL'): Promise<void> {
    this.admin.close();
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = once(this.process, 'exit');
    this.process.kill(signal);
    await ended;
  }

  async untilPods(label: string, count: number, timeoutMs: number): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const { body } = await this.admin.ask('GET', `/api/v1/namespaces/default/pods?labelSelector=app=${label}`);
      const { length } = body.items as unknown[];
      if (length === count) return;
      if (Date.now() > deadline) assert.fail(`${length} pods of ${label} after ${timeoutMs} ms, ${count} are wanted`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

describe('kubets server', () => {
  let directory: string;
  let etcd: EtcdServer;
  const servers: Server[] = [];
  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'kubets-servers-'));
    etcd = await startEtcd();
  });
  after(async () => {
    for (const server of servers) await server.end('SIGKILL');
    await etcd.remove();
    rmSync(directory, { recursive: true, force: true });
  });

  test('keeps what it was told, and refuses a data directory that is in use', async () => {
    const data = join(directory, 'own');
    const first = await Server.start(data, join(data, 'pki'));
    servers.push(first);
    assert.equal((await first.admin.ask('POST', deployments, deployment('kept'))).status, 201);
    await first.untilPods('kept', 2, 20_000);
    const second = await kubets(['server', '--data-dir', data, '--api-port', String(await freePort())]);
    assert.equal(second.code, 1);
    assert.match(second.stderr, /error: another process uses the store of .*\n +to mend it: stop it first/);
    await first.end('SIGINT');
    assert.equal(first.process.exitCode, 0);

    const again = await Server.start(data, join(data, 'pki'));
    servers.push(again);
    await again.untilPods('kept', 2, 1_000);
    await again.end('SIGINT');
  });

  test('an API server alone leaves controllers and scheduler to others', async () => {
    const data = join(directory, 'alone');
    const flags = ['--store', 'memory', '--only-api-server'];
    const alone = await Server.start(data, join(data, 'pki'), ...flags);
    servers.push(alone);
    const components = '/api/v1/componentstatuses';
    const { body } = await alone.admin.ask('GET', components);
    const wellOf = ({ metadata, conditions }: ComponentStatus) => [metadata.name, conditions[0]?.status];
    assert.deepEqual((body.items as readonly ComponentStatus[]).map(wellOf).sort(), [
      ['controller-manager', 'False'],
      ['etcd-0', 'True'],
      ['scheduler', 'False'],
    ]);
    await alone.end('SIGINT');
    assert.equal(alone.process.exitCode, 0);
  });

  test('two on one etcd: the second goes on when the first is killed', async () => {
    const pki = join(directory, 'a/pki');
    const store = ['--store', `etcd://${etcd.endpoint}`];
    const a = await Server.start(join(directory, 'a'), pki, ...store);
    servers.push(a);
    assert.equal((await a.admin.ask('POST', deployments, deployment('one'))).status, 201);
    await a.untilPods('one', 2, 30_000);
    const b = await Server.start(join(directory, 'b'), pki, '--pki-dir', pki, ...store);
    servers.push(b);
    await b.untilPods('one', 2, 5_000);
    const lease = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/kube-controller-manager';
    const holder = async () =>
      ((await b.admin.ask('GET', lease)).body.spec as { holderIdentity: string }).holderIdentity;
    const first = await holder();
    assert.notEqual(first, '');

    await a.end('SIGKILL');
    assert.equal((await b.admin.ask('POST', deployments, deployment('two'))).status, 201);
    await b.untilPods('two', 2, 60_000);
    assert.notEqual(await holder(), first);
    await b.end('SIGINT');
  });
});
