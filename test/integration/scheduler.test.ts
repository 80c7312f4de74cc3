/** The scheduler against the API server, in process: what users and controllers see of it. Nodes are objects without machines. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ResourceDefinition } from '#api/definition.ts';
import type { KubeObject } from '#api/object.ts';
import { SchemaRegistry } from '#api/schema/registry.ts';
import { builtinActions } from '#apiserver/actions/builtin.ts';
import { allowed } from '#apiserver/authorizer.ts';
import { schemaCodecs } from '#apiserver/registry/schema-codec.ts';
import { type ApiServer, createApiServer } from '#apiserver/server.ts';
import { edit } from '#base/edit.ts';
import { createClient } from '#client/api-client.ts';
import type { Client } from '#client/client.ts';
import { builtinDefinitions } from '#kinds/all.ts';
import { Events } from '#kinds/core/event/definition.ts';
import { Namespaces } from '#kinds/core/namespace/definition.ts';
import { Nodes } from '#kinds/core/node/definition.ts';
import { PersistentVolumes } from '#kinds/core/persistent-volume/definition.ts';
import { PersistentVolumeClaims } from '#kinds/core/persistent-volume-claim/definition.ts';
import { Pods } from '#kinds/core/pod/definition.ts';
import type { Event, Node, Pod } from '#kinds/generated/core-v1.ts';
import { builtinTables } from '#kinds/schemas.ts';
import { StorageClasses } from '#kinds/storage/storage-class/definition.ts';
import { createNodeEnv } from '#platform/node/env.ts';
import type { Plugin } from '#scheduler/framework/plugin.ts';
import { status } from '#scheduler/framework/status.ts';
import { createScheduler, type SchedulerConfig, type SchedulerOptions } from '#scheduler/scheduler.ts';
import { MemoryJournal } from '#store/memory-journal.ts';
import { openRevisionStore } from '#store/revision-store.ts';
import type { Store } from '#store/store.ts';

const codecs = schemaCodecs(new SchemaRegistry(builtinTables));
const limitMs = 20_000;

class World {
  readonly client: Client;
  private readonly server: ApiServer;
  private readonly store: Store;
  private readonly stop = new AbortController();
  private stopped: Promise<void> = Promise.resolve();

  private constructor(server: ApiServer, store: Store) {
    this.server = server;
    this.store = store;
    this.client = this.clientOf('tester');
  }

  static async start(options: SchedulerOptions = {}, config: SchedulerConfig = {}): Promise<World> {
    const env = createNodeEnv({ component: 'test', level: 'error' });
    const store = await openRevisionStore({ env, journal: new MemoryJournal() });
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
    const world = new World(server, store);
    await world.client.create(Namespaces, { metadata: { name: 'default' } });
    const client = world.clientOf('system:kube-scheduler');
    const { stopped } = await createScheduler(options).start({ env, client, config }, world.stop.signal);
    world.stopped = stopped;
    return world;
  }

  async close(): Promise<void> {
    this.stop.abort();
    await this.stopped;
    await this.server.close();
    await this.store.close();
  }

  async node(name: string, cpu: string, labels: Record<string, string> = {}): Promise<Node> {
    const allocatable = { cpu, memory: '8Gi', pods: '110' };
    return this.client.create(Nodes, {
      metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } },
      status: { allocatable, capacity: allocatable },
    });
  }

  async pod(name: string, cpu: string, spec: Partial<NonNullable<Pod['spec']>> = {}): Promise<Pod> {
    const resources = { requests: { cpu } };
    return this.client.create(Pods, {
      metadata: { namespace: 'default', name },
      spec: { schedulerName: 'default-scheduler', containers: [{ name: 'c', image: 'pause', resources }], ...spec },
    });
  }

  /** The first state of an object that satisfies the condition; what is there counts. */
  async until<T extends KubeObject>(definition: ResourceDefinition<T>, condition: (object: T) => boolean): Promise<T> {
    const signal = AbortSignal.any([this.stop.signal, AbortSignal.timeout(limitMs)]);
    const options = { resourceVersion: '0', sendInitialEvents: true, allowWatchBookmarks: true, signal };
    for await (const { type, object } of this.client.watch(definition, options)) {
      if (type !== 'BOOKMARK' && condition(object)) return object;
    }
    throw new Error('the watch ended');
  }

  untilPod(name: string, condition: (pod: Pod) => boolean): Promise<Pod> {
    return this.until(Pods, (pod) => pod.metadata?.name === name && condition(pod));
  }

  untilEvent(podName: string, reason: string): Promise<Event> {
    return this.until(Events, (event) => event.involvedObject.name === podName && event.reason === reason);
  }

  private clientOf(username: string): Client {
    const user = { username, groups: ['system:masters'] };
    return createClient({ handler: this.server.handler, peer: { address: '', inProcess: user }, userAgent: username });
  }
}

