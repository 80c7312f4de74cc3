import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MetricsRegistry } from '#base/metrics.ts';
import { createSimEnv } from '#platform/sim/env.ts';
import { createMemoryStore } from '#store/revision-store.ts';
import { MeasuredStore } from './measured-store.ts';

test('requests are counted by resource and operation, failures too; what nobody does is not shown', async () => {
  const env = createSimEnv();
  const registry = new MetricsRegistry();
  const store = new MeasuredStore(createMemoryStore(env), env.clock, registry);
  const bytes = new Uint8Array([123, 125]);
  const pod = '/registry/core/pods/default/a';
  await store.put(pod, bytes, { expectedModRevision: 0 });
  await store.put(pod, bytes);
  // A lost compare-and-set is an answer.
  await store.put(pod, bytes, { expectedModRevision: 0 });
  await store.get(pod);
  await store.put('/registry/apps/deployments/default/d', bytes, { expectedModRevision: 0 });
  await store.put('/registry/masterleases/10.0.0.1:6443', bytes);
  assert.equal((await store.list({ prefix: '/registry/core/pods/', limit: 1 })).count, 1);
  await assert.rejects(store.get(pod, { revision: 99 }));
  const lines = (await registry.exposeRefreshed()).split('\n').filter((line) => !line.startsWith('#'));
  const counters = lines.filter((line) =>
    /^(etcd_requests_total|etcd_request_errors_total|apiserver_storage_)/.test(line),
  );
  const size = await store.size();
  assert.deepEqual(counters.sort(), [
    'apiserver_storage_list_evaluated_objects_total{group="",resource="pods"} 1',
    'apiserver_storage_list_fetched_objects_total{group="",resource="pods"} 1',
    'apiserver_storage_list_returned_objects_total{group="",resource="pods"} 1',
    'apiserver_storage_list_total{group="",resource="pods"} 1',
    `apiserver_storage_size_bytes{storage_cluster_id="etcd-0"} ${size}`,
    'etcd_request_errors_total{group="",operation="get",resource="pods"} 1',
    'etcd_requests_total{group="",operation="create",resource="pods"} 2',
    'etcd_requests_total{group="",operation="get",resource="pods"} 2',
    'etcd_requests_total{group="",operation="listWithCount",resource="pods"} 1',
    'etcd_requests_total{group="",operation="update",resource="pods"} 1',
    'etcd_requests_total{group="apps",operation="create",resource="deployments"} 1',
  ]);
});
