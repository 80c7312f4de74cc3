/** Controllers with the real API server, scheduler and store, on simulated nodes and time. One story each. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ResourceDefinition } from '#api/definition.ts';
import { isNotFound } from '#api/errors.ts';
import type { KubeObject } from '#api/object.ts';
import { edit } from '#base/edit.ts';
import { DaemonSets } from '#kinds/apps/daemon-set/definition.ts';
import { Deployments } from '#kinds/apps/deployment/definition.ts';
import { ReplicaSets } from '#kinds/apps/replica-set/definition.ts';
import { StatefulSets } from '#kinds/apps/stateful-set/definition.ts';
import { Jobs } from '#kinds/batch/job/definition.ts';
import { ConfigMaps } from '#kinds/core/config-map/definition.ts';
import { Endpoints } from '#kinds/core/endpoints/definition.ts';
import { Events } from '#kinds/core/event/definition.ts';
import { Namespaces } from '#kinds/core/namespace/definition.ts';
import { Nodes } from '#kinds/core/node/definition.ts';
import { Pods } from '#kinds/core/pod/definition.ts';
import { ReplicationControllers } from '#kinds/core/replication-controller/definition.ts';
import { ResourceQuotas } from '#kinds/core/resource-quota/definition.ts';
import { Secrets } from '#kinds/core/secret/definition.ts';
import { Services } from '#kinds/core/service/definition.ts';
import { ServiceAccounts } from '#kinds/core/service-account/definition.ts';
import { EndpointSlices } from '#kinds/discovery/endpoint-slice/definition.ts';
import type { Deployment } from '#kinds/generated/apps-v1.ts';
import { createCluster, type SimulatedCluster } from '#testing/cluster.ts';

const namespace = 'default';

function template(app: string, image = `${app}:1`) {
  return { metadata: { labels: { app } }, spec: { containers: [{ name: 'c', image }] } };
}

function deployment(name: string, replicas: number, image?: string): Deployment {
  return {
    metadata: { name, namespace },
    spec: { replicas, selector: { matchLabels: { app: name } }, template: template(name, image) },
  };
}

/** Lets time pass in steps until the check passes; its last failure tells what was missing. */
async function eventually(cluster: SimulatedCluster, check: () => Promise<void>, limitMs = 60_000): Promise<void> {
  for (let passedMs = 0; ; passedMs += 500) {
    try {
      await check();
      return;
    } catch (error) {
      if (passedMs >= limitMs) throw error;
      await cluster.advance(500);
    }
  }
}

async function namesOf<T extends KubeObject>(
  cluster: SimulatedCluster,
  definition: ResourceDefinition<T>,
  labelSelector?: string,
): Promise<string[]> {
  const { items } = await cluster.client.list(definition, { namespace, labelSelector });
  return items.map(({ metadata }) => metadata?.name ?? '').sort();
}

async function change<T extends KubeObject>(
  cluster: SimulatedCluster,
  definition: ResourceDefinition<T>,
  name: string,
  patch: unknown,
): Promise<T> {
  const target = { namespace: definition.scope === 'Namespaced' ? namespace : undefined, name };
  return cluster.client.patch(definition, target, patch, { type: 'merge' });
}

async function gone<T extends KubeObject>(cluster: SimulatedCluster, definition: ResourceDefinition<T>, name: string) {
  await assert.rejects(cluster.client.get(definition, { namespace, name }), isNotFound, `${name} is still there`);
}

