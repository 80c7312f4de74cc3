/**
 * Scheduler benchmark, end to end: API server and scheduler in one process, as `kubets up` runs them, over a store in memory (or
 * with --disk on this disk, every write synchronised) and without nodes; pods are created by 16 workers and counted when a
 * watch shows them bound.
 *
 *     node test/bench/scheduler-cluster.ts [--nodes 5000] [--shape NAME] [--disk]
 *
 * Upstream on such a machine (three processes, etcd): 126 pods/s basic, 27 with affinity, 54 with spreading.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SchemaRegistry } from '#api/schema/registry.ts';
import { builtinActions } from '#apiserver/actions/builtin.ts';
import { allowed } from '#apiserver/authorizer.ts';
import { schemaCodecs } from '#apiserver/registry/schema-codec.ts';
import { createApiServer } from '#apiserver/server.ts';
import { createClient } from '#client/api-client.ts';
import type { Client } from '#client/client.ts';
import { builtinDefinitions } from '#kinds/all.ts';
import { Namespaces } from '#kinds/core/namespace/definition.ts';
import { Nodes } from '#kinds/core/node/definition.ts';
import { Pods } from '#kinds/core/pod/definition.ts';
import { builtinTables } from '#kinds/schemas.ts';
import { createNodeEnv } from '#platform/node/env.ts';
import { openSqliteJournal } from '#platform/node/sqlite-journal.ts';
import { createScheduler } from '#scheduler/scheduler.ts';
import { MemoryJournal } from '#store/memory-journal.ts';
import { openRevisionStore } from '#store/revision-store.ts';
import { type Shape, shapes } from './scheduler-shapes.ts';

const { values } = parseArgs({
  options: {
    nodes: { type: 'string', default: '5000' },
    shape: { type: 'string' },
    disk: { type: 'boolean', default: false },
  },
});
const workers = 16;
const codecs = schemaCodecs(new SchemaRegistry(builtinTables));
const rows = [];
for (const shape of shapes) {
  if (!values.shape || values.shape === shape.name) rows.push(await measure(shape, Number(values.nodes)));
}
console.table(rows);
process.exit(0);

async function measure(shape: Shape, nodeCount: number) {
  const env = createNodeEnv({ component: 'bench', level: 'warn' });
  const directory = values.disk ? mkdtempSync(join(tmpdir(), 'kubets-bench-')) : undefined;
  const journal = directory ? openSqliteJournal(directory) : new MemoryJournal();
  const store = await openRevisionStore({ env, journal });
  const server = createApiServer({
    env,
    store,
    definitions: builtinDefinitions,
    codecs,
    authenticate: ({ peer }) => peer.inProcess,
    authorize: () => allowed,
    actions: builtinActions,
  });
  await server.ready();
  const clientOf = (username: string): Client =>
    createClient({
      handler: server.handler,
      peer: { address: '', inProcess: { username, groups: ['system:masters'] } },
      userAgent: username,
    });
  const client = clientOf('bench');
  for (const name of ['bench-sched-0', 'bench-sched-1', 'default'])
    await client.create(Namespaces, { metadata: { name } });
  const nodes = shape.nodes(nodeCount);
  for (const node of nodes) await client.create(Nodes, node);
  const scale = nodeCount / 5000;
  const initCount = Math.floor(shape.init * scale);
  for (let i = 0; i < initCount; i++) {
    const pod = shape.initPod(i);
    const nodeName = nodes[i % nodes.length]?.metadata?.name;
    await client.create(Pods, { ...pod, spec: { containers: [], ...pod.spec, nodeName } });
  }
  const stop = new AbortController();
  const { stopped } = await createScheduler().start(
    { env, client: clientOf('system:kube-scheduler'), config: {} },
    stop.signal,
  );
  const podCount = Math.floor(shape.pods * scale);
  const { resourceVersion } = await client.list(Pods, { limit: 1 });
  const bound = new Set<string>();
  const allBound = (async () => {
    const options = { namespace: 'bench-sched-1', resourceVersion, signal: stop.signal };
    for await (const { object } of client.watch(Pods, options)) {
      if (object.spec?.nodeName) bound.add(object.metadata?.name ?? '');
      if (bound.size >= podCount) return;
    }
  })();
  const cpuBefore = process.cpuUsage();
  const begun = performance.now();
  let next = 0;
  const createSome = async () => {
    while (next < podCount) await client.create(Pods, shape.pod(next++));
  };
  await Promise.all(Array.from({ length: workers }, createSome));
  const createdMs = performance.now() - begun;
  await allBound;
  const ms = performance.now() - begun;
  const { user, system } = process.cpuUsage(cpuBefore);
  stop.abort();
  await stopped.catch(() => {});
  await server.close();
  await store.close();
  if (directory) rmSync(directory, { recursive: true });
  return {
    shape: shape.name,
    nodes: nodes.length,
    init: initCount,
    pods: podCount,
    'pods/s': Math.round((podCount / ms) * 1000),
    'creates/s': Math.round((podCount / createdMs) * 1000),
    'CPU us/pod, all': Math.round((user + system) / podCount),
    'upstream floor': shape.upstreamFloor ?? '-',
  };
}
