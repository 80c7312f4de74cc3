import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Container } from '#kinds/generated/core-v1.ts';
import { sampleContainer, samplePod } from '../pod/pod-samples.ts';
import { actualResources, resizeNeed, resizeRequest, resizeVerdict } from './resize.ts';

const container = (cpu: string, memory: string, more: Partial<Container> = {}): Container => ({
  name: 'a',
  resources: { requests: { cpu, memory }, limits: { cpu, memory } },
  ...more,
});

const kernel = (milliCpu: number, mebibytes: number) => ({
  cpuShares: Math.max(2, Math.floor((milliCpu * 1024) / 1000)),
  cpuQuota: milliCpu * 100,
  memoryLimitInBytes: mebibytes << 20,
});

const cases: readonly {
  readonly name: string;
  readonly wanted: Container;
  readonly actual: object;
  readonly need: string;
}[] = [
  { name: 'as granted', wanted: container('100m', '64Mi'), actual: kernel(100, 64), need: 'none' },
  { name: 'more CPU', wanted: container('200m', '64Mi'), actual: kernel(100, 64), need: 'update' },
  { name: 'more memory', wanted: container('100m', '128Mi'), actual: kernel(100, 64), need: 'update' },
  {
    name: 'more memory, which this container takes only at its start',
    wanted: container('100m', '128Mi', {
      resizePolicy: [{ resourceName: 'memory', restartPolicy: 'RestartContainer' }],
    }),
    actual: kernel(100, 64),
    need: 'restart',
  },
  {
    name: 'more CPU, though memory would restart it',
    wanted: container('200m', '64Mi', {
      resizePolicy: [{ resourceName: 'memory', restartPolicy: 'RestartContainer' }],
    }),
    actual: kernel(100, 64),
    need: 'update',
  },
  { name: 'a runtime that does not tell', wanted: container('200m', '64Mi'), actual: {}, need: 'none' },
];

test('resizeNeed', () => {
  assert.deepEqual(
    cases.map(({ name, wanted, actual, need }) => {
      const current = sampleContainer(wanted, 'running', { resources: actual });
      void need;
      return { name, need: resizeNeed(samplePod({ containers: [wanted] }), wanted, current) };
    }),
    cases.map(({ name, need }) => ({ name, need })),
  );
});

test('resizeRequest mentions a quota only where there is or was one', () => {
  const free: Container = { name: 'a', resources: { requests: { cpu: '100m' } } };
  const pod = samplePod({ containers: [free] });
  const asked = (resources: object) => resizeRequest(pod, free, sampleContainer(free, 'running', { resources }));
  assert.deepEqual(asked({ cpuShares: 2 }), { cpuShares: 102 });
  assert.deepEqual(asked(kernel(500, 0)), { cpuShares: 102, cpuPeriod: 100_000, cpuQuota: -1 });
});

test('actualResources shows the granted ones, and the runtime where it is behind', () => {
  const wanted = container('200m', '128Mi');
  const pod = samplePod({ containers: [wanted] });
  const behind = sampleContainer(wanted, 'running', { resources: kernel(100, 64) });
  assert.deepEqual(actualResources(pod, wanted, behind), {
    requests: { cpu: '100m', memory: '128Mi' },
    limits: { cpu: '100m', memory: '64Mi' },
  });
  const done = sampleContainer(wanted, 'running', { resources: kernel(200, 128) });
  assert.deepEqual(actualResources(pod, wanted, done), wanted.resources);
});

test('resizeVerdict', () => {
  const allocatable = { cpu: '2', memory: '1Gi' };
  const other = samplePod({ containers: [container('1500m', '512Mi')] });
  const ask = (cpu: string) => resizeVerdict(samplePod({ containers: [container(cpu, '64Mi')] }), [other], allocatable);
  assert.deepEqual(
    [ask('500m'), ask('600m')?.reason, ask('3')],
    [
      undefined,
      'Deferred',
      { reason: 'Infeasible', message: "Node didn't have enough capacity: cpu, requested: 3000, capacity: 2000" },
    ],
  );
});
