import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '#kinds/generated/core-v1.ts';
import type { PodDisruptionBudget } from '#kinds/generated/policy-v1.ts';
import { Cycle } from '../framework/cycle.ts';
import type { PodInfo } from '../framework/pod-info.ts';
import { createBench, makeNode, makePod, podInfo, seededRandom } from '../testing/fixtures.ts';
import { type Candidate, cheapest, isCandidate, selectVictims, splitByBudgets } from './victims.ts';

const room = { cpu: '4', memory: '8Gi', pods: '110' };

interface Wish {
  readonly cpu: string;
  readonly priority: number;
  readonly labels?: Record<string, string>;
  readonly startTime?: string;
}

function wishing(name: string, { cpu, priority, labels, startTime }: Wish): Pod {
  const pod = makePod(
    name,
    { priority, containers: [{ name: 'c', resources: { requests: { cpu } } }] },
    labels ? { labels } : {},
  );
  return startTime ? { ...pod, status: { startTime } } : pod;
}

const budget = (labels: Record<string, string>, disruptionsAllowed: number): PodDisruptionBudget => ({
  metadata: { namespace: 'default', name: 'budget' },
  spec: { selector: { matchLabels: labels } },
  status: { disruptionsAllowed, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 },
});

function victimsOn(pods: readonly Pod[], preemptor: Pod, budgets: readonly PodDisruptionBudget[] = []) {
  const { state, handle, profile } = createBench();
  const node = state.setNode(makeNode('n', room));
  for (const pod of pods) state.setPod(podInfo(pod), 'n');
  const cycle = new Cycle(podInfo(preemptor), state, seededRandom(1));
  profile.runPreFilter(cycle);
  const before = node.pods.map(({ name }) => name).sort();
  const answer = selectVictims(handle, cycle, node, budgets);
  assert.deepEqual(node.pods.map(({ name }) => name).sort(), before, 'the trial leaves the node as it was');
  return isCandidate(answer)
    ? { victims: answer.victims.map(({ name }) => name), violations: answer.budgetViolations }
    : answer.reasons;
}

test('selectVictims removes as few and as unimportant pods as possible', () => {
  const pods = [
    wishing('low-old', { cpu: '1', priority: 1, startTime: '2026-01-01T00:00:00Z' }),
    wishing('low-young', { cpu: '1', priority: 1, startTime: '2026-01-02T00:00:00Z' }),
    wishing('middle', { cpu: '1', priority: 5 }),
    wishing('high', { cpu: '1', priority: 100 }),
  ];
  const cases: readonly [Wish, unknown][] = [
    [
      { cpu: '1', priority: 10 },
      { victims: ['low-young'], violations: 0 },
    ],
    [
      { cpu: '2', priority: 10 },
      { victims: ['low-old', 'low-young'], violations: 0 },
    ],
    [
      { cpu: '3', priority: 10 },
      { victims: ['middle', 'low-old', 'low-young'], violations: 0 },
    ],
    [{ cpu: '4', priority: 10 }, ['Insufficient cpu']],
    [{ cpu: '1', priority: 1 }, ['No preemption victims found for incoming pod']],
  ];
  for (const [wish, expected] of cases) {
    assert.deepEqual(victimsOn(pods, wishing('p', wish)), expected, JSON.stringify(wish));
  }
});

test('selectVictims spares pods whose budget is used up, if it can', () => {
  const pods = [
    wishing('web-1', { cpu: '2', priority: 1, labels: { app: 'web' } }),
    wishing('db-1', { cpu: '2', priority: 2, labels: { app: 'db' } }),
  ];
  const wish = wishing('p', { cpu: '2', priority: 10 });
  assert.deepEqual(victimsOn(pods, wish), { victims: ['web-1'], violations: 0 });
  assert.deepEqual(victimsOn(pods, wish, [budget({ app: 'web' }, 0)]), { victims: ['db-1'], violations: 0 });
  const all = wishing('p', { cpu: '4', priority: 10 });
  assert.deepEqual(victimsOn(pods, all, [budget({ app: 'web' }, 0)]), { victims: ['db-1', 'web-1'], violations: 1 });
});

