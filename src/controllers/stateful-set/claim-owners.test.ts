import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OwnerReference } from '#api/generated/meta-v1.ts';
import type { StatefulSet } from '#kinds/generated/apps-v1.ts';
import { claimOwners } from './claim-owners.ts';

const bySet: OwnerReference = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  name: 'web',
  uid: 's',
  controller: true,
  blockOwnerDeletion: true,
};
const byPod: OwnerReference = {
  apiVersion: 'v1',
  kind: 'Pod',
  name: 'web-1',
  uid: 'p',
  controller: true,
  blockOwnerDeletion: true,
};
const byOther: OwnerReference = { apiVersion: 'v1', kind: 'Other', name: 'o', uid: 'o', controller: true };

type Policy = 'Delete' | 'Retain';

const cases: readonly {
  readonly name: string;
  readonly deleted: Policy;
  readonly scaled: Policy;
  readonly replicas?: number;
  readonly current?: readonly OwnerReference[];
  readonly expected: readonly OwnerReference[] | undefined;
}[] = [
  { name: 'retained', deleted: 'Retain', scaled: 'Retain', expected: undefined },
  { name: 'retained again', deleted: 'Retain', scaled: 'Retain', current: [bySet], expected: [] },
  { name: 'goes with the set', deleted: 'Delete', scaled: 'Retain', expected: [bySet] },
  { name: 'goes with the set already', deleted: 'Delete', scaled: 'Retain', current: [bySet], expected: undefined },
  { name: 'goes with a condemned pod', deleted: 'Retain', scaled: 'Delete', replicas: 1, expected: [byPod] },
  { name: 'stays while in range', deleted: 'Retain', scaled: 'Delete', current: [byPod], expected: [] },
  { name: 'both, condemned', deleted: 'Delete', scaled: 'Delete', replicas: 1, current: [bySet], expected: [byPod] },
  {
    name: 'another controller wins',
    deleted: 'Delete',
    scaled: 'Retain',
    current: [byOther, bySet],
    expected: [byOther],
  },
  {
    name: 'a reference to an earlier pod is left to the garbage collector',
    deleted: 'Delete',
    scaled: 'Delete',
    current: [{ ...byPod, uid: 'earlier' }],
    expected: undefined,
  },
];

for (const { name, deleted, scaled, replicas = 3, current, expected } of cases) {
  test(`claimOwners: ${name}`, () => {
    const set: StatefulSet = {
      metadata: { name: 'web', uid: 's' },
      spec: {
        replicas,
        selector: {},
        template: {},
        persistentVolumeClaimRetentionPolicy: { whenDeleted: deleted, whenScaled: scaled },
      },
    };
    const claim = { metadata: { name: 'data-web-1', ownerReferences: current } };
    assert.deepEqual(claimOwners(set, { metadata: { name: 'web-1', uid: 'p' } }, claim), expected);
  });
}
