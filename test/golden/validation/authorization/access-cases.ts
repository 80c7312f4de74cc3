/** The questions that the three access reviews have in common. */

import type { Tree } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';
import type { ReviewCases } from '../review-cases.ts';

/** `subject` is of who is asked about, `namespace` where. */
export function accessCases({ ask }: ReviewCases, subject: Tree, namespace: string): readonly GoldenCase[] {
  const resource = (name: string, attributes: Tree): GoldenCase =>
    ask(name, {
      spec: { ...subject, resourceAttributes: { namespace, verb: 'get', resource: 'pods', ...attributes } },
    });
  const field = (name: string, fieldSelector: Tree): GoldenCase =>
    resource(`field selector: ${name}`, { fieldSelector });
  const label = (name: string, labelSelector: Tree): GoldenCase =>
    resource(`label selector: ${name}`, { labelSelector });
  return [
    ask('no spec', { spec: undefined }),
    ask('nothing asked', { spec: { ...subject } }),
    ask('both asked', {
      spec: { ...subject, resourceAttributes: { namespace }, nonResourceAttributes: { path: '/x', verb: 'get' } },
    }),
    ask('attributes that are none', { spec: { ...subject, resourceAttributes: 'x' } }),
    ask('empty attributes', { spec: { ...subject, resourceAttributes: {} } }),
    ask('path', { spec: { ...subject, nonResourceAttributes: { path: '/healthz', verb: 'get' } } }),
    ask('path that nobody may', { spec: { ...subject, nonResourceAttributes: { path: '/metrics', verb: 'get' } } }),
    resource('minimal', {}),
    resource('full', {
      group: 'apps',
      version: 'v1',
      resource: 'deployments',
      subresource: 'scale',
      name: 'a',
      verb: 'update',
    }),
    resource('everything', { group: '*', version: '*', resource: '*', verb: '*', name: '' }),
    resource('unknown verb', { verb: 'fly' }),
    resource('no verb', { verb: '' }),
    resource('other namespace', { namespace: 'kube-system' }),
    resource('namespace that is not there', { namespace: 'golden-nowhere' }),
    field('raw', { rawSelector: 'spec.nodeName=a' }),
    field('empty', {}),
    field('both', { rawSelector: 'a=b', requirements: [{ key: 'a', operator: 'In', values: ['b'] }] }),
    field('raw that is none', { rawSelector: 'a b c' }),
    field('raw nonsense', { rawSelector: '=' }),
    field('requirement', { requirements: [{ key: 'spec.nodeName', operator: 'In', values: ['a'] }] }),
    field('requirement without key', { requirements: [{ operator: 'In', values: ['a'] }] }),
    field('requirement without values', { requirements: [{ key: 'a', operator: 'In' }] }),
    field('requirement with two values', { requirements: [{ key: 'a', operator: 'In', values: ['a', 'b'] }] }),
    field('exists', { requirements: [{ key: 'a', operator: 'Exists' }] }),
    field('exists with values', { requirements: [{ key: 'a', operator: 'Exists', values: ['a'] }] }),
    field('unknown operator', { requirements: [{ key: 'a', operator: 'Odd', values: ['a'] }] }),
    field('partly', {
      requirements: [
        { key: 'a', operator: 'Odd' },
        { key: 'b', operator: 'NotIn', values: ['c'] },
      ],
    }),
    label('raw', { rawSelector: 'a in (b,c),!d' }),
    label('empty', {}),
    label('both', { rawSelector: 'a=b', requirements: [{ key: 'a', operator: 'In', values: ['b'] }] }),
    label('raw that is none', { rawSelector: 'a b c' }),
    label('requirement', { requirements: [{ key: 'a', operator: 'NotIn', values: ['b', 'c'] }] }),
    label('key', { requirements: [{ key: 'a b', operator: 'Exists' }] }),
    label('no key', { requirements: [{ operator: 'Exists' }] }),
    label('value', { requirements: [{ key: 'a', operator: 'In', values: ['a b', 'v'.repeat(64)] }] }),
    label('no values', { requirements: [{ key: 'a', operator: 'NotIn' }] }),
    label('does not exist with values', { requirements: [{ key: 'a', operator: 'DoesNotExist', values: ['x'] }] }),
    label('no operator', { requirements: [{ key: 'a' }] }),
    label('unknown operator', { requirements: [{ key: 'a', operator: 'Gt', values: ['1'] }] }),
    label('partly', {
      requirements: [
        { key: 'a', operator: 'Odd' },
        { key: 'b', operator: 'Exists' },
      ],
    }),
  ];
}

/** Who may do something in the namespace of the cases. */
export const grants: readonly GoldenCase[] = [
  {
    name: 'role',
    method: 'POST',
    path: '/apis/rbac.authorization.k8s.io/v1/namespaces/golden-validation/roles',
    body: {
      metadata: { name: 'golden-reader' },
      rules: [
        { apiGroups: [''], resources: ['pods', 'pods/log'], verbs: ['get', 'list'] },
        { apiGroups: ['apps'], resources: ['deployments/scale'], resourceNames: ['a'], verbs: ['update'] },
      ],
    },
  },
  {
    name: 'binding',
    method: 'POST',
    path: '/apis/rbac.authorization.k8s.io/v1/namespaces/golden-validation/rolebindings',
    body: {
      metadata: { name: 'golden-readers' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'golden-reader' },
      subjects: [
        { kind: 'User', name: 'golden' },
        { kind: 'Group', name: 'golden-readers' },
        { kind: 'ServiceAccount', name: 'default', namespace: 'golden-validation' },
      ],
    },
  },
];