test('splitByBudgets counts what each budget still allows, in order', () => {
  const pods = ['a', 'b', 'c'].map((name) => podInfo(wishing(name, { cpu: '1', priority: 1, labels: { app: 'web' } })));
  const names = (list: readonly PodInfo[]) => list.map(({ name }) => name);
  const split = (budgets: readonly PodDisruptionBudget[]) => {
    const { violating, others } = splitByBudgets(pods, budgets);
    return [names(violating), names(others)];
  };
  assert.deepEqual(split([]), [[], ['a', 'b', 'c']]);
  assert.deepEqual(split([budget({ app: 'web' }, 2)]), [['c'], ['a', 'b']]);
  assert.deepEqual(split([budget({ app: 'other' }, 0)]), [[], ['a', 'b', 'c']]);
  const disrupted = { ...budget({ app: 'web' }, 1), status: { ...budget({}, 1).status, disruptedPods: { a: '' } } };
  assert.deepEqual(split([disrupted as PodDisruptionBudget]), [['c'], ['a', 'b']]);
});

test('cheapest compares violations, the highest priority, the sum, the number and the age, in that order', () => {
  const { state } = createBench();
  const candidate = (name: string, budgetViolations: number, ...wishes: Partial<Wish>[]): Candidate => ({
    node: state.setNode(makeNode(name, room)),
    budgetViolations,
    victims: wishes.map((wish, i) => podInfo(wishing(`${name}-${i}`, { cpu: '1', priority: 1, ...wish }))),
  });
  const old = { startTime: '2026-01-01T00:00:00Z' };
  const young = { startTime: '2026-01-02T00:00:00Z' };
  const cases: readonly [string, readonly Candidate[]][] = [
    ['b', [candidate('a', 1, {}), candidate('b', 0, { priority: 50 }, {})]],
    ['b', [candidate('a', 0, { priority: 9 }), candidate('b', 0, { priority: 5 }, { priority: 5 })]],
    ['b', [candidate('a', 0, { priority: 5 }, { priority: 4 }), candidate('b', 0, { priority: 5 }, { priority: 3 })]],
    ['b', [candidate('a', 0, { priority: 5 }, { priority: 4 }), candidate('b', 0, { priority: 5 })]],
    ['b', [candidate('a', 0, old), candidate('b', 0, young)]],
    ['a', [candidate('a', 0, young), candidate('b', 0, young)]],
  ];
  for (const [expected, candidates] of cases) {
    assert.equal(cheapest(candidates, Date.parse('2026-02-01T00:00:00Z'))?.node.name, expected);
  }
  assert.equal(cheapest([], 0), undefined);
});

test("a pod that fits nowhere says so in upstream's words, also about preemption", () => {
  const { state, profile, algorithm } = createBench();
  for (const name of ['a', 'b', 'c']) state.setNode(makeNode(name, { cpu: '1', memory: '1Gi', pods: '10' }));
  const decision = algorithm.schedule(profile, podInfo(wishing('big', { cpu: '2', priority: 0 })));
  assert.equal(decision.type, 'unschedulable');
  if (decision.type !== 'unschedulable') return;
  const { diagnosis, cycle } = decision;
  diagnosis.postFilterMessage = profile.runPostFilter(cycle, diagnosis).status?.reasons.join(', ') ?? '';
  assert.equal(
    diagnosis.message(),
    '0/3 nodes are available: 3 Insufficient cpu. no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.',
  );
});

test('a pod does not fit where room is kept for a more important one', () => {
  const { state, nominator, profile, algorithm } = createBench();
  state.setNode(makeNode('n', { cpu: '1', memory: '1Gi', pods: '10' }));
  nominator.add(podInfo(wishing('important', { cpu: '1', priority: 10 })), 'n');
  assert.equal(algorithm.schedule(profile, podInfo(wishing('p', { cpu: '1', priority: 5 }))).type, 'unschedulable');
  assert.equal(algorithm.schedule(profile, podInfo(wishing('q', { cpu: '1', priority: 20 }))).type, 'scheduled');
});
