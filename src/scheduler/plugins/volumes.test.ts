import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PersistentVolume, PersistentVolumeClaim } from '#kinds/generated/core-v1.ts';
import type { CSINode } from '#kinds/generated/storage-v1.ts';
import { createBench, listersOf, makeNode, makePod, podInfo } from '../testing/fixtures.ts';

const room = { cpu: '4', memory: '8Gi', pods: '110' };
const bound = { 'pv.kubernetes.io/bind-completed': 'yes' };

const claim = (name: string, volumeName: string, accessMode: 'ReadWriteOnce' | 'ReadWriteOncePod' = 'ReadWriteOnce') =>
  ({
    metadata: { namespace: 'default', name, annotations: bound },
    spec: { volumeName, accessModes: [accessMode] },
  }) as PersistentVolumeClaim;

const volume = (
  name: string,
  spec: PersistentVolume['spec'] = {},
  labels: Record<string, string> = {},
): PersistentVolume => ({
  metadata: { name, labels },
  spec,
});

const using = (pod: string, ...claims: string[]) =>
  podInfo(
    makePod(pod, { volumes: claims.map((claimName) => ({ name: claimName, persistentVolumeClaim: { claimName } })) }),
  );

test('a ReadWriteOncePod claim serves one pod in the cluster', () => {
  const listers = listersOf({
    persistentVolumes: [volume('v')],
    persistentVolumeClaims: [claim('one', 'v', 'ReadWriteOncePod'), claim('many', 'v')],
  });
  const { state, algorithm, profile } = createBench({ listers });
  for (const name of ['a', 'b']) state.setNode(makeNode(name, room));
  state.setPod(using('there', 'one', 'many'), 'a');
  assert.equal(algorithm.schedule(profile, using('shares', 'many')).type, 'scheduled');
  const decision = algorithm.schedule(profile, using('late', 'one'));
  assert.equal(decision.type, 'unschedulable');
  if (decision.type !== 'unschedulable') return;
  const inUse =
    'node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod';
  assert.equal(decision.diagnosis.message(), `0/2 nodes are available: 2 ${inUse}.`);
  state.removePod(using('there').uid);
  assert.equal(algorithm.schedule(profile, using('late', 'one')).type, 'scheduled');
});

test('preempting the pod that holds a ReadWriteOncePod claim helps', () => {
  const listers = listersOf({
    persistentVolumes: [volume('v')],
    persistentVolumeClaims: [claim('one', 'v', 'ReadWriteOncePod')],
  });
  const { state, algorithm, profile, handle } = createBench({ listers });
  const node = state.setNode(makeNode('a', room));
  state.setPod(using('there', 'one'), 'a');
  const important = podInfo({
    ...using('important', 'one').pod,
    spec: { ...using('x', 'one').pod.spec, containers: [], priority: 9 },
  });
  const decision = algorithm.schedule(profile, important);
  assert.equal(decision.type, 'unschedulable');
  if (decision.type !== 'unschedulable') return;
  const { cycle } = decision;
  const withoutHolder = state.whatIf(node, (trial) => {
    const [holder] = node.pods;
    assert.ok(holder);
    trial.remove(holder);
    handle.tellPodRemoved(cycle, holder, node);
    const answer = handle.filterWithNominatedPods(cycle, node);
    handle.tellPodAdded(cycle, holder, node);
    return answer;
  });
  assert.equal(withoutHolder, undefined);
  assert.ok(handle.filterWithNominatedPods(cycle, node));
});

test('a node takes as many volumes of a driver as its CSINode says, equal ones once', () => {
  const driver = 'disks.example.com';
  const volumes = ['v1', 'v2', 'v3'].map((name) => volume(name, { csi: { driver, volumeHandle: name } }));
  const csiNode: CSINode = {
    metadata: { name: 'a' },
    spec: { drivers: [{ name: driver, nodeID: 'a', allocatable: { count: 2 } }] },
  };
  const listers = listersOf({
    persistentVolumes: volumes,
    persistentVolumeClaims: volumes.map(({ metadata }) => claim(`c-${metadata?.name}`, metadata?.name ?? '')),
    csiNodes: [csiNode],
  });
  const { state, algorithm, profile } = createBench({ listers });
  state.setNode(makeNode('a', room));
  state.setPod(using('first', 'c-v1'), 'a');
  const outcome = (...claims: string[]): string => {
    const decision = algorithm.schedule(profile, using('p', ...claims));
    return decision.type === 'unschedulable' ? decision.diagnosis.message() : decision.type;
  };
  assert.equal(outcome('c-v2'), 'scheduled');
  assert.equal(outcome('c-v1', 'c-v2'), 'scheduled');
  assert.equal(outcome('c-v2', 'c-v3'), '0/1 nodes are available: 1 node(s) exceed max volume count.');
});

test('a volume keeps its pods in its zones', () => {
  const zone = 'topology.kubernetes.io/zone';
  const listers = listersOf({
    persistentVolumes: [volume('v', {}, { [zone]: 'a__b' })],
    persistentVolumeClaims: [claim('data', 'v')],
  });
  const { state, algorithm, profile } = createBench({ listers });
  for (const value of ['a', 'b', 'c'])
    state.setNode(makeNode(value, room, { metadata: { labels: { [zone]: value } } }));
  assert.deepEqual([...algorithm.score(profile, using('p', 'data')).keys()].sort(), ['a', 'b']);
});
