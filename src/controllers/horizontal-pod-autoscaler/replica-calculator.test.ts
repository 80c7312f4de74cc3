/** Figures of upstream's replica_calculator_test.go. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod, PodPhase } from '#kinds/generated/core-v1.ts';
import type { PodMetrics } from './pod-metrics.ts';
import {
  type Question,
  replicasByAverage,
  replicasByShare,
  replicasByUtilization,
  replicasByValue,
  totalOf,
} from './replica-calculator.ts';

const nowMs = Date.parse('2026-01-01T12:00:00Z');
const ago = (minutes: number) => new Date(nowMs - minutes * 60_000).toISOString();

interface PodPlan {
  readonly ready?: boolean;
  readonly phase?: PodPhase;
  readonly startedMinutesAgo?: number;
  readonly deleted?: boolean;
}

/** Pods that ask for `requests` CPU each; ready ones, an hour old, when nothing else is said. */
function pods(requests: readonly string[], plans: readonly PodPlan[] = []): Pod[] {
  return requests.map((cpu, index) => {
    const { ready = true, phase = 'Running', startedMinutesAgo = 60, deleted = false } = plans[index] ?? {};
    return {
      metadata: { name: `p${index}`, ...(deleted ? { deletionTimestamp: ago(1) } : {}) },
      spec: { containers: [{ name: 'c', resources: { requests: cpu === '' ? {} : { cpu } } }] },
      status: {
        phase,
        startTime: ago(startedMinutesAgo),
        conditions: [
          { type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: ago(ready ? startedMinutesAgo : 60) },
        ],
      },
    };
  });
}

function levels(values: readonly (number | undefined)[], minutesAgo = 0): PodMetrics {
  return new Map(
    values.flatMap((value, index) =>
      value === undefined
        ? []
        : [[`p${index}`, { atMs: nowMs - minutesAgo * 60_000, windowMs: 60_000, value: BigInt(value) }] as const],
    ),
  );
}

function question(replicas: number, of: readonly Pod[]): Question {
  return { replicas, pods: of, tolerances: { up: 0.1, down: 0.1 }, nowMs };
}

const one = (count: number) => Array.from({ length: count }, () => '1');
const no = { ready: false };
const yes = {};

const utilizations: readonly (readonly [
  name: string,
  replicas: number,
  pods: readonly Pod[],
  levels: readonly (number | undefined)[],
  target: number,
  expected: readonly [replicas: number, utilization: number, usage: number],
])[] = [
  ['up', 3, pods(one(3)), [300, 500, 700], 30, [5, 50, 500]],
  ['up, less when one is not ready', 3, pods(one(3), [no, yes, yes]), [300, 500, 700], 30, [4, 60, 600]],
  ['up, not when two are not ready', 3, pods(one(3), [yes, no, no]), [400, 500, 700], 30, [3, 40, 400]],
  ['up, less when one starts', 3, pods(one(3), [{ startedMinutesAgo: 0 }]), [300, 500, 700], 30, [4, 60, 600]],
  [
    'up, failed pods do not count',
    2,
    pods(one(4), [yes, yes, { phase: 'Failed' }, { phase: 'Failed' }]),
    [500, 700],
    30,
    [4, 60, 600],
  ],
  [
    'up, deleted pods do not count',
    2,
    pods(one(4), [yes, yes, { deleted: true }]),
    [500, 700, 0, 600],
    30,
    [6, 60, 600],
  ],
  ['up, pending pods count as idle', 3, pods(one(3), [yes, yes, { phase: 'Pending' }]), [600, 600], 30, [4, 60, 600]],
  ['down', 5, pods(one(5)), [100, 300, 500, 250, 250], 50, [3, 28, 280]],
  ['within the tolerance', 3, pods(['0.9', '1', '1.1']), [1010, 1030, 1020], 100, [3, 102, 1020]],
  ['metrics of pods that there are not', 4, pods(one(4)), [4000, 9500, 3000, 7000, 3200, 2000], 100, [24, 587, 5875]],
  ['one is missing, above', 2, pods(one(2)), [1900], 100, [2, 190, 1900]],
  ['one is missing, below', 2, pods(one(2)), [600], 100, [2, 60, 600]],
  ['one missing, one not ready, up', 3, pods(one(3), [no, yes, yes]), [100, 2000], 50, [4, 200, 2000]],
  ['one missing, one not ready, down', 4, pods(one(4), [no, yes, yes, yes]), [100, 100, 100], 50, [3, 10, 100]],
  ['a rolling update with surge', 2, pods(one(3)), [100, 100], 50, [2, 10, 100]],
];

for (const [name, replicas, of, values, target, expected] of utilizations) {
  test(`replicasByUtilization: ${name}`, () => {
    const found = replicasByUtilization(question(replicas, of), levels(values), target, 'cpu', '');
    assert.deepEqual([found.replicas, found.utilization, Number(found.usage)], expected);
  });
}