const isPlaced = ({ spec }: Pod) => Boolean(spec?.nodeName);
const scheduledCondition = ({ status: podStatus }: Pod) =>
  podStatus?.conditions?.find(({ type }) => type === 'PodScheduled');
const isUnschedulable = (pod: Pod) => scheduledCondition(pod)?.reason === 'Unschedulable';

describe('scheduler', () => {
  let world: World;
  before(async () => {
    world = await World.start();
  });
  after(() => world.close());

  test('a pod waits for a node, gets it, and says so', async () => {
    await world.pod('first', '1');
    const waiting = await world.untilPod('first', isUnschedulable);
    assert.equal(scheduledCondition(waiting)?.message, 'no nodes available to schedule pods');
    await world.node('n1', '4');
    const placed = await world.untilPod('first', isPlaced);
    assert.equal(placed.spec?.nodeName, 'n1');
    assert.equal(scheduledCondition(placed)?.status, 'True');
    assert.equal((await world.untilEvent('first', 'Scheduled')).message, 'Successfully assigned default/first to n1');
  });

  test('a pod that fits nowhere says why, and goes where a change of a node lets it', async () => {
    await world.pod('picky', '1', { nodeSelector: { disk: 'ssd' } });
    const message =
      "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector. no new claims to deallocate, " +
      'preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.';
    assert.equal(scheduledCondition(await world.untilPod('picky', isUnschedulable))?.message, message);
    assert.equal((await world.untilEvent('picky', 'FailedScheduling')).message, message);
    await world.client.patch(Nodes, { name: 'n1' }, { metadata: { labels: { disk: 'ssd' } } }, { type: 'merge' });
    assert.equal((await world.untilPod('picky', isPlaced)).spec?.nodeName, 'n1');
  });

  test('a gated pod is left alone until its gates are gone', async () => {
    await world.pod('gated', '100m', { schedulingGates: [{ name: 'example.com/gate' }] });
    // Whatever would be done to it would be done before this one, which came later.
    await world.pod('behind', '100m');
    await world.untilPod('behind', isPlaced);
    const gated = await world.untilPod('gated', () => true);
    assert.equal(gated.spec?.nodeName, undefined);
    await world.client.update(
      Pods,
      edit(gated, (draft) => {
        if (draft.spec) draft.spec.schedulingGates = [];
      }),
    );
    await world.untilPod('gated', isPlaced);
  });

  test('an important pod takes the place of less important ones', async () => {
    await world.node('n2', '2', { dedicated: 'preemption' });
    const there = { nodeSelector: { dedicated: 'preemption' } };
    await world.pod('low', '2', { ...there, priority: 1, terminationGracePeriodSeconds: 0 });
    await world.untilPod('low', isPlaced);
    await world.pod('high', '2', { ...there, priority: 100 });
    const victim = await world.untilEvent('low', 'Preempted');
    const high = await world.untilPod('high', isPlaced);
    assert.equal(victim.message, `Preempted by pod ${high.metadata?.uid} on node n2`);
    assert.equal(high.spec?.nodeName, 'n2');
    assert.equal(high.status?.nominatedNodeName, undefined, 'the nomination is over');
  });

  test('a claim that waits for its pod gets a volume that the node reaches', async () => {
    await world.node('n3', '4', { rack: 'r3' });
    await world.client.create(StorageClasses, {
      metadata: { name: 'local' },
      provisioner: 'kubernetes.io/no-provisioner',
      volumeBindingMode: 'WaitForFirstConsumer',
    });
    await world.client.create(PersistentVolumes, {
      metadata: { name: 'disk' },
      spec: {
        capacity: { storage: '2Gi' },
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'local',
        hostPath: { path: '/disk' },
        nodeAffinity: {
          required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'rack', operator: 'In', values: ['r3'] }] }] },
        },
      },
    });
    const volume = await world.client.get(PersistentVolumes, { name: 'disk' });
    await world.client.updateStatus(
      PersistentVolumes,
      edit(volume, (draft) => {
        draft.status = { phase: 'Available' };
      }),
    );
    await world.client.create(PersistentVolumeClaims, {
      metadata: { namespace: 'default', name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'local', resources: { requests: { storage: '1Gi' } } },
    });
    await world.pod('stateful', '100m', {
      volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }],
    });
    // The volume controller's part: it sees the promise and binds the claim.
    const promised = await world.until(PersistentVolumes, ({ spec }) => spec?.claimRef?.name === 'data');
    assert.equal(promised.metadata?.annotations?.['pv.kubernetes.io/bound-by-controller'], 'yes');
    const announced = await world.untilPod('stateful', ({ status: { nominatedNodeName } = {} }) =>
      Boolean(nominatedNodeName),
    );
    assert.deepEqual([announced.status?.nominatedNodeName, announced.spec?.nodeName], ['n3', undefined]);
    const bound = {
      metadata: { annotations: { 'pv.kubernetes.io/bind-completed': 'yes' } },
      spec: { volumeName: 'disk' },
    };
    await world.client.patch(PersistentVolumeClaims, { namespace: 'default', name: 'data' }, bound, { type: 'merge' });
    assert.equal((await world.untilPod('stateful', isPlaced)).spec?.nodeName, 'n3');
  });
});