test('a Deployment rolls out, scales, and goes back', async () => {
  const cluster = await createCluster({ nodes: 2, seed: 1 });
  const { client } = cluster;
  await client.create(Deployments, deployment('web', 3));
  const available = async (replicas: number, revision: string, generation: number) => {
    const { status, metadata } = await client.get(Deployments, { namespace, name: 'web' });
    assert.deepEqual(
      [status?.availableReplicas, status?.updatedReplicas, status?.replicas],
      [replicas, replicas, replicas],
    );
    assert.equal(metadata?.annotations?.['deployment.kubernetes.io/revision'], revision);
    // Annotations count as a generation, but not when they come with the status, as the revision does.
    assert.equal(metadata?.generation, generation);
  };
  await eventually(cluster, () => available(3, '1', 1));
  await change(cluster, Deployments, 'web', {
    spec: { template: { spec: { containers: [{ name: 'c', image: 'web:2' }] } } },
  });
  await eventually(cluster, () => available(3, '2', 2));
  await change(cluster, Deployments, 'web', { spec: { replicas: 5 } });
  await eventually(cluster, () => available(5, '2', 3));
  await change(cluster, Deployments, 'web', {
    spec: { template: { spec: { containers: [{ name: 'c', image: 'web:1' }] } } },
  });
  await eventually(cluster, () => available(5, '3', 4));
  const images = (await client.list(Pods, { namespace })).items.filter(({ metadata }) => !metadata?.deletionTimestamp);
  assert.deepEqual(new Set(images.map(({ spec }) => spec?.containers[0]?.image)), new Set(['web:1']));
  assert.equal((await namesOf(cluster, ReplicaSets)).length, 2);
  const events = (await client.list(Events, { namespace })).items.filter(
    ({ reason }) => reason === 'ScalingReplicaSet',
  );
  assert.match(events[0]?.message ?? '', /^Scaled up replica set web-[a-z0-9]+ from 0 to 3$/);
});

test('a ReplicationController adopts what it selects and releases what it does not', async () => {
  const cluster = await createCluster({ nodes: 1, seed: 2 });
  const { client } = cluster;
  await client.create(Pods, { ...template('rc'), metadata: { name: 'orphan', namespace, labels: { app: 'rc' } } });
  const rc = {
    metadata: { name: 'rc', namespace },
    spec: { replicas: 2, selector: { app: 'rc' }, template: template('rc') },
  };
  const { metadata } = await client.create(ReplicationControllers, rc);
  await eventually(cluster, async () => {
    assert.equal((await namesOf(cluster, Pods, 'app=rc')).length, 2);
    const orphan = await client.get(Pods, { namespace, name: 'orphan' });
    assert.equal(orphan.metadata?.ownerReferences?.[0]?.uid, metadata?.uid);
  });
  await change(cluster, Pods, 'orphan', { metadata: { labels: { app: 'other' } } });
  await eventually(cluster, async () => {
    assert.equal((await client.get(Pods, { namespace, name: 'orphan' })).metadata?.ownerReferences, undefined);
    assert.equal((await namesOf(cluster, Pods, 'app=rc')).length, 2);
  });
});

test('garbage collection: background, foreground, orphan', async () => {
  const cluster = await createCluster({ nodes: 1, seed: 3 });
  const { client } = cluster;
  for (const name of ['bg', 'fg', 'orphan']) await client.create(Deployments, deployment(name, 2));
  await cluster.until(() => cluster.running(namespace).length === 6);
  await client.delete(Deployments, { namespace, name: 'bg' }, { propagationPolicy: 'Background' });
  await eventually(cluster, async () => assert.deepEqual(await namesOf(cluster, Pods, 'app=bg'), []));
  await client.delete(Deployments, { namespace, name: 'fg' }, { propagationPolicy: 'Foreground' });
  const fg = await client.get(Deployments, { namespace, name: 'fg' });
  assert.deepEqual(fg.metadata?.finalizers, ['foregroundDeletion']);
  await eventually(cluster, () => gone(cluster, Deployments, 'fg'));
  assert.deepEqual(await namesOf(cluster, ReplicaSets, 'app=fg'), []);
  assert.deepEqual(await namesOf(cluster, Pods, 'app=fg'), []);
  await client.delete(Deployments, { namespace, name: 'orphan' }, { propagationPolicy: 'Orphan' });
  await eventually(cluster, () => gone(cluster, Deployments, 'orphan'));
  await cluster.advance(30_000);
  assert.equal((await namesOf(cluster, Pods, 'app=orphan')).length, 2);
  const [left] = (await client.list(ReplicaSets, { namespace, labelSelector: 'app=orphan' })).items;
  assert.equal(left?.metadata?.ownerReferences, undefined);
});

