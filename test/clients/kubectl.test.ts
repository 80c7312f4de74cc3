/** kubectl 1.28 and 1.36 as people use it. What it prints, word for word, is held against upstream by test/golden/kubectl. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { freePort } from '../e2e/support.ts';
import { type ClientCluster, image, mustRun, programsOf, run, startCluster } from './support.ts';

const web = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        terminationGracePeriodSeconds: 0,
        containers: [
          {
            name: 'web',
            image,
            command: [
              'sh',
              '-c',
              'mkdir /www; echo hello > /www/index.html; echo started; exec httpd -f -p 8080 -h /www',
            ],
            env: [{ name: 'COLOR', value: 'red' }],
            readinessProbe: { httpGet: { path: '/index.html', port: 8080 }, periodSeconds: 1 },
          },
        ],
      },
    },
  },
};
const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web' },
  spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] },
};

describe('kubectl', () => {
  const directory = mkdtempSync(join(tmpdir(), 'kubets-kubectl-'));
  const manifest = join(directory, 'web.json');
  let cluster: ClientCluster;

  before(async () => {
    cluster = await startCluster('kubectl');
    writeFileSync(manifest, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [web, service] }));
  });

  after(async () => {
    await cluster.remove();
    rmSync(directory, { recursive: true, force: true });
  });

  for (const minor of ['28', '36'] as const) {
    test(`1.${minor}: from create to delete`, { timeout: 600_000 }, async () => {
      const { kubectl } = programsOf(minor);
      const namespace = `kubectl-${minor}`;
      const { env } = cluster;
      await mustRun(kubectl, ['create', 'namespace', namespace], { env });
      const call = (args: string, input = '') =>
        mustRun(kubectl, ['--namespace', namespace, ...args.split(' ')], { env, input });
      const shell = (...args: string[]) =>
        mustRun(kubectl, ['--namespace', namespace, 'exec', 'deployment/web', '--', 'sh', '-c', ...args], { env });
      const page = () => call(`get --raw /api/v1/namespaces/${namespace}/services/web:80/proxy/index.html`);

      await call(`create -f ${manifest}`);
      await call('rollout status deployment/web --timeout=60s');
      assert.match(await call('get all'), /deployment.apps\/web +1\/1 +1 +1/);
      assert.match(await call(`diff -f ${manifest}`), /^$/);
      assert.equal(await page(), 'hello\n');

      assert.equal(await shell('echo $COLOR; cat', 'sh'), 'red\n');
      assert.equal(await call('exec -i deployment/web -- cat', 'typed in'), 'typed in');
      const failed = await run(kubectl, ['-n', namespace, 'exec', 'deployment/web', '--', 'sh', '-c', 'exit 7'], {
        env,
      });
      assert.deepEqual([failed.code, failed.stderr.trim()], [7, 'command terminated with exit code 7']);
      // A terminal of the kernel's own, as a person has: the program inside sees its size.
      const typed = `${kubectl} -n ${namespace} exec -it deployment/web -- sh -c 'sleep 1; stty size; tty'`;
      const terminal = await mustRun('script', ['-qec', `stty rows 33 cols 99; ${typed}`, '/dev/null'], { env });
      assert.match(terminal, /33 99\s+\/dev\/pts\/0/);

      const pod = (await call('get pods -l app=web -o name')).trim().replace('pod/', '');
      const file = join(directory, `file-${minor}`);
      writeFileSync(file, Buffer.alloc(3_000_000, 'kubets '));
      await call(`cp ${file} ${pod}:/tmp/file`);
      await call(`cp ${pod}:/tmp/file ${file}.back`);
      assert.ok(readFileSync(file).equals(readFileSync(`${file}.back`)));

      const port = await freePort();
      const forward = spawn(kubectl, ['-n', namespace, 'port-forward', 'service/web', `${port}:80`], {
        env: { ...process.env, ...env },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [said] = (await once(forward.stdout, 'data')) as [Buffer];
      assert.match(said.toString(), /^Forwarding from 127\.0\.0\.1/);
      forward.stdout.resume();
      for (let time = 0; time < 3; time++) {
        assert.equal(await (await fetch(`http://127.0.0.1:${port}/index.html`)).text(), 'hello\n');
      }
      forward.kill('SIGINT');
      await once(forward, 'exit');

      const following = spawn(kubectl, ['-n', namespace, 'logs', '-f', pod], { env: { ...process.env, ...env } });
      const [first] = (await once(following.stdout, 'data')) as [Buffer];
      assert.equal(first.toString(), 'started\n');
      await call(`delete pod ${pod}`);
      await once(following, 'exit');

      await call('scale deployment/web --replicas=2');
      await call('set env deployment/web COLOR=blue');
      await call('rollout status deployment/web --timeout=60s');
      assert.equal(await shell('echo $COLOR'), 'blue\n');
      await call('rollout undo deployment/web');
      await call('rollout status deployment/web --timeout=60s');
      assert.equal(await shell('echo $COLOR'), 'red\n');
      assert.match(await call('describe deployment web'), /ScalingReplicaSet/);
      assert.match(await call('rollout history deployment/web'), /REVISION +CHANGE-CAUSE\n2 +<none>\n3 +<none>/);

      assert.equal(
        await call(`run once --rm -i --restart=Never --image=${image} -- sh -c cat`, 'through'),
        `throughpod "once" deleted${minor === '36' ? ` from ${namespace} namespace` : ''}\n`,
      );
      const target = (await call('get pods -l app=web -o jsonpath={.items[0].metadata.name}')).trim();
      await call(`debug ${target} --image=${image} --container=look --target=web -- sleep 100`);
      await call(
        `wait pod/${target} --for=jsonpath={.status.ephemeralContainerStatuses[0].state.running.startedAt} --timeout=30s`.replace(
          '.running}',
          '.running.startedAt}',
        ),
      );
      assert.match(await call(`exec ${target} -c look -- ps`), /httpd/);

      await call(`apply --server-side --force-conflicts -f ${manifest}`);
      assert.equal(await call('get deployment web -o jsonpath={.spec.replicas}'), '1');
      await mustRun(kubectl, ['-n', namespace, 'edit', 'service', 'web'], {
        env: { ...env, KUBE_EDITOR: 'sed -i s/targetPort:.8080/targetPort:\\ 8081/' },
      });
      assert.equal(await call('get service web -o jsonpath={.spec.ports[0].targetPort}'), '8081');
      const top = await run(kubectl, ['-n', namespace, 'top', 'pods'], { env });
      assert.equal(top.stderr.trim(), 'error: Metrics API not available');

      await call(`delete -f ${manifest}`);
      await call(`delete namespace ${namespace}`);
    });
  }
});
