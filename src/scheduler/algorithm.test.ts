import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Node, Pod } from '#kinds/generated/core-v1.ts';
import { feasibleNodesToFind } from './algorithm.ts';
import { createBench, listersOf, makeNode, makePod, podInfo, seededRandom } from './testing/fixtures.ts';
import { namespaceLabels, RandomWorld } from './testing/random-world.ts';
import { judge } from './testing/reference.ts';

test('feasibleNodesToFind follows numFeasibleNodesToFind', () => {
  const cases: readonly [nodes: number, percentage: number, expected: number][] = [
    [10, 0, 10],
    [99, 10, 99],
    [100, 0, 100],
    [250, 0, 120],
    [1000, 40, 400],
    [1000, 0, 420],
    [5000, 0, 500],
    [6000, 0, 300],
    [100_000, 0, 5000],
    [1000, 5, 100],
    [5000, 100, 5000],
  ];
  for (const [nodes, percentage, expected] of cases) {
    assert.equal(feasibleNodesToFind(nodes, percentage), expected, `${nodes} nodes, ${percentage} %`);
  }
});

/**
 * A cluster lives for a while: pods are placed by the scheduler, go, terminate; nodes come, change and go. Before each
 * placement the plain reference judges every node; reasons, scores and the choice must agree.
 */
function live(seed: number, steps: number): { placed: number; rejected: number } {
  const random = seededRandom(seed);
  const world = new RandomWorld(random);
  const services = Array.from({ length: 2 }, () => world.service());
  const { state, algorithm, profile } = createBench({
    random,
    namespaces: namespaceLabels,
    listers: listersOf({ services }),
    percentageOfNodesToScore: 100,
  });
  const nodes = new Map<string, Node>();
  const pods = new Map<string, Pod>();
  const put = (node: Node) => {
    nodes.set(node.metadata?.name ?? '', node);
    state.setNode(node);
  };
  for (let i = 0; i < 4 + world.upTo(12); i++) put(world.node());
  let placed = 0;
  let rejected = 0;
  for (let step = 0; step < steps; step++) {
    if (world.chance(0.1)) put(world.node());
    if (world.chance(0.15)) put(world.node(world.pick([...nodes.keys()])));
    if (world.chance(0.05) && nodes.size > 3) {
      const name = world.pick([...nodes.keys()]);
      nodes.delete(name);
      state.removeNode(name);
    }
    if (world.chance(0.2) && pods.size > 0) {
      const [uid, pod] = world.pick([...pods]);
      if (world.chance(0.3)) {
        const ending = { ...pod, metadata: { ...pod.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } };
        pods.set(uid, ending);
        state.setPod(podInfo(ending), ending.spec?.nodeName ?? '');
      } else {
        pods.delete(uid);
        state.removePod(uid);
      }
    }
    const pod = world.pod();
    const info = podInfo(pod);
    const expected = judge(
      { nodes: [...nodes.values()], pods: [...pods.values()], services, namespaces: namespaceLabels },
      pod,
    );
    const fitting = [...expected].filter(([, { score }]) => score !== undefined);
    const decision = algorithm.schedule(profile, info);
    const context = `seed ${seed}, step ${step}`;
    if (decision.type === 'unschedulable') {
      rejected++;
      const reasons = new Map(
        state.nodeList.map((node) => [node.name, decision.diagnosis.statusOf(node)?.reasons ?? []]),
      );
      assert.deepEqual(
        [...reasons].sort(),
        [...expected].map(([name, verdict]) => [name, verdict.reasons]).sort(),
        `${context}: reasons`,
      );
      continue;
    }
    assert.equal(decision.type, 'scheduled', context);
    if (decision.type !== 'scheduled') continue;
    const scores = algorithm.score(profile, info);
    assert.deepEqual(
      [...scores].sort(),
      fitting.map(([name, { score }]) => [name, score]).sort(),
      `${context}: scores`,
    );
    const highest = Math.max(...fitting.map(([, { score }]) => score ?? 0));
    assert.equal(expected.get(decision.node.name)?.score, highest, `${context}: choice`);
    state.assume(info, decision.node);
    const bound: Pod = { ...pod, spec: { containers: [], ...pod.spec, nodeName: decision.node.name } };
    pods.set(info.uid, bound);
    if (world.chance(0.7)) state.setPod(podInfo(bound), decision.node.name);
    placed++;
  }
  return { placed, rejected };
}

