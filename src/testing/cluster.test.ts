import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isConflict } from '#api/errors.ts';
import { edit } from '#base/edit.ts';
import { Deployments } from '#kinds/apps/deployment/definition.ts';
import { Nodes } from '#kinds/core/node/definition.ts';
import { Pods } from '#kinds/core/pod/definition.ts';
import type { Deployment } from '#kinds/generated/apps-v1.ts';
import { createCluster } from './cluster.ts';
import { violationsAtRest } from './invariants.ts';

const web: Deployment = {
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    replicas: 3,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'web:1' }] } },
  },
};

test('createCluster: nodes are ready, a deployment comes to run, an update replaces its pods', async () => {
  using cluster = await createCluster({ nodes: 3, seed: 1 });
  const nodes = await cluster.client.list(Nodes);
  assert.deepEqual(
    nodes.items.map(({ metadata, status }) => [metadata?.name, status?.conditions?.at(-1)?.status]),
    [
      ['node-0', 'True'],
      ['node-1', 'True'],
      ['node-2', 'True'],
    ],
  );
  const created = await cluster.client.create(Deployments, web);
  await cluster.until(() => cluster.running('default').length === 3);
  const before = cluster.running('default').map(({ uid }) => uid);
  const next = edit(await cluster.client.get(Deployments, { namespace: 'default', name: 'web' }), (draft) => {
    const container = draft.spec?.template.spec?.containers[0];
    if (container) container.image = 'web:2';
  });
  await cluster.client.update(Deployments, next);
  await assert.rejects(cluster.client.update(Deployments, created), isConflict);
  await cluster.until(() => {
    const running = cluster.running('default');
    return running.length === 3 && running.every(({ uid }) => !before.includes(uid));
  });
  await cluster.advance(5000);
  assert.deepEqual(await violationsAtRest(cluster), []);
});

test('createCluster: containers outlive the agent and the server, and end with the machine', async () => {
  using cluster = await createCluster({ nodes: 2, seed: 2 });
  await cluster.client.create(Deployments, web);
  await cluster.until(() => cluster.running('default').length === 3);
  const before = cluster.running('default');
  cluster.killServer();
  for (const node of cluster.nodes) node.killAgent();
  await cluster.advance(30_000);
  assert.deepEqual(cluster.running('default'), before);
  await cluster.env.clock.drivenTo(cluster.startServer(), 10_000);
  for (const node of cluster.nodes) node.start();
  await cluster.advance(30_000);
  assert.deepEqual(cluster.running('default'), before, 'nothing was restarted');
  cluster.nodes[0]?.powerOff();
  // A silent node is noticed after 50 s; its pods tolerate that for 300 s.
  await cluster.until(() => cluster.running('default').length === 3, 400_000);
  assert.deepEqual([...new Set(cluster.running('default').map(({ node }) => node))], ['node-1']);
  cluster.nodes[0]?.start();
  await cluster.advance(60_000);
  assert.deepEqual(await violationsAtRest(cluster), []);
  const pods = await cluster.client.list(Pods, { namespace: 'default' });
  assert.equal(pods.items.length, 3);
});
