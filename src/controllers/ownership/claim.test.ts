import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '#api/object.ts';
import { planClaims } from './claim.ts';
import { selects, selectsByMap } from './selector.ts';

const deleted = '2026-01-01T00:00:00Z';

function object(name: string, app: string, controller?: string, deletionTimestamp?: string): KubeObject {
  const reference = { apiVersion: 'v1', kind: 'X', name: 'x', uid: controller ?? '', controller: true };
  return {
    metadata: {
      name,
      labels: { app },
      ...(controller ? { ownerReferences: [{ ...reference, uid: 'other', controller: false }, reference] } : {}),
      ...(deletionTimestamp ? { deletionTimestamp } : {}),
    },
  };
}

const candidates = [
  object('own', 'web', 'me'),
  object('own-relabeled', 'other', 'me'),
  object('orphan', 'web'),
  object('orphan-unselected', 'other'),
  object('orphan-deleted', 'web', undefined, deleted),
  object('of-another', 'web', 'somebody'),
];

const names = (objects: readonly KubeObject[]) => objects.map(({ metadata }) => metadata?.name);

for (const [name, deletionTimestamp, expected] of [
  ['an owner', undefined, [['own'], ['orphan'], ['own-relabeled']]],
  ['an owner that is being deleted', deleted, [['own'], [], []]],
] as const) {
  test(`planClaims: ${name}`, () => {
    const owner = { metadata: { uid: 'me', ...(deletionTimestamp ? { deletionTimestamp } : {}) } };
    const plan = planClaims(owner, candidates, ({ metadata }) => metadata?.labels?.app === 'web');
    assert.deepEqual([names(plan.owned), names(plan.adopt), names(plan.release)], expected);
  });
}

test('selectors: absent ones match nothing; an empty LabelSelector matches all, an empty map nothing', () => {
  assert.deepEqual(
    [selects(undefined, {}), selects({}, undefined), selects({ matchLabels: { a: 'b' } }, { a: 'b' })],
    [false, true, true],
  );
  assert.deepEqual(
    [selectsByMap(undefined, {}), selectsByMap({}, { a: 'b' }), selectsByMap({ a: 'b' }, { a: 'b', c: 'd' })],
    [false, false, true],
  );
});
