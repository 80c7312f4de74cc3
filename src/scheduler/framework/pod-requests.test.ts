import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Container, ContainerStatus, Pod, PodSpec, PodStatus } from '#kinds/generated/core-v1.ts';
import { defaultMemory, defaultMilliCpu, podRequests } from './pod-requests.ts';

const mebibyte = 1024 * 1024;

const container = (requests: Record<string, string>, rest: Partial<Container> = {}): Container => ({
  name: 'c',
  resources: { requests },
  ...rest,
});

function requestsOf(spec: Partial<PodSpec>, status: PodStatus = {}) {
  const pod: Pod = { metadata: { name: 'p' }, spec: { containers: [], ...spec }, status };
  const { milliCpu, memory, ephemeralStorage, scalars } = podRequests(pod);
  return { milliCpu, memory: memory / mebibyte, ephemeralStorage, scalars: Object.fromEntries(scalars) };
}

const nothing = { milliCpu: 0, memory: 0, ephemeralStorage: 0, scalars: {} };

test('podRequests sums containers and counts init containers at their worst moment', () => {
  const cases: readonly [name: string, spec: Partial<PodSpec>, expected: Partial<typeof nothing>][] = [
    ['nothing', { containers: [container({})] }, {}],
    [
      'sum',
      { containers: [container({ cpu: '2', memory: '1Gi' }), container({ cpu: '500m', 'ephemeral-storage': '1k' })] },
      { milliCpu: 2500, memory: 1024, ephemeralStorage: 1000 },
    ],
    [
      'an init container that needs more than all containers',
      {
        initContainers: [container({ cpu: '3', memory: '1Gi' })],
        containers: [container({ cpu: '1', memory: '2Gi' })],
      },
      { milliCpu: 3000, memory: 2048 },
    ],
    [
      'sidecars run beside the containers and the init containers after them',
      {
        initContainers: [
          container({ cpu: '3' }),
          container({ cpu: '1' }, { restartPolicy: 'Always' }),
          container({ cpu: '2500m' }),
        ],
        containers: [container({ cpu: '1' })],
      },
      { milliCpu: 3500 },
    ],
    ['overhead', { containers: [container({ cpu: '1' })], overhead: { cpu: '250m' } }, { milliCpu: 1250 }],
    [
      'pod-level requests take the place of the containers',
      {
        containers: [container({ cpu: '1', memory: '1Gi' })],
        resources: { requests: { cpu: '4' } },
        overhead: { cpu: '1' },
      },
      { milliCpu: 5000, memory: 1024 },
    ],
    [
      'extended resources and huge pages',
      { containers: [container({ 'example.com/gpu': '2', 'hugepages-2Mi': '4Mi' })] },
      { scalars: { 'example.com/gpu': 2, 'hugepages-2Mi': 4 * mebibyte } },
    ],
    [
      'fractions round up',
      { containers: [container({ cpu: '0.0001', memory: '0.5' })] },
      { milliCpu: 1, memory: 1 / mebibyte },
    ],
  ];
  for (const [name, spec, expected] of cases) assert.deepEqual(requestsOf(spec), { ...nothing, ...expected }, name);
});

test('podRequests of a pod that is resized in place counts what it has been given until it is smaller', () => {
  const given = (cpu: string): ContainerStatus[] => [
    {
      name: 'c',
      image: '',
      imageID: '',
      ready: true,
      restartCount: 0,
      resources: { requests: { cpu } },
      allocatedResources: { cpu },
    },
  ];
  const infeasible = { type: 'PodResizePending', status: 'True' as const, reason: 'Infeasible' };
  const cases: readonly [name: string, asked: string, status: PodStatus, milliCpu: number][] = [
    ['grows', '3', { containerStatuses: given('1') }, 3000],
    ['shrinks', '1', { containerStatuses: given('3') }, 3000],
    ['cannot be done', '9', { containerStatuses: given('1'), conditions: [infeasible] }, 1000],
    ['has not started', '2', {}, 2000],
  ];
  for (const [name, asked, status, milliCpu] of cases) {
    assert.equal(requestsOf({ containers: [container({ cpu: asked })] }, status).milliCpu, milliCpu, name);
  }
});

test('containers that request nothing count with defaults in scores', () => {
  const nonZero = (spec: Partial<PodSpec>) => {
    const { nonZeroMilliCpu, nonZeroMemory } = podRequests({ spec: { containers: [], ...spec } });
    return [nonZeroMilliCpu, nonZeroMemory];
  };
  assert.deepEqual(nonZero({ containers: [container({})] }), [defaultMilliCpu, defaultMemory]);
  assert.deepEqual(nonZero({ containers: [container({ cpu: '0' }), container({ memory: '1' })] }), [
    defaultMilliCpu,
    defaultMemory + 1,
  ]);
  assert.deepEqual(
    nonZero({ containers: [container({}), container({})], resources: { requests: { cpu: '1' } } }),
    [1000, 2 * defaultMemory],
    'with pod-level CPU only memory is filled in',
  );
});
