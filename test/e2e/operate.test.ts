/** Installing and operating a cluster by its command line: what people and scripts do beside kubectl. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { load } from 'js-yaml';
import { pauseArchive } from '#cluster/images/pause/pause.ts';
import { connectClient } from '#cluster/remote-client.ts';
import { Nodes } from '#kinds/core/node/definition.ts';
import { isRoot, readSysctl } from '#platform/node/machine-facts.ts';
import { kubets, root, TestCluster } from './support.ts';

describe('operating a cluster', { skip: isRoot() ? false : 'needs root' }, () => {
  let cluster: TestCluster;
  before(async () => {
    cluster = await TestCluster.create('operate');
  });
  after(() => cluster.remove());

  test('up says what it does, merges a context with a backup, and may be said again', async () => {
    const config = join(cluster.directory, '.kube/config');
    const output = await cluster.up();
    assert.match(output, /server +ready +\d+\.\d s\n/);
    assert.match(
      output,
      new RegExp(
        `Cluster "${cluster.name}" is ready after \\d+\\.\\d s, API server at https://127\\.0\\.0\\.1:${cluster.apiPort}\\.`,
      ),
    );
    const merged = load(readFileSync(config, 'utf8')) as Record<string, unknown>;
    assert.equal(merged['current-context'], cluster.name);
    writeFileSync(config, 'apiVersion: v1\nkind: Config\ncurrent-context: mine\n');
    const again = await cluster.up();
    assert.match(again, /is ready after 0\.\d s/);
    assert.match(readFileSync(`${config}.before-kubets`, 'utf8'), /current-context: mine/);
  });

  test('status, version and kubeconfig', async () => {
    const status = await cluster.run('status');
    for (const unit of ['supervisor', 'server', 'containerd-node1', 'agent-node1'])
      assert.match(status, new RegExp(`^${unit} +ready `, 'm'));
    assert.match((await kubets(['version'])).stdout, /^kubets \S+, Kubernetes API 1\.36, Node\.js v\d+/);
    const config = load(await cluster.run('kubeconfig')) as { clusters: { cluster: { server: string } }[] };
    assert.equal(config.clusters[0]?.cluster.server, `https://127.0.0.1:${cluster.apiPort}`);
  });

  test('logs of all, of one, the last lines, and a component that is not there', async () => {
    const all = await cluster.run('logs');
    assert.match(all, /^server {2}\{.*"msg":"API server listens"/m);
    const last = await cluster.run('logs', 'server', '--tail', '1');
    assert.equal(last.trim().split('\n').length, 1);
    const { code, stderr } = await kubets(['logs', ...cluster.flags, 'nothing'], { env: cluster.env });
    assert.equal(code, 1);
    assert.match(
      stderr,
      /there is no log of "nothing"\n +to mend it: there are: agent-node1, containerd-node1, server, supervisor/,
    );
  });

  test('image load takes an archive from standard input, and image ls shows it', async () => {
    const archive = await pauseArchive(join(cluster.directory, 'images'));
    const child = spawn(join(root, 'kubets'), ['image', 'load', ...cluster.flags, '-'], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, ...cluster.env },
    });
    createReadStream(archive).pipe(child.stdin);
    const [[code]] = await Promise.all([once(child, 'close'), child.stdout.resume()]);
    assert.equal(code, 0);
    assert.match(await imageLs(), /^kubets\.local\/pause:1 +[0-9a-f]{12} .* all$/m);
  });

  const imageLs = async () => (await kubets(['image', 'ls', ...cluster.flags], { env: cluster.env })).stdout;

  test('nodes can be added while it runs, and taken away while it is down', async () => {
    await cluster.up('--nodes', '2');
    assert.match(await cluster.run('status'), /^agent-node2 +ready /m);
    const { code, stderr } = await kubets(['up', ...cluster.flags, '--nodes', '1'], { env: cluster.env });
    assert.equal(code, 1);
    assert.match(stderr, /the cluster runs with 2 nodes\n +to mend it: nodes can be taken away while it is down/);
  });

  test('doctor is content with a machine on which a cluster runs', async () => {
    const { code, stdout } = await kubets(['doctor', ...cluster.flags], { env: cluster.env });
    assert.doesNotMatch(stdout, /^error/m);
    assert.equal(code, 0);
  });

  test('doctor finds what a crash of everything at once leaves, and --fix removes it', async () => {
    const [supervisor, server] = [await cluster.pidOf('supervisor'), await cluster.pidOf('server')];
    const guardian = childOf(supervisor, 'kubets-guardian');
    // Stopped first, so that none sees another die.
    for (const signal of ['SIGSTOP', 'SIGKILL'] as const)
      for (const pid of [supervisor, guardian, server]) process.kill(pid, signal);
    const found = await kubets(['doctor', ...cluster.flags], { env: cluster.env });
    assert.match(
      found.stdout,
      /is half alive: no supervisor, \d+ processes\n +to mend it: kubets up takes them over; kubets down removes them/,
    );
    const fixed = await kubets(['doctor', ...cluster.flags, '--fix'], { env: cluster.env });
    assert.match(fixed.stdout, /^mended .*half alive/m);
    assert.equal(existsSync(join('/run/kubets', cluster.name)), false);
  });

  test('down says so when nothing ran, and leaves forwarding as it was', async () => {
    const before = readSysctl('net.ipv4.ip_forward');
    await cluster.up();
    assert.equal(readSysctl('net.ipv4.ip_forward'), '1');
    assert.match(await cluster.run('down'), /is down\.\n$/);
    assert.match(await cluster.run('down'), /was not running\.\n$/);
    if (before === '1') assert.equal(readSysctl('net.ipv4.ip_forward'), '1');
  });

  test('a node that was taken away while the cluster was down is forgotten', async () => {
    await cluster.up('--nodes', '1');
    const { client, close } = connectClient({
      pki: join(cluster.directory, 'data/pki'),
      certificate: 'admin',
      server: `https://127.0.0.1:${cluster.apiPort}`,
    });
    const nodes = await client.list(Nodes);
    close();
    assert.deepEqual(
      nodes.items.map((node) => node.metadata?.name),
      ['node1'],
    );
  });

  test('reset asks first, then deletes data and context', async () => {
    const refused = await kubets(['reset', ...cluster.flags], { env: cluster.env });
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /Nobody can be asked here\n +to mend it: add --yes/);
    await cluster.run('reset', '--yes');
    assert.equal(existsSync(join(cluster.directory, 'data')), false);
    assert.doesNotMatch(readFileSync(join(cluster.directory, '.kube/config'), 'utf8'), new RegExp(cluster.name));
  });
});

/** The process below `parent` that has `word` in its command line. */
function childOf(parent: number, word: string): number {
  const children = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').trim().split(' ').map(Number);
  const found = children.find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(word));
  assert.ok(found, `process ${parent} has no child ${word}`);
  return found;
}