test('a namespace gets its ServiceAccount, and is emptied when it is deleted', async () => {
  const cluster = await createCluster({ nodes: 1, seed: 4 });
  const { client } = cluster;
  await client.create(Namespaces, { metadata: { name: 'team' } });
  await eventually(cluster, async () => {
    await client.get(ServiceAccounts, { namespace: 'team', name: 'default' });
  });
  await client.create(ConfigMaps, { metadata: { name: 'c', namespace: 'team' }, data: { a: 'b' } });
  await client.create(Deployments, { ...deployment('web', 2), metadata: { name: 'web', namespace: 'team' } });
  await cluster.until(() => cluster.running('team').length === 2);
  await client.delete(Namespaces, { name: 'team' });
  await eventually(cluster, async () => {
    await assert.rejects(client.get(Namespaces, { name: 'team' }), isNotFound);
  });
  assert.equal(cluster.running('team').length, 0);
  for (const definition of [ConfigMaps, Pods, ReplicaSets, ServiceAccounts] as readonly ResourceDefinition[]) {
    assert.deepEqual((await client.list(definition, { namespace: 'team' })).items, []);
  }
});

test('a Service has the endpoints of its ready pods, in both forms', async () => {
  const cluster = await createCluster({ nodes: 2, seed: 5 });
  const { client } = cluster;
  const ports = [{ port: 80, targetPort: 8080, protocol: 'TCP' as const }];
  await client.create(Services, {
    metadata: { name: 'web', namespace },
    spec: { selector: { app: 'web' }, ports, clusterIP: 'None' },
  });
  await client.create(Deployments, deployment('web', 3));
  const check = async (count: number) => {
    const ips = cluster
      .running(namespace)
      .map(({ podIP }) => podIP)
      .sort();
    assert.equal(ips.length, count);
    const { items } = await client.list(EndpointSlices, { namespace, labelSelector: 'kubernetes.io/service-name=web' });
    const endpoints = items.flatMap((slice) => slice.endpoints ?? []);
    assert.deepEqual(
      endpoints.flatMap(({ addresses, conditions }) => (conditions?.ready ? addresses : [])).sort(),
      ips,
    );
    const { subsets } = await client.get(Endpoints, { namespace, name: 'web' });
    assert.deepEqual((subsets ?? []).flatMap(({ addresses = [] }) => addresses.map(({ ip }) => ip)).sort(), ips);
  };
  await eventually(cluster, () => check(3));
  await change(cluster, Deployments, 'web', { spec: { replicas: 1 } });
  await eventually(cluster, () => check(1));
  await client.delete(Services, { namespace, name: 'web' });
  await eventually(cluster, async () => {
    assert.deepEqual(await namesOf(cluster, EndpointSlices, 'kubernetes.io/service-name=web'), []);
    await gone(cluster, Endpoints, 'web');
  });
});

test('a DaemonSet has a pod on every node, also on later ones, and rolls', async () => {
  const cluster = await createCluster({ nodes: 3, seed: 6 });
  const { client } = cluster;
  const spec = { selector: { matchLabels: { app: 'agent' } }, template: template('agent') };
  await client.create(DaemonSets, { metadata: { name: 'agent', namespace }, spec });
  const check = async (image: string) => {
    const pods = (await client.list(Pods, { namespace })).items.filter(({ metadata }) => !metadata?.deletionTimestamp);
    const found = pods
      .map((pod) => `${pod.spec?.nodeName} ${pod.spec?.containers[0]?.image} ${pod.status?.phase}`)
      .sort();
    assert.deepEqual(
      found,
      ['node-0', 'node-1', 'node-2'].map((node) => `${node} ${image} Running`),
    );
    const { status } = await client.get(DaemonSets, { namespace, name: 'agent' });
    assert.deepEqual([status?.numberAvailable, status?.updatedNumberScheduled], [3, 3]);
  };
  await eventually(cluster, () => check('agent:1'));
  await change(cluster, DaemonSets, 'agent', { spec: { template: template('agent', 'agent:2') } });
  await eventually(cluster, () => check('agent:2'));
});

test('a StatefulSet comes up in order, updates from the end, and goes down in reverse', async () => {
  const cluster = await createCluster({ nodes: 2, seed: 7 });
  const { client } = cluster;
  const spec = { replicas: 3, serviceName: 'db', selector: { matchLabels: { app: 'db' } }, template: template('db') };
  await client.create(StatefulSets, { metadata: { name: 'db', namespace }, spec });
  const check = async (replicas: number, image: string) => {
    const { status } = await client.get(StatefulSets, { namespace, name: 'db' });
    assert.deepEqual(
      [status?.readyReplicas, status?.replicas, status?.currentRevision],
      [replicas, replicas, status?.updateRevision],
    );
    const pods = (await client.list(Pods, { namespace })).items.map(
      (pod) => `${pod.metadata?.name} ${pod.spec?.containers[0]?.image}`,
    );
    assert.deepEqual(
      pods.sort(),
      Array.from({ length: replicas }, (_, index) => `db-${index} ${image}`),
    );
  };
  await eventually(cluster, () => check(3, 'db:1'));
  await change(cluster, StatefulSets, 'db', { spec: { template: template('db', 'db:2') } });
  await eventually(cluster, () => check(3, 'db:2'));
  await change(cluster, StatefulSets, 'db', { spec: { replicas: 1 } });
  await eventually(cluster, () => check(1, 'db:2'));
});

