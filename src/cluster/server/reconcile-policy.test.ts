import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '#api/object.ts';
import type { ClusterRole, ClusterRoleBinding } from '#kinds/generated/rbac-v1.ts';
import { reconciliation } from './reconcile-policy.ts';

const annotation = 'rbac.authorization.kubernetes.io/autoupdate';
const role = (fields: Partial<ClusterRole>): KubeObject => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name: 'r' },
  ...fields,
});
const binding = (fields: Partial<ClusterRoleBinding>): KubeObject => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  metadata: { name: 'b', uid: 'u', resourceVersion: '5' },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'r' },
  ...fields,
});
const pods = { verbs: ['get', 'list'], apiGroups: [''], resources: ['pods'] };
const secrets = { verbs: ['get'], apiGroups: [''], resources: ['secrets'] };
const user = (name: string) => ({ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name });
const selector = (label: string) => ({ matchLabels: { [label]: 'true' } });
const other = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'other' };

const cases: readonly (readonly [name: string, present: KubeObject, wanted: KubeObject, expected: object | string])[] =
  [
    ['the same role', role({ rules: [pods] }), role({ rules: [pods] }), 'keep'],
    ['more than is wanted', role({ rules: [pods, secrets] }), role({ rules: [pods] }), 'keep'],
    [
      'a rule lacks',
      role({ rules: [secrets] }),
      role({ rules: [pods] }),
      {
        rules: [
          secrets,
          { verbs: ['get'], apiGroups: [''], resources: ['pods'] },
          { verbs: ['list'], apiGroups: [''], resources: ['pods'] },
        ],
      },
    ],
    [
      'a rule lacks, and nobody is to mend it',
      role({ metadata: { name: 'r', annotations: { [annotation]: 'false' } } }),
      role({ metadata: { name: 'r', annotations: { [annotation]: 'true' } }, rules: [pods] }),
      'keep',
    ],
    [
      'a label lacks and another was changed',
      role({ metadata: { name: 'r', labels: { a: 'mine' } } }),
      role({ metadata: { name: 'r', labels: { a: 'theirs', b: 'x' } } }),
      { metadata: { name: 'r', labels: { a: 'mine', b: 'x' } } },
    ],
    [
      'rules of one that aggregates are its own',
      role({ aggregationRule: { clusterRoleSelectors: [selector('a')] }, rules: [secrets] }),
      role({ aggregationRule: { clusterRoleSelectors: [selector('a'), selector('b')] }, rules: [pods] }),
      { aggregationRule: { clusterRoleSelectors: [selector('a'), selector('b')] }, rules: [secrets] },
    ],
    [
      'subjects that were added',
      binding({ subjects: [user('a'), user('b')] }),
      binding({ subjects: [user('a')] }),
      'keep',
    ],
    [
      'a subject lacks',
      binding({ subjects: [user('b')] }),
      binding({ subjects: [user('a'), user('b')] }),
      { subjects: [user('b'), user('a')] },
    ],
    [
      'of another role',
      binding({ roleRef: other, subjects: [user('b')] }),
      binding({ subjects: [user('a')] }),
      'recreate',
    ],
  ];

for (const [name, present, wanted, expected] of cases) {
  test(`policy that is there: ${name}`, () => {
    const found = reconciliation(present, wanted);
    if (typeof expected === 'string') return assert.equal(found.type, expected);
    assert(found.type === 'update');
    assert.deepEqual(found.object, { ...present, ...expected });
  });
}

test('a binding that is made anew keeps its subjects and is another object', () => {
  const found = reconciliation(binding({ roleRef: other, subjects: [user('b')] }), binding({ subjects: [user('a')] }));
  assert(found.type === 'recreate');
  assert.deepEqual(found.object, binding({ metadata: { name: 'b' }, subjects: [user('b'), user('a')] }));
});
