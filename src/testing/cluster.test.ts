import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Deployments } from '#kinds/apps/deployment/definition.ts';
import { Nodes } from '#kinds/core/node/definition.ts';
import type { Deployment } from '#kinds/generated/apps-v1.ts';
import { createCluster } from './cluster.ts';

const web: Deployment = {
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    replicas: 3,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'web:1' }] } },
  },
};

test('createCluster: nodes register, a deployment comes to run', async () => {
  const cluster = await createCluster({ nodes: 3, seed: 1 });
  await cluster.client.create(Deployments, web);
  await cluster.until(() => cluster.running('default').length === 3);
  const nodes = await cluster.client.list(Nodes);
  assert.deepEqual(nodes.items.map(({ metadata }) => metadata?.name).sort(), ['node-0', 'node-1', 'node-2']);
});