test('a Job completes when its pods have', async () => {
  const cluster = await createCluster({ nodes: 1, seed: 8 });
  const { client } = cluster;
  const podTemplate = edit(template('work'), (draft) => Object.assign(draft.spec, { restartPolicy: 'Never' }));
  await client.create(Jobs, {
    metadata: { name: 'work', namespace },
    spec: { completions: 2, parallelism: 2, template: podTemplate },
  });
  await cluster.until(() => cluster.running(namespace).length === 2);
  for (const pod of (await client.list(Pods, { namespace })).items) {
    await client.patch(
      Pods,
      { namespace, name: pod.metadata?.name ?? '' },
      { status: { phase: 'Succeeded' } },
      { type: 'merge', subresource: 'status' },
    );
  }
  await eventually(cluster, async () => {
    const { status } = await client.get(Jobs, { namespace, name: 'work' });
    assert.equal(status?.succeeded, 2);
    assert.equal(status?.conditions?.find(({ type }) => type === 'Complete')?.status, 'True');
  });
});

test('a quota shows what is used, and gives it back', async () => {
  const cluster = await createCluster({ nodes: 1, seed: 9 });
  const { client } = cluster;
  await client.create(ResourceQuotas, {
    metadata: { name: 'q', namespace },
    spec: { hard: { pods: '5', 'count/secrets': '9' } },
  });
  await client.create(Deployments, deployment('web', 3));
  const used = async (expected: Readonly<Record<string, string>>) =>
    assert.deepEqual((await client.get(ResourceQuotas, { namespace, name: 'q' })).status?.used, expected);
  await eventually(cluster, () => used({ pods: '3', 'count/secrets': '0' }));
  await client.create(Secrets, { metadata: { name: 'c', namespace } });
  await change(cluster, Deployments, 'web', { spec: { replicas: 1 } });
  await eventually(cluster, () => used({ pods: '1', 'count/secrets': '1' }));
  const target = { namespace, name: 'q' };
  await client.patch(
    ResourceQuotas,
    target,
    { status: { hard: { pods: '99' } } },
    { type: 'merge', subresource: 'status' },
  );
  await eventually(cluster, async () => {
    const { spec, status } = await client.get(ResourceQuotas, target);
    assert.deepEqual(status?.hard, spec?.hard, 'what somebody else wrote does not stay');
  });
});

test('pods of a dead node are evicted and made again elsewhere; those of a deleted one are removed', async () => {
  const cluster = await createCluster({ nodes: 3, seed: 10 });
  const { client } = cluster;
  await client.create(Deployments, deployment('web', 3));
  await cluster.until(() => cluster.running(namespace).length === 3);
  const victim = cluster.nodes.find(({ machine }) => [...machine.running()].length > 0);
  assert.ok(victim);
  victim.powerOff();
  await eventually(
    cluster,
    async () => {
      const { spec, status } = await client.get(Nodes, { name: victim.machine.name });
      assert.equal(status?.conditions?.find(({ type }) => type === 'Ready')?.status, 'Unknown');
      const taints = spec?.taints?.map(({ key, effect }) => `${key}:${effect}`).sort();
      assert.deepEqual(taints, [
        'node.kubernetes.io/unreachable:NoExecute',
        'node.kubernetes.io/unreachable:NoSchedule',
      ]);
    },
    120_000,
  );
  await cluster.until(() => cluster.running(namespace).length === 3, 600_000);
  await client.delete(Nodes, { name: victim.machine.name });
  await eventually(
    cluster,
    async () => {
      const { items } = await client.list(Pods, { namespace });
      assert.deepEqual(
        items.filter(({ spec }) => spec?.nodeName === victim.machine.name),
        [],
      );
      assert.equal(items.length, 3);
    },
    120_000,
  );
});