test('decisions, scores and reasons equal those of the plain reference on random clusters', () => {
  const sum = { placed: 0, rejected: 0 };
  for (let seed = 1; seed <= 150; seed++) {
    const { placed, rejected } = live(seed, 40);
    sum.placed += placed;
    sum.rejected += rejected;
  }
  // Both kinds of outcome must be met often, or the comparison says little.
  assert.ok(sum.placed > 2000 && sum.rejected > 300, JSON.stringify(sum));
});

test('equal best nodes are chosen about equally often', () => {
  const { state, algorithm, profile } = createBench();
  for (const name of ['a', 'b', 'c', 'd']) state.setNode(makeNode(name, { cpu: '4', memory: '8Gi', pods: '110' }));
  const counts = new Map<string, number>();
  for (let i = 0; i < 4000; i++) {
    const decision = algorithm.schedule(profile, podInfo(makePod(`p${i}`)));
    assert.equal(decision.type, 'scheduled');
    if (decision.type === 'scheduled') counts.set(decision.node.name, (counts.get(decision.node.name) ?? 0) + 1);
  }
  assert.equal(counts.size, 4);
  for (const count of counts.values()) assert.ok(count > 850 && count < 1150, String(count));
});

test('the search goes on where the last one stopped, so that all nodes are used', () => {
  const { state, algorithm, profile } = createBench();
  for (let i = 0; i < 300; i++) state.setNode(makeNode(`n${i}`, { cpu: '4', memory: '8Gi', pods: '110' }));
  const used = new Set<string>();
  for (let i = 0; i < 300; i++) {
    const info = podInfo(makePod(`p${i}`, { containers: [{ name: 'c', resources: { requests: { cpu: '100m' } } }] }));
    const decision = algorithm.schedule(profile, info);
    assert.equal(decision.type, 'scheduled');
    if (decision.type !== 'scheduled') continue;
    assert.equal(decision.feasibleNodes, 144);
    state.assume(info, decision.node);
    used.add(decision.node.name);
  }
  assert.equal(used.size, 300);
});

test("messages are upstream's", () => {
  const { state, algorithm, profile } = createBench();
  const request = (cpu: string) => ({ containers: [{ name: 'c', resources: { requests: { cpu } } }] });
  assert.equal(algorithm.schedule(profile, podInfo(makePod('p'))).type, 'no-nodes');
  state.setNode(makeNode('small', { cpu: '1', memory: '8Gi', pods: '110' }));
  for (const name of ['t1', 't2']) {
    const taints = [{ key: 'k', effect: 'NoSchedule' as const }];
    state.setNode(makeNode(name, { cpu: '4', memory: '8Gi', pods: '110' }, { spec: { taints } }));
  }
  const message = (pod: Pod): string => {
    const decision = algorithm.schedule(profile, podInfo(pod));
    return decision.type === 'unschedulable' ? decision.diagnosis.message() : decision.type;
  };
  assert.equal(
    message(makePod('big', request('2'))),
    '0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint(s).',
  );
  const onlyOn = (name: string) => ({
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In' as const, values: [name] }] }],
        },
      },
    },
  });
  assert.equal(
    message(makePod('daemon', onlyOn('t1'))),
    "0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 node(s) didn't satisfy plugin(s) [NodeAffinity].",
  );
  assert.equal(message(makePod('fits', onlyOn('small'))), 'scheduled');
});
