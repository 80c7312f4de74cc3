import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Node, Pod } from '#kinds/generated/core-v1.ts';
import { makeNode, makePod, podInfo, seededRandom } from '../testing/fixtures.ts';
import { ClusterState } from './cluster-state.ts';
import { PodCounters, type PodQuestion } from './pod-counters.ts';

const zone = 'topology.kubernetes.io/zone';
const allocatable = { cpu: '4', memory: '8Gi', pods: '110' };
const newState = () => new ClusterState({ labelsOf: () => undefined, names: () => [] });

const zoned = (name: string, value: string | undefined, disk = 'ssd'): Node =>
  makeNode(name, allocatable, { metadata: { labels: { ...(value ? { [zone]: value } : {}), disk } } });

const appPod = (name: string, app: string, namespace = 'default'): Pod =>
  makePod(
    name,
    { containers: [{ name: 'c', resources: { requests: { cpu: '100m' } } }] },
    { namespace, labels: { app } },
  );

const questions: readonly PodQuestion[] = [
  {
    key: 'web',
    topologyKey: zone,
    namespaces: ['default'],
    matches: ({ labels, terminating }) => labels?.app === 'web' && !terminating,
  },
  { key: 'all', topologyKey: 'kubernetes.io/hostname', namespaces: undefined, matches: () => true },
  {
    key: 'web',
    topologyKey: zone,
    namespaces: ['default', 'other'],
    matches: ({ labels }) => labels?.app === 'web',
    nodes: { key: 'ssd', includes: ({ metadata }) => metadata?.labels?.disk === 'ssd' },
  },
];

test('counters always hold what a recount of the same cluster gives', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = seededRandom(seed);
    const pick = <T>(items: readonly T[]): T => items[Math.floor(random.next() * items.length)] as T;
    const state = newState();
    const nodes = ['n1', 'n2', 'n3', 'n4', 'n5'];
    const counters = questions.map((question) => state.counters.of(question));
    const pods = new Map<string, string>();
    for (let step = 0; step < 120; step++) {
      const action = random.next();
      const name = pick(nodes);
      if (action < 0.25) state.setNode(zoned(name, pick(['a', 'b', 'c', undefined]), pick(['ssd', 'hdd'])));
      else if (action < 0.35) state.removeNode(name);
      else if (action < 0.75) {
        const pod = podInfo(appPod(`p${step}`, pick(['web', 'db']), pick(['default', 'other'])));
        pods.set(pod.uid, pod.name);
        // Also onto nodes that do not exist (yet).
        state.setPod(pod, name);
      } else if (pods.size > 0) {
        const uid = pick([...pods.keys()]);
        pods.delete(uid);
        state.removePod(uid);
      }
      const fresh = newState();
      for (const info of state.nodeList) {
        fresh.setNode(info.node);
        for (const pod of info.pods) fresh.setPod(pod, info.name);
      }
      for (const [i, question] of questions.entries()) {
        const counter = counters[i];
        const recount = fresh.counters.of(question);
        assert.ok(counter);
        const context = `seed ${seed}, step ${step}, question ${i}`;
        assert.deepEqual(
          [counter.total, counter.domains, counter.min()],
          [recount.total, recount.domains, recount.min()],
          context,
        );
        for (const info of state.nodeList) {
          assert.equal(counter.at(info.row), recount.at(fresh.node(info.name)?.row ?? -1), `${context}, ${info.name}`);
        }
      }
    }
  }
});

test('whatIf leaves no trace', () => {
  const state = newState();
  const node = state.setNode(zoned('n1', 'a'));
  const web = podInfo(appPod('web', 'web'));
  state.setPod(web, 'n1');
  const counter = state.counters.of(questions[0] as PodQuestion);
  const snapshot = () => ({
    pods: node.pods.map(({ name }) => name),
    cpu: state.table.requestedMilliCpu[node.row],
    generation: node.generation,
    counted: counter.at(node.row),
  });
  const before = snapshot();
  const during = state.whatIf(node, (trial) => {
    trial.remove(web);
    trial.add(podInfo(appPod('x', 'web')));
    trial.add(podInfo(appPod('y', 'web')));
    return snapshot();
  });
  assert.deepEqual({ ...during, generation: 0 }, { pods: ['x', 'y'], cpu: 200, generation: 0, counted: 2 });
  assert.deepEqual(snapshot(), before);
  assert.throws(() =>
    state.whatIf(node, (trial) => {
      trial.remove(web);
      throw new Error('a plugin failed');
    }),
  );
  assert.deepEqual(snapshot(), before);
});

