import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Container } from '#kinds/generated/core-v1.ts';
import { samplePod } from './pod-samples.ts';
import { computeQosClass, oomScoreAdjust } from './qos.ts';
import { milliCpuToQuota, milliCpuToShares, podCgroupLimits, podResources } from './resources.ts';

const container = (name: string, requests: Record<string, string>, limits: Record<string, string> = {}): Container => ({
  name,
  resources: { requests, limits },
});

test('shares and quotas', () => {
  assert.deepEqual([0, 1, 100, 1000, 500_000].map(milliCpuToShares), [2, 2, 102, 1024, 262_144]);
  assert.deepEqual(
    [0, 1, 500, 2000].map((milli) => milliCpuToQuota(milli)),
    [0, 1000, 50_000, 200_000],
  );
});

test('podResources: the sum, or the peak of initialization with the sidecars before it', () => {
  const pod = samplePod({
    initContainers: [
      container('i1', { cpu: '1', memory: '64Mi' }),
      { ...container('side', { cpu: '200m' }), restartPolicy: 'Always' },
      container('i2', { cpu: '700m', memory: '1Gi' }),
    ],
    containers: [container('a', { cpu: '300m', memory: '100Mi' }), container('b', { cpu: '300m' })],
    overhead: { cpu: '10m' },
  });
  assert.deepEqual(podResources(pod, 'requests'), { cpu: '1010m', memory: '1Gi' });
});

const small = { cpu: '500m', memory: '64Mi' };
const cases: readonly {
  readonly name: string;
  readonly containers: readonly Container[];
  readonly qos: string;
  readonly limits: object;
}[] = [
  { name: 'nothing asked', containers: [{ name: 'a' }], qos: 'BestEffort', limits: { cpuShares: 2 } },
  {
    name: 'limits equal requests',
    containers: [container('a', small, small)],
    qos: 'Guaranteed',
    limits: { cpuShares: 512, cpuQuotaUs: 50_000, memoryLimitBytes: 67_108_864 },
  },
  {
    name: 'one container without limits',
    containers: [container('a', small, small), container('b', { cpu: '100m' })],
    qos: 'Burstable',
    limits: { cpuShares: 614 },
  },
];

test('quality of service and the limits of the pod as a whole', () => {
  assert.deepEqual(
    cases.map(({ name, containers }) => {
      const pod = samplePod({ containers });
      return { name, containers, qos: computeQosClass(pod), limits: podCgroupLimits(pod, -1) };
    }),
    cases,
  );
});

test('oomScoreAdjust: guaranteed last, best effort first, between them by the share of memory asked for', () => {
  const gigabyte = 1 << 30;
  const burstable = samplePod({ containers: [container('a', { memory: '512Mi' })] });
  assert.deepEqual(
    [
      oomScoreAdjust(samplePod({ containers: [container('a', small, small)] }), { name: 'a' }, gigabyte),
      oomScoreAdjust(samplePod({ containers: [{ name: 'a' }] }), { name: 'a' }, gigabyte),
      ...burstable.spec.containers.map((one) => oomScoreAdjust(burstable, one, gigabyte)),
    ],
    [-997, 1000, 500],
  );
});
