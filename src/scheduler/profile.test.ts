import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBench, makeNode, makePod, podInfo } from './testing/fixtures.ts';

const room = (cpu: string) => ({ cpu, memory: '8Gi', pods: '110' });
const names = (list: readonly { readonly name: string }[]) => list.map(({ name }) => name);

test("the default profile has upstream's filters and scores in its order and with its weights", () => {
  const { profile } = createBench();
  assert.deepEqual(names(profile.filters), [
    'NodeUnschedulable',
    'NodeName',
    'TaintToleration',
    'NodeAffinity',
    'NodePorts',
    'NodeResourcesFit',
    'VolumeRestrictions',
    'NodeVolumeLimits',
    'VolumeBinding',
    'VolumeZone',
    'PodTopologySpread',
    'InterPodAffinity',
  ]);
  assert.deepEqual(
    profile.scorers.map(({ plugin, weight }) => [plugin.name, weight]),
    [
      ['TaintToleration', 3],
      ['NodeAffinity', 2],
      ['NodeResourcesFit', 1],
      ['PodTopologySpread', 2],
      ['InterPodAffinity', 2],
      ['NodeResourcesBalancedAllocation', 1],
      ['ImageLocality', 1],
    ],
  );
});

test('points of a profile add, take away and re-weight', () => {
  const { profile } = createBench({
    profile: {
      plugins: {
        multiPoint: { disabled: [{ name: 'NodePorts' }] },
        filter: { disabled: [{ name: '*' }], enabled: [{ name: 'NodeName' }] },
        score: { enabled: [{ name: 'ImageLocality', weight: 7 }], disabled: [{ name: 'TaintToleration' }] },
      },
    },
  });
  assert.deepEqual(names(profile.filters), ['NodeName']);
  assert.equal(profile.scorers.find(({ plugin }) => plugin.name === 'ImageLocality')?.weight, 7);
  assert.ok(!profile.scorers.some(({ plugin }) => plugin.name === 'TaintToleration'));
  assert.throws(
    () => createBench({ profile: { plugins: { filter: { enabled: [{ name: 'Nope' }] } } } }),
    /does not exist/,
  );
  assert.throws(
    () => createBench({ profile: { plugins: { filter: { enabled: [{ name: 'PrioritySort' }] } } } }),
    /does not extend filter/,
  );
});

test('a profile that packs puts pods where others are', () => {
  const pack = (type: 'MostAllocated' | 'LeastAllocated') => {
    const { state, algorithm, profile } = createBench({
      profile: {
        plugins: { score: { disabled: [{ name: '*' }], enabled: [{ name: 'NodeResourcesFit' }] } },
        pluginConfig: { NodeResourcesFit: { scoringStrategy: { type } } },
      },
    });
    for (const name of ['empty', 'used']) state.setNode(makeNode(name, room('4')));
    const pod = (name: string) =>
      podInfo(makePod(name, { containers: [{ name: 'c', resources: { requests: { cpu: '1', memory: '1Gi' } } }] }));
    state.setPod(pod('there'), 'used');
    const decision = algorithm.schedule(profile, pod('new'));
    return decision.type === 'scheduled' ? decision.node.name : decision.type;
  };
  assert.deepEqual([pack('MostAllocated'), pack('LeastAllocated')], ['used', 'empty']);
});

test('a curve of utilization decides as drawn', () => {
  const { state, algorithm, profile } = createBench({
    profile: {
      plugins: { score: { disabled: [{ name: '*' }], enabled: [{ name: 'NodeResourcesFit' }] } },
      pluginConfig: {
        NodeResourcesFit: {
          scoringStrategy: {
            type: 'RequestedToCapacityRatio',
            resources: [{ name: 'cpu', weight: 1 }],
            requestedToCapacityRatio: {
              shape: [
                { utilization: 0, score: 0 },
                { utilization: 50, score: 10 },
                { utilization: 100, score: 0 },
              ],
            },
          },
        },
      },
    },
  });
  for (const [name, cpu] of [
    ['10%', '10'],
    ['50%', '2'],
    ['100%', '1'],
    ['25%', '4'],
  ] as const) {
    state.setNode(makeNode(name, room(cpu)));
  }
  const pod = podInfo(makePod('p', { containers: [{ name: 'c', resources: { requests: { cpu: '1' } } }] }));
  assert.deepEqual(Object.fromEntries(algorithm.score(profile, pod)), { '10%': 20, '25%': 50, '50%': 100, '100%': 0 });
});