test('an assumed pod is confirmed, moved or forgotten, and counted once', () => {
  const state = newState();
  const n1 = state.setNode(zoned('n1', 'a'));
  const n2 = state.setNode(zoned('n2', 'b'));
  const pod = podInfo(appPod('web', 'web'));
  const cpu = () => [state.table.requestedMilliCpu[n1.row], state.table.requestedMilliCpu[n2.row]];
  state.assume(pod, n1);
  assert.deepEqual([state.isAssumed(pod.uid), ...cpu()], [true, 100, 0]);
  state.forget(pod.uid);
  assert.deepEqual([state.isAssumed(pod.uid), ...cpu()], [false, 0, 0]);
  state.assume(pod, n1);
  const generation = n1.generation;
  state.setPod(podInfo(appPod('web', 'web')), 'n1');
  assert.deepEqual([state.isAssumed(pod.uid), ...cpu(), n1.generation], [false, 100, 0, generation]);
  state.forget(pod.uid);
  assert.deepEqual(cpu(), [100, 0], 'a confirmed pod is not forgotten');
  state.setPod(podInfo(appPod('web', 'web')), 'n2');
  assert.deepEqual(cpu(), [0, 100]);
  state.removePod(pod.uid);
  assert.deepEqual([...cpu(), state.podCount], [0, 0, 0]);
});

test('a heartbeat keeps the generation, a change that matters does not', () => {
  const state = newState();
  const node = state.setNode(zoned('n1', 'a'));
  const { generation } = node;
  const heartbeat: Node = { ...zoned('n1', 'a'), metadata: { ...zoned('n1', 'a').metadata, resourceVersion: '7' } };
  state.setNode(heartbeat);
  assert.deepEqual([node.generation, node.node], [generation, heartbeat]);
  state.setNode({ ...heartbeat, spec: { unschedulable: true } });
  assert.notEqual(node.generation, generation);
});

test('nodes are listed with zones in turn', () => {
  const state = newState();
  for (const [name, where] of [
    ['a1', 'a'],
    ['a2', 'a'],
    ['a3', 'a'],
    ['b1', 'b'],
    ['c1', 'c'],
    ['c2', 'c'],
  ] as const) {
    state.setNode(zoned(name, where));
  }
  assert.deepEqual(
    state.nodeList.map(({ name }) => name),
    ['a1', 'b1', 'c1', 'a2', 'c2', 'a3'],
  );
  state.removeNode('b1');
  state.setNode(zoned('a3', 'b'));
  assert.deepEqual(
    state.nodeList.map(({ name }) => name),
    ['a1', 'c1', 'a3', 'a2', 'c2'],
  );
});

test('the counter that was not asked for longest is forgotten first, and is right when it is asked again', () => {
  const state = newState();
  const node = state.setNode(zoned('n1', 'a'));
  const counters = new PodCounters(
    {
      topologies: state.topologies,
      liveNodes: () => state.nodeList,
      podsOf: () => node.pods.map((pod) => [pod, node] as const),
    },
    2,
  );
  const ask = (key: string) => counters.of({ key, topologyKey: zone, namespaces: ['default'], matches: () => true });
  const first = ask('1');
  ask('2');
  assert.equal(ask('1'), first);
  ask('3');
  assert.equal(counters.size, 2);
  assert.equal(ask('1'), first);
  state.setPod(podInfo(appPod('p', 'web')), 'n1');
  assert.equal(ask('2').at(node.row), 1);
});
