import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Node, PersistentVolume, PersistentVolumeClaim, TopologySelectorTerm } from '#kinds/generated/core-v1.ts';
import { canProvision, findVolume } from './matching.ts';

const node: Node = { metadata: { name: 'n1', labels: { zone: 'a' } } };

const volume = (name: string, storage: string, spec: NonNullable<PersistentVolume['spec']> = {}, phase = 'Available') =>
  ({
    metadata: { name, labels: { tier: name } },
    spec: { capacity: { storage }, accessModes: ['ReadWriteOnce'], storageClassName: 'local', ...spec },
    status: { phase },
  }) as PersistentVolume;

const claim = (spec: PersistentVolumeClaim['spec'] = {}): PersistentVolumeClaim => ({
  metadata: { namespace: 'default', name: 'data', uid: 'claim-uid' },
  spec: {
    accessModes: ['ReadWriteOnce'],
    storageClassName: 'local',
    resources: { requests: { storage: '5Gi' } },
    ...spec,
  },
});

const inZone = (value: string) => ({
  nodeAffinity: {
    required: {
      nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'In' as const, values: [value] }] }],
    },
  },
});
const promised = (name: string, uid?: string) => ({
  claimRef: { namespace: 'default', name, ...(uid ? { uid } : {}) },
});

test('findVolume takes the smallest free volume that fits', () => {
  const cases: readonly [
    name: string,
    volumes: PersistentVolume[],
    wanted: PersistentVolumeClaim,
    found: string | undefined,
  ][] = [
    ['the smallest', [volume('big', '20Gi'), volume('small', '6Gi'), volume('tiny', '1Gi')], claim(), 'small'],
    ['large enough', [volume('tiny', '1Gi')], claim(), undefined],
    ['of the class', [volume('v', '10Gi', { storageClassName: 'other' })], claim(), undefined],
    ['that the node reaches', [volume('far', '6Gi', inZone('b')), volume('near', '9Gi', inZone('a'))], claim(), 'near'],
    ['with the access modes', [volume('v', '10Gi')], claim({ accessModes: ['ReadWriteMany'] }), undefined],
    ['of the mode', [volume('v', '10Gi')], claim({ volumeMode: 'Block' }), undefined],
    [
      'that is selected',
      [volume('a', '6Gi'), volume('b', '9Gi')],
      claim({ selector: { matchLabels: { tier: 'b' } } }),
      'b',
    ],
    ['not released', [volume('v', '10Gi', {}, 'Released')], claim(), undefined],
    ['not of another claim', [volume('v', '10Gi', promised('other'))], claim(), undefined],
    ['not of an older claim of the name', [volume('v', '10Gi', promised('data', 'old-uid'))], claim(), undefined],
    ['promised before all', [volume('a', '6Gi'), volume('mine', '50Gi', promised('data'))], claim(), 'mine'],
    ['promised, out of reach', [volume('mine', '9Gi', { ...promised('data'), ...inZone('b') })], claim(), undefined],
  ];
  for (const [name, volumes, wanted, found] of cases) {
    assert.equal(findVolume(wanted, volumes, node, () => false)?.metadata?.name, found, name);
  }
  const all = [volume('a', '6Gi'), volume('b', '7Gi')];
  assert.equal(findVolume(claim(), all, node, ({ metadata }) => metadata?.name === 'a')?.metadata?.name, 'b', 'taken');
});

test('canProvision asks for a provisioner and a topology that the node is in', () => {
  const topology = (...values: string[]): TopologySelectorTerm => ({
    matchLabelExpressions: [{ key: 'zone', values }],
  });
  const cases: readonly [provisioner: string, terms: TopologySelectorTerm[], expected: boolean][] = [
    ['example.com/disks', [], true],
    ['kubernetes.io/no-provisioner', [], false],
    ['example.com/disks', [topology('a', 'b')], true],
    ['example.com/disks', [topology('b')], false],
    ['example.com/disks', [topology('b'), topology('a')], true],
    ['example.com/disks', [{}], false],
  ];
  for (const [provisioner, allowedTopologies, expected] of cases) {
    assert.equal(canProvision({ provisioner, allowedTopologies }, node), expected, JSON.stringify(allowedTopologies));
  }
  assert.equal(canProvision(undefined, node), false);
});
