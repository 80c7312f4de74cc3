import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PersistentVolume, PersistentVolumeClaim, PersistentVolumePhase } from '#kinds/generated/core-v1.ts';
import { claimBoundTo, volumeBoundTo, volumeUnbound } from './binding.ts';
import { planVolume } from './volume-plan.ts';

const volume = (
  spec: PersistentVolume['spec'],
  phase: PersistentVolumePhase = 'Bound',
  annotations: Record<string, string> = {},
): PersistentVolume => ({ metadata: { name: 'v', annotations }, spec, status: { phase } });
const claim = (spec: PersistentVolumeClaim['spec'] = {}): PersistentVolumeClaim => ({
  metadata: { namespace: 'default', name: 'data', uid: 'u1', resourceVersion: '7' },
  spec,
});
const claimRef = { namespace: 'default', name: 'data', uid: 'u1' };
const byName = { namespace: 'default', name: 'data' };
const provisioned = (by: string) => ({ 'pv.kubernetes.io/provisioned-by': by });

function summary(subject: PersistentVolume, owner?: PersistentVolumeClaim): string {
  const plan = planVolume(subject, owner);
  if (plan.do === 'phase') return [plan.status.phase, plan.notice?.reason].filter(Boolean).join(' ');
  return plan.do;
}

test('a volume follows its claim', () => {
  const deleted = { claimRef, persistentVolumeReclaimPolicy: 'Delete' } as const;
  const recycled = { claimRef, persistentVolumeReclaimPolicy: 'Recycle' } as const;
  const cases: readonly [name: string, PersistentVolume, PersistentVolumeClaim | undefined, expected: string][] = [
    ['no claim', volume({}, 'Pending'), undefined, 'Available'],
    ['a claim that is not there yet', volume({ claimRef: byName }, 'Pending'), undefined, 'Available'],
    ['bound', volume({ claimRef }), claim({ volumeName: 'v' }), 'Bound'],
    ['claim does not know yet', volume({ claimRef }), claim(), 'sync-claim'],
    ['claim of another mode', volume({ claimRef }), claim({ volumeMode: 'Block' }), 'refuse-claim'],
    ['claim took another', volume({ claimRef }), claim({ volumeName: 'w' }), 'unbind'],
    [
      'made for a claim that took another',
      volume(deleted, 'Bound', provisioned('example.com/disks')),
      claim({ volumeName: 'w' }),
      'Released',
    ],
    ['claim gone', volume({ claimRef }), undefined, 'Released'],
    ['claim gone, first Released even to delete', volume(deleted), undefined, 'Released'],
    ['retained', volume({ claimRef, persistentVolumeReclaimPolicy: 'Retain' }, 'Released'), undefined, 'Released'],
    ['its provisioner deletes', volume(deleted, 'Released', provisioned('example.com/d')), undefined, 'Released'],
    ['nobody deletes', volume(deleted, 'Released'), undefined, 'Failed VolumeFailedDelete'],
    ['nobody recycles', volume(recycled, 'Released'), undefined, 'Failed VolumeFailedRecycle'],
    ['failed before', volume(deleted, 'Failed'), undefined, 'Failed'],
  ];
  for (const [name, subject, owner, expected] of cases) assert.equal(summary(subject, owner), expected, name);
});

test('binding marks what the controller chose, unbinding takes only that back', () => {
  const ours = { 'pv.kubernetes.io/bound-by-controller': 'yes' };
  const fullRef = { ...claimRef, kind: 'PersistentVolumeClaim', apiVersion: 'v1', resourceVersion: '7' };
  const chosen = volumeBoundTo(claim(), volume({}, 'Available'));
  assert.deepEqual(chosen, volume({ claimRef: fullRef }, 'Available', ours));
  assert.deepEqual(volumeUnbound(chosen), volume({}, 'Available'));

  const named = volumeBoundTo(claim(), volume({ claimRef: byName }, 'Available'));
  assert.deepEqual(named, volume({ claimRef: fullRef }, 'Available'));
  assert.deepEqual(volumeUnbound(named).spec, {
    claimRef: { ...byName, kind: 'PersistentVolumeClaim', apiVersion: 'v1' },
  });
  assert.equal(volumeBoundTo(claim(), named), named, 'nothing to do');

  const marked = claimBoundTo(named, claim());
  assert.deepEqual(marked.metadata?.annotations, { ...ours, 'pv.kubernetes.io/bind-completed': 'yes' });
  assert.equal(marked.spec?.volumeName, 'v');
  assert.equal(claimBoundTo(named, marked), marked, 'nothing to do');
  const byUser = claimBoundTo(named, claim({ volumeName: 'v' }));
  assert.deepEqual(byUser.metadata?.annotations, { 'pv.kubernetes.io/bind-completed': 'yes' });
});