test('plugins of others hold pods back, reject them and see them bound', async () => {
  const seen: string[] = [];
  let isOpen = false;
  const guard = (): Plugin => ({
    name: 'Guard',
    eventsToRegister: () => [],
    reserve: ({ pod }) => {
      seen.push(`reserve ${pod.name}`);
      return pod.name === 'refused' ? status('Unschedulable', 'Guard', 'not this one') : undefined;
    },
    unreserve: ({ pod }) => void seen.push(`unreserve ${pod.name}`),
    permit: ({ pod }) =>
      pod.name === 'late' && !isOpen ? { status: status('Wait', 'Guard'), timeoutMs: 10 } : undefined,
    postBind: ({ pod }, node) => void seen.push(`bound ${pod.name} to ${node.name}`),
  });
  const plugins = { multiPoint: { enabled: [{ name: 'Guard' }] } };
  const world = await World.start(
    { plugins: new Map([['Guard', guard]]) },
    { profiles: [{ schedulerName: 'guarded', plugins }], podInitialBackoffSeconds: 1 },
  );
  try {
    await world.node('n1', '4');
    await world.pod('refused', '1', { schedulerName: 'guarded' });
    const refused = await world.untilPod('refused', isUnschedulable);
    assert.equal(scheduledCondition(refused)?.message, '0/1 nodes are available: 1 not this one.');
    await world.pod('late', '1', { schedulerName: 'guarded' });
    const late = await world.untilPod('late', isUnschedulable);
    assert.equal(
      scheduledCondition(late)?.message,
      '0/1 nodes are available: 1 rejected due to timeout after waiting 10ms at plugin Guard.',
    );
    isOpen = true;
    await world.pod('welcome', '1', { schedulerName: 'guarded' });
    await world.untilEvent('welcome', 'Scheduled');
    assert.deepEqual(seen, [
      'reserve refused',
      'unreserve refused',
      'reserve late',
      'unreserve late',
      'reserve welcome',
      'bound welcome to n1',
    ]);
  } finally {
    await world.close();
  }
});

test('a pod of another scheduler is left alone', async () => {
  const world = await World.start();
  try {
    await world.node('n1', '4');
    await world.pod('other', '1', { schedulerName: 'somebody-else' });
    await world.pod('ours', '1');
    await world.untilPod('ours', isPlaced);
    assert.equal((await world.untilPod('other', () => true)).spec?.nodeName, undefined);
  } finally {
    await world.close();
  }
});
