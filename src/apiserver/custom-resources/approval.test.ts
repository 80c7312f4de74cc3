import assert from 'node:assert/strict';
import { test } from 'node:test';
import { approvalCondition } from './approval.ts';

const cases: readonly (readonly [annotation: string | undefined, expected: readonly string[]])[] = [
  [undefined, ['False', 'MissingAnnotation']],
  [
    'unapproved, experimental "x"',
    ['False', 'UnapprovedAnnotation', 'not approved: "unapproved, experimental \\"x\\""'],
  ],
  ['https://a.b/pull/1', ['True', 'ApprovedAnnotation', 'approved in https://a.b/pull/1']],
  ['pull/1', ['False', 'InvalidAnnotation']],
];
for (const [annotation, [status, reason, message]] of cases) {
  test(`approval ${annotation ?? 'that is missing'} is told by a condition`, () => {
    const annotations = annotation === undefined ? {} : { 'api-approved.kubernetes.io': annotation };
    const spec = {
      group: 'snapshot.storage.k8s.io',
      names: { plural: 'as', kind: 'A' },
      scope: 'Cluster',
      versions: [],
    };
    const condition = approvalCondition({ metadata: { annotations }, spec });
    assert.deepEqual([condition?.status, condition?.reason], [status, reason]);
    if (message !== undefined) assert.equal(condition?.message, message);
  });
}

test('other groups have no such condition', () => {
  const spec = { group: 'gateway.example.com', names: { plural: 'as', kind: 'A' }, scope: 'Cluster', versions: [] };
  assert.equal(approvalCondition({ spec }), undefined);
});
