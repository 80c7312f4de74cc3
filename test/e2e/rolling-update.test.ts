/**
 * A Deployment is updated under load, through its node port on every node, without one failed request; then rolled back, and
 * scaled. Everything takes part: controllers, scheduler, kubelet's probes and hooks, endpoints, the service proxies.
 */

import assert from 'node:assert/strict';
import { Agent, get } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { clusterLayout } from '#cluster/machine/layout.ts';
import { connectClient, type RemoteClient } from '#cluster/remote-client.ts';
import { Deployments } from '#kinds/apps/deployment/definition.ts';
import { Services } from '#kinds/core/service/definition.ts';
import type { Deployment } from '#kinds/generated/apps-v1.ts';
import { isRoot } from '#platform/node/machine-facts.ts';
import { mustKubets, root, TestCluster } from './support.ts';

const labels = { app: 'web' };
const nodePort = 30080;

function web(version: string, replicas = 4): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 2 } },
      template: {
        metadata: { labels },
        spec: {
          terminationGracePeriodSeconds: 10,
          containers: [
            {
              name: 'web',
              image: 'kubets.local/busybox:1',
              imagePullPolicy: 'Never',
              command: ['sh', '-c', `mkdir /www && echo ${version} > /www/index.html && exec httpd -f -p 8080 -h /www`],
              ports: [{ containerPort: 8080 }],
              readinessProbe: { httpGet: { path: '/', port: 8080 }, periodSeconds: 1 },
              // Proxies learn that it ends while it still answers; other suites may fill the machine meanwhile.
              lifecycle: { preStop: { sleep: { seconds: 5 } } },
            },
          ],
        },
      },
    },
  };
}

describe('rolling update', { skip: isRoot() ? false : 'needs root' }, () => {
  let cluster: TestCluster;
  let api: RemoteClient;

  before(async () => {
    cluster = await TestCluster.create('rolling');
    const archive = join(cluster.directory, 'busybox.tar');
    await Promise.all([
      cluster.up('--nodes', '2'),
      mustKubets(['image', 'build', join(root, 'test/images/busybox'), '--output', archive]),
    ]);
    await mustKubets(['image', 'load', ...cluster.flags, archive], cluster.env);
    api = connectClient({
      pki: clusterLayout(cluster.name, join(cluster.directory, 'data')).pki,
      certificate: 'admin',
      server: `https://127.0.0.1:${cluster.apiPort}`,
    });
  });
  after(async () => {
    api?.close();
    await cluster.remove();
  });

  async function untilRolledOut(): Promise<Deployment> {
    const signal = AbortSignal.timeout(90_000);
    while (true) {
      const { items, resourceVersion } = await api.client.list(Deployments, { namespace: 'default' });
      const [found] = items;
      const status = found?.status;
      if (
        found &&
        status?.observedGeneration === found.metadata?.generation &&
        status?.updatedReplicas === found.spec?.replicas &&
        status?.availableReplicas === found.spec?.replicas &&
        status?.replicas === found.spec?.replicas
      ) {
        return found;
      }
      for await (const _ of api.client.watch(Deployments, { namespace: 'default', resourceVersion, signal })) break;
    }
  }

  test('a Deployment becomes available, and every node serves it', async () => {
    await api.client.create(Deployments, web('one'));
    await api.client.create(Services, {
      metadata: { name: 'web', namespace: 'default' },
      spec: { type: 'NodePort', selector: labels, ports: [{ port: 80, targetPort: 8080, nodePort }] },
    });
    await untilRolledOut();
    const nodes = await nodeAddresses();
    for (const node of nodes) assert.equal(await untilAnswered(node), 'one');
  });

  test('it is updated and rolled back under load without one failed request', async () => {
    await using load = startLoad(await nodeAddresses());
    for (const version of ['two', 'three', 'one']) {
      const current = await api.client.get(Deployments, { namespace: 'default', name: 'web' });
      const { template } = web(version).spec ?? {};
      assert.ok(current.spec && template);
      await api.client.update(Deployments, { ...current, spec: { ...current.spec, template } });
      await untilRolledOut();
    }
    const { answers, failures } = await load.stop();
    assert.deepEqual(failures, []);
    assert.ok(
      answers.get('two') && answers.get('three') && answers.get('one'),
      `every version answered: ${[...answers]}`,
    );
  });

  test('it is scaled under load without one failed request', async () => {
    await using load = startLoad(await nodeAddresses());
    for (const replicas of [8, 2, 4]) {
      const current = await api.client.get(Deployments, { namespace: 'default', name: 'web' });
      assert.ok(current.spec);
      await api.client.update(Deployments, { ...current, spec: { ...current.spec, replicas } });
      await untilRolledOut();
    }
    assert.deepEqual((await load.stop()).failures, []);
  });

  async function nodeAddresses(): Promise<readonly string[]> {
    const status = await cluster.run('status');
    const prefix = /nodes (\d+\.\d+\.\d+)\./.exec(status)?.[1] ?? '';
    return [`${prefix}.11`, `${prefix}.12`];
  }
});

/** The proxies know a new Service a moment after the API does. */
async function untilAnswered(node: string): Promise<string> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await request(node);
    } catch (error) {
      if (attempt === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Each request is a connection of its own: a choice of endpoint of its own. */
function request(node: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = get(
      { host: node, port: nodePort, path: '/', agent: new Agent({ keepAlive: false }), timeout: 5000 },
      (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (chunk) => {
          body += chunk;
        });
        response.on('end', () =>
          response.statusCode === 200 ? resolve(body.trim()) : reject(new Error(`status ${response.statusCode}`)),
        );
        response.on('error', reject);
      },
    );
    sent.on('timeout', () => sent.destroy(new Error('no answer in 5 s')));
    sent.on('error', reject);
  });
}

/** Four clients that ask the nodes in turn without a pause. */
function startLoad(nodes: readonly string[]) {
  const answers = new Map<string, number>();
  const failures: string[] = [];
  let running = true;
  const clients = [0, 1, 2, 3].map(async (client) => {
    for (let i = client; running; i++) {
      const node = nodes[i % nodes.length] ?? '';
      try {
        const answer = await request(node);
        answers.set(answer, (answers.get(answer) ?? 0) + 1);
      } catch (error) {
        failures.push(`${new Date().toISOString()} ${node}: ${error instanceof Error ? error.message : error}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  });
  const stop = async () => {
    running = false;
    await Promise.all(clients);
    return { answers, failures };
  };
  return {
    stop,
    // Whatever else fails, it does not go on for ever.
    [Symbol.asyncDispose]: async () => void (await stop()),
  };
}