test('replicasByUtilization counts a sample that began before the pod was ready only for pods past their start', () => {
  const fresh = question(1, pods(['1'], [{ startedMinutesAgo: 2 }]));
  assert.equal(replicasByUtilization(fresh, levels([900], 0), 30, 'cpu', '').replicas, 3);
  assert.throws(() => replicasByUtilization(fresh, levels([900], 1.5), 30, 'cpu', ''), /pods might be unready/);
});

test('replicasByUtilization uses pod-level requests, those of sidecars, and those of one container', () => {
  const [pod = {}] = pods(['1']);
  const spec = pod.spec ?? { containers: [] };
  const sidecar = { name: 's', restartPolicy: 'Always', resources: { requests: { cpu: '3' } } };
  const withSidecar = { ...pod, spec: { ...spec, initContainers: [sidecar, { name: 'i' }] } };
  const podLevel = { ...pod, spec: { ...spec, resources: { requests: { cpu: '500m' } } } };
  const utilization = (of: Pod, container: string) =>
    replicasByUtilization(question(1, [of]), levels([1000]), 100, 'cpu', container).utilization;
  assert.deepEqual(
    [
      utilization(withSidecar, ''),
      utilization(withSidecar, 's'),
      utilization(podLevel, ''),
      utilization(podLevel, 'c'),
    ],
    [25, 33, 200, 100],
  );
});

const faults: readonly (readonly [name: string, pods: readonly Pod[], levels: readonly number[], string, RegExp])[] = [
  ['no pods', [], [1], '', /^no pods returned by selector while calculating replica count$/],
  ['no metrics', pods(one(1)), [], '', /^did not receive metrics for targeted pods \(pods might be unready\)$/],
  ['no request', pods(['']), [200], '', /^missing request for cpu in container c of Pod p0$/],
  ['no such container', pods(one(1)), [200], 'nope', /^container nope not found in Pod p0$/],
  ['requests of nothing', pods(['0']), [200], '', /^no metrics returned matched known pods$/],
];

for (const [name, of, values, container, message] of faults) {
  test(`replicasByUtilization fails: ${name}`, () => {
    assert.throws(
      () => replicasByUtilization(question(1, of), levels(values), 50, 'cpu', container),
      ({ message: said }: Error) => message.test(said),
    );
  });
}

test('replicasByAverage', () => {
  const average = (replicas: number, of: readonly Pod[], values: readonly (number | undefined)[], target: number) => {
    const found = replicasByAverage(question(replicas, of), levels(values), BigInt(target), '');
    return [found.replicas, Number(found.usage)];
  };
  assert.deepEqual(average(3, pods(one(3)), [20_000, 10_000, 30_000], 15_000), [4, 20_000]);
  assert.deepEqual(average(3, pods(one(3)), [20_000, 21_000, 21_000], 20_000), [3, 20_666]);
  // Readiness matters for CPU only.
  assert.deepEqual(average(3, pods(one(3), [no]), [50_000, 10_000, 30_000], 15_000), [6, 30_000]);
  // What is missing counts as exactly the target on the way down.
  assert.deepEqual(average(5, pods(one(5)), [12_000, 12_000, 12_000, 12_000], 20_000), [4, 12_000]);
});

test('replicasByValue: one value against one target, for those that are ready', () => {
  const value = (replicas: number, of: readonly Pod[], usage: number, target: number) =>
    replicasByValue(question(replicas, of), BigInt(usage), BigInt(target)).replicas;
  assert.equal(value(3, pods(one(3)), 20_000, 15_000), 4);
  assert.equal(value(5, pods(one(5)), 12_000, 20_000), 3);
  assert.equal(value(1, pods(one(1)), 8600, 4400), 2);
  assert.equal(value(3, pods(one(3), [no, no]), 20_000, 10_000), 2);
  assert.equal(value(3, pods(one(3)), 10_400, 10_000), 3);
  assert.equal(value(0, [], 10_000, 10_000), 1);
  assert.throws(() => value(1, [], 9, 1), /unable to calculate ready pods: no pods returned by selector/);
});

test('replicasByShare: so much of one value for each', () => {
  const share = (status: number, usage: number, target: number) => {
    const found = replicasByShare(question(status, []), status, BigInt(usage), BigInt(target));
    return [found.replicas, Number(found.usage)];
  };
  assert.deepEqual(share(3, 8600, 2150), [4, 2867]);
  assert.deepEqual(share(3, 8600, 2867), [3, 2867]);
  assert.deepEqual(share(0, 8600, 2150), [4, 8600]);
});

test('sums stop at 64 bits, replicas at 32', () => {
  const most = 2n ** 63n - 1n;
  assert.equal(totalOf([most, 5n]), most);
  assert.equal(replicasByValue(question(1, pods(one(1))), most, 1n).replicas, 2 ** 31 - 1);
  assert.equal(replicasByShare(question(1, []), 1, most, 1n).replicas, 2 ** 31 - 1);
});
