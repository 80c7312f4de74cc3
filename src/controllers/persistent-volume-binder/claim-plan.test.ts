import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PersistentVolume, PersistentVolumeClaim } from '#kinds/generated/core-v1.ts';
import type { StorageClass } from '#kinds/generated/storage-v1.ts';
import { planClaim, type Storage } from './claim-plan.ts';

type Spec = NonNullable<PersistentVolume['spec']>;

const volume = (name: string, spec: Spec = {}): PersistentVolume => ({
  metadata: { name },
  spec: { capacity: { storage: '5Gi' }, accessModes: ['ReadWriteOnce'], storageClassName: 'disk', ...spec },
  status: { phase: 'Available' },
});
const claim = (
  spec: NonNullable<PersistentVolumeClaim['spec']> = {},
  annotations: Record<string, string> = {},
): PersistentVolumeClaim => ({
  metadata: { namespace: 'default', name: 'data', uid: 'u1', annotations },
  spec: {
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: '1Gi' } },
    storageClassName: 'disk',
    ...spec,
  },
});
const promised = (name: string, uid?: string): Spec => ({
  claimRef: { namespace: 'default', name, ...(uid ? { uid } : {}) },
});
const storageClass = (name: string, rest: Partial<StorageClass> = {}): StorageClass => ({
  metadata: { name },
  provisioner: 'example.com/disks',
  ...rest,
});
const isDefault = (name: string, creationTimestamp: string) =>
  storageClass(name, {
    metadata: { name, creationTimestamp, annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
  });
const late = storageClass('disk', { volumeBindingMode: 'WaitForFirstConsumer' });
const bound = { 'pv.kubernetes.io/bind-completed': 'yes' };
const selected = { 'volume.kubernetes.io/selected-node': 'n1' };

/** The plan in a word: what is done with what, or the reason of the notice. */
function summary(wanted: PersistentVolumeClaim, storage: Partial<Storage>): string {
  const plan = planClaim(wanted, { volumes: [], classes: [], ...storage });
  if (plan.do === 'bind') return `bind ${plan.volume.metadata?.name}`;
  if (plan.do === 'take-class') return `take-class ${plan.className}`;
  if (plan.do === 'ask-provisioner') return `ask ${plan.provisioner}`;
  return plan.notice ? `${plan.do} ${plan.notice.reason}: ${plan.notice.message}` : plan.do;
}

test('an unbound claim looks for a volume', () => {
  const noClass = 'wait FailedBinding: no persistent volumes available for this claim and no storage class is set';
  const first = 'wait WaitForFirstConsumer: waiting for first consumer to be created before binding';
  const cases: readonly [name: string, PersistentVolumeClaim, Partial<Storage>, expected: string][] = [
    ['the one that fits', claim(), { volumes: [volume('v')] }, 'bind v'],
    [
      'the one that is promised',
      claim(),
      { volumes: [volume('a'), volume('mine', { ...promised('data'), storageClassName: 'other' })] },
      'bind mine',
    ],
    ['none, no class', claim({ storageClassName: '' }), {}, noClass],
    ['none, unknown class', claim(), {}, 'wait ProvisioningFailed: storageclass.storage.k8s.io "disk" not found'],
    ['none, a provisioner', claim(), { classes: [storageClass('disk')] }, 'ask example.com/disks'],
    [
      'none, nothing provisions',
      claim(),
      { classes: [storageClass('disk', { provisioner: 'kubernetes.io/no-provisioner' })] },
      'wait ProvisioningFailed: no volume plugin matched name: kubernetes.io/no-provisioner',
    ],
    ['a free one, but a pod decides', claim(), { classes: [late], volumes: [volume('v')] }, first],
    [
      'promised by the scheduler',
      claim(),
      { classes: [late], volumes: [volume('v', promised('data', 'u1'))] },
      'bind v',
    ],
    ['provisioned for a node', claim({}, selected), { classes: [late] }, 'ask example.com/disks'],
    [
      'the newest default class',
      claim({ storageClassName: undefined }),
      { classes: [isDefault('old', '2026-01-01T00:00:00Z'), isDefault('new', '2026-02-01T00:00:00Z')] },
      'take-class new',
    ],
    ['no class by wish', claim({ storageClassName: '' }), { classes: [isDefault('d', '')] }, noClass],
  ];
  for (const [name, wanted, storage, expected] of cases) assert.equal(summary(wanted, storage), expected, name);
  const going = claim();
  const deleted = { ...going, metadata: { ...going.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } };
  assert.equal(summary(deleted, { volumes: [volume('v')] }), 'wait', 'being deleted');
});

test('a claim that names its volume gets that one or none', () => {
  const wanted = claim({ volumeName: 'v' });
  const mismatch = (reason: string) => `wait VolumeMismatch: Cannot bind to requested volume "v": ${reason}`;
  const cases: readonly [name: string, volumes: PersistentVolume[], expected: string][] = [
    ['not there', [volume('other')], 'wait'],
    ['free', [volume('v')], 'bind v'],
    ['promised to it', [volume('v', promised('data'))], 'bind v'],
    [
      'of another',
      [volume('v', promised('other', 'u2'))],
      'wait FailedBinding: volume "v" already bound to a different claim.',
    ],
    ['too small', [volume('v', { capacity: { storage: '1Mi' } })], mismatch('requested PV is too small')],
    ['class', [volume('v', { storageClassName: 'x' })], mismatch('storageClassName does not match')],
    ['mode', [volume('v', { volumeMode: 'Block' })], mismatch('incompatible volumeMode')],
    ['access', [volume('v', { accessModes: ['ReadOnlyMany'] })], mismatch('incompatible accessMode')],
  ];
  for (const [name, volumes, expected] of cases) assert.equal(summary(wanted, { volumes }), expected, name);
});

test('a bound claim keeps its volume or is lost', () => {
  const wanted = claim({ volumeName: 'v' }, bound);
  const misbound = 'Two claims are bound to the same volume, this one is bound incorrectly';
  const cases: readonly [name: string, PersistentVolumeClaim, PersistentVolume[], expected: string][] = [
    ['its own', wanted, [volume('v', promised('data', 'u1'))], 'bind v'],
    ['its own, which forgot', wanted, [volume('v')], 'bind v'],
    [
      'volume gone',
      wanted,
      [],
      'lose ClaimLost: Bound claim has lost its PersistentVolume. Data on the volume is lost!',
    ],
    [
      'name gone',
      claim({}, bound),
      [volume('v')],
      'lose ClaimLost: Bound claim has lost reference to PersistentVolume. Data on the volume is lost!',
    ],
    ['of another', wanted, [volume('v', promised('other', 'u2'))], `lose ClaimMisbound: ${misbound}`],
  ];
  for (const [name, subject, volumes, expected] of cases) assert.equal(summary(subject, { volumes }), expected, name);
});
