/** Volumes get their claims with the real API server, scheduler, binder and garbage collector. One story each. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StatefulSets } from '#kinds/apps/stateful-set/definition.ts';
import { PersistentVolumes } from '#kinds/core/persistent-volume/definition.ts';
import { PersistentVolumeClaims } from '#kinds/core/persistent-volume-claim/definition.ts';
import { Pods } from '#kinds/core/pod/definition.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '#kinds/generated/core-v1.ts';
import { StorageClasses } from '#kinds/storage/storage-class/definition.ts';
import { createCluster, type SimulatedCluster } from '#testing/cluster.ts';

const namespace = 'default';
const accessModes = ['ReadWriteOnce' as const];
const requests = (storage: string) => ({ requests: { storage } });

function volume(name: string, storage: string, spec: PersistentVolume['spec'] = {}): PersistentVolume {
  const hostPath = { path: `/data/${name}` };
  return { metadata: { name }, spec: { capacity: { storage }, accessModes, storageClassName: '', hostPath, ...spec } };
}

function claim(name: string, storage: string, storageClassName = ''): PersistentVolumeClaim {
  return { metadata: { name, namespace }, spec: { accessModes, resources: requests(storage), storageClassName } };
}

function onNode(name: string): NonNullable<PersistentVolume['spec']> {
  const isName = { key: 'kubernetes.io/hostname', operator: 'In' as const, values: [name] };
  return { nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [isName] }] } } };
}

const container = { name: 'c', image: 'c:1' };

/** 'claim=volume' of every claim, and 'volume:phase' of every volume. */
async function picture({ client }: SimulatedCluster): Promise<string[]> {
  const claims = await client.list(PersistentVolumeClaims, { namespace });
  const volumes = await client.list(PersistentVolumes, {});
  return [
    ...claims.items.map(({ metadata, spec, status }) => `${metadata?.name}=${spec?.volumeName ?? ''} ${status?.phase}`),
    ...volumes.items.map(({ metadata, status }) => `${metadata?.name}:${status?.phase}`),
  ];
}

/** Lets time pass until the claims and volumes look as expected. */
async function sees(cluster: SimulatedCluster, expected: readonly string[]): Promise<void> {
  let seen: string[] = [];
  for (let passedMs = 0; passedMs < 60_000; passedMs += 500) {
    seen = await picture(cluster);
    if (seen.join() === expected.join()) return;
    await cluster.advance(500);
  }
  assert.deepEqual(seen, expected);
}

test('claims get the smallest volumes that fit, wait when there is none, and leave them Released', async () => {
  const cluster = await createCluster({ nodes: 1, seed: 21 });
  const { client } = cluster;
  await client.create(PersistentVolumes, volume('big', '20Gi'));
  await client.create(PersistentVolumes, volume('small', '2Gi'));
  await client.create(PersistentVolumeClaims, claim('a', '1Gi'));
  await sees(cluster, ['a=small Bound', 'big:Available', 'small:Bound']);
  const { spec, status, metadata } = await client.get(PersistentVolumeClaims, { namespace, name: 'a' });
  assert.deepEqual(status, { phase: 'Bound', accessModes, capacity: { storage: '2Gi' } });
  assert.equal(metadata?.annotations?.['pv.kubernetes.io/bind-completed'], 'yes');
  assert.equal(spec?.volumeMode, 'Filesystem');

  await client.create(PersistentVolumeClaims, claim('b', '1Gi'));
  await client.create(PersistentVolumeClaims, claim('c', '1Gi'));
  await cluster.advance(5_000);
  const waiting = (await picture(cluster)).filter((line) => line.endsWith('= Pending'));
  assert.equal(waiting.length, 1, 'one volume is left for two claims');
  await client.create(PersistentVolumes, volume('more', '3Gi'));
  await cluster.advance(5_000);
  const phases = (await picture(cluster)).map((line) => line.replace(/^.*[ :]/, ''));
  assert.deepEqual(phases, ['Bound', 'Bound', 'Bound', 'Bound', 'Bound', 'Bound']);

  for (const name of ['b', 'c']) await client.delete(PersistentVolumeClaims, { namespace, name });
  await sees(cluster, ['a=small Bound', 'big:Released', 'more:Released', 'small:Bound']);
  await client.delete(PersistentVolumeClaims, { namespace, name: 'a' });
  await client.delete(PersistentVolumes, { name: 'small' });
  await sees(cluster, ['big:Released', 'more:Released']);
});

test('a class that waits for a pod binds where the pod goes', async () => {
  const cluster = await createCluster({ nodes: 2, seed: 22 });
  const { client } = cluster;
  const name = 'local';
  const provisioner = 'kubernetes.io/no-provisioner';
  await client.create(StorageClasses, {
    metadata: { name },
    provisioner,
    volumeBindingMode: 'WaitForFirstConsumer',
  });
  for (const node of ['node-0', 'node-1']) {
    await client.create(PersistentVolumes, volume(`on-${node}`, '1Gi', { storageClassName: name, ...onNode(node) }));
  }
  await client.create(PersistentVolumeClaims, claim('data', '1Gi', name));
  await sees(cluster, ['data= Pending', 'on-node-0:Available', 'on-node-1:Available']);
  await client.create(Pods, {
    metadata: { name: 'p', namespace },
    spec: {
      nodeSelector: { 'kubernetes.io/hostname': 'node-1' },
      containers: [container],
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }],
    },
  });
  await sees(cluster, ['data=on-node-1 Bound', 'on-node-0:Available', 'on-node-1:Bound']);
  await cluster.until(() => cluster.running(namespace).some(({ node }) => node === 'node-1'));
});

test("a StatefulSet's claims outlive its pods; an ephemeral volume's claim goes with its pod", async () => {
  const cluster = await createCluster({ nodes: 1, seed: 23 });
  const { client } = cluster;
  for (const name of ['v0', 'v1', 'v2']) await client.create(PersistentVolumes, volume(name, '1Gi'));
  const template = { accessModes, resources: requests('1Gi'), storageClassName: '' };
  await client.create(StatefulSets, {
    metadata: { name: 'db', namespace },
    spec: {
      replicas: 2,
      serviceName: 'db',
      selector: { matchLabels: { app: 'db' } },
      template: { metadata: { labels: { app: 'db' } }, spec: { containers: [container] } },
      volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: template }],
    },
  });
  await cluster.until(() => cluster.running(namespace).length === 2);
  await client.create(Pods, {
    metadata: { name: 'job', namespace },
    spec: {
      containers: [container],
      volumes: [{ name: 'tmp', ephemeral: { volumeClaimTemplate: { spec: template } } }],
    },
  });
  await cluster.until(() => cluster.running(namespace).length === 3);
  const bound = (await picture(cluster)).filter((line) => line.endsWith(' Bound'));
  assert.deepEqual(
    bound.map((line) => line.replace(/=.*/, '')),
    ['data-db-0', 'data-db-1', 'job-tmp'],
  );
  await client.delete(Pods, { namespace, name: 'job' });
  await client.delete(StatefulSets, { namespace, name: 'db' });
  await cluster.until(() => cluster.running(namespace).length === 0);
  await cluster.advance(10_000);
  const left = (await picture(cluster)).map((line) => line.replace(/=.* /, ' ').replace(/^v.:/, ''));
  assert.deepEqual(left.sort(), ['Bound', 'Bound', 'Released', 'data-db-0 Bound', 'data-db-1 Bound']);
});
