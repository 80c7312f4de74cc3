import type { Tree } from '../case-builders.ts';
import type { Caller, GoldenCase } from '../golden-case.ts';
import { certificate, request } from './requests.ts';

const collection = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
const rbac = '/apis/rbac.authorization.k8s.io/v1';
const users = {
  writer: { user: 'golden-writer' },
  approver: { user: 'golden-approver', groups: ['golden-approvers'] },
  domain: { user: 'golden-domain-approver' },
  signer: { user: 'golden-signer' },
} as const;
const time = { lastUpdateTime: '2026-01-01T00:00:00Z', lastTransitionTime: '2026-01-01T00:00:00Z' };
const condition = (type: string, fields: Tree = {}): Tree => ({
  type,
  status: 'True',
  reason: 'Golden',
  ...time,
  ...fields,
});

const role = (name: string, rules: readonly Tree[], ...subjects: readonly string[]): readonly GoldenCase[] => [
  { name: `role ${name}`, method: 'POST', path: `${rbac}/clusterroles`, body: { metadata: { name }, rules } },
  {
    name: `binding ${name}`,
    method: 'POST',
    path: `${rbac}/clusterrolebindings`,
    body: {
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
      subjects: subjects.map((user) => ({ kind: 'User', name: user })),
    },
  },
];
const apiGroups = ['certificates.k8s.io'];
const stored = (name: string, signerName = 'golden.example.com/one', as?: Caller): GoldenCase => ({
  name: `request ${name}`,
  method: 'POST',
  path: collection,
  body: { metadata: { name }, spec: { request, signerName, usages: ['client auth'] } },
  ...(as ? { as } : {}),
});
const write = (
  name: string,
  object: string,
  part: 'approval' | 'status' | '',
  body: Tree,
  as?: Caller,
): GoldenCase => ({
  name,
  method: 'PATCH',
  path: `${collection}/${object}${part === '' ? '' : `/${part}`}`,
  body,
  ...(as ? { as } : {}),
});
const decide = (name: string, object: string, conditions: readonly Tree[], as?: Caller): GoldenCase =>
  write(`approval: ${name}`, object, 'approval', { status: { conditions } }, as);
const sign = (name: string, object: string, status: Tree, as?: Caller): GoldenCase =>
  write(`status: ${name}`, object, 'status', { status }, as);

export const bootstrapped = true;
export const cases: readonly GoldenCase[] = [
  ...role(
    'golden-writes-requests',
    [
      {
        apiGroups,
        resources: [
          'certificatesigningrequests',
          'certificatesigningrequests/approval',
          'certificatesigningrequests/status',
        ],
        verbs: ['create', 'get', 'update', 'patch'],
      },
    ],
    ...Object.values(users).map(({ user }) => user),
  ),
  ...role(
    'golden-approves',
    [{ apiGroups, resources: ['signers'], resourceNames: ['golden.example.com/one'], verbs: ['approve'] }],
    users.approver.user,
  ),
  ...role(
    'golden-approves-domain',
    [{ apiGroups, resources: ['signers'], resourceNames: ['golden.example.com/*'], verbs: ['approve'] }],
    users.domain.user,
  ),
  ...role(
    'golden-signs',
    [{ apiGroups, resources: ['signers'], resourceNames: ['golden.example.com/one'], verbs: ['sign'] }],
    users.signer.user,
  ),
  stored('golden-a', undefined, users.writer),
  stored('golden-b', 'golden.example.com/two'),
  stored('golden-c'),
  stored('golden-d'),
  stored('golden-e', 'golden.example.com/nested.two'),
  stored('golden-f'),
  decide('by nobody', 'golden-a', [condition('Approved')], { user: 'nobody' }),
  decide('by who may not approve', 'golden-a', [condition('Approved')], users.writer),
  decide('by who may sign', 'golden-a', [condition('Approved')], users.signer),
  decide('nothing by who may not', 'golden-a', [], users.writer),
  decide('invalid by who may not', 'golden-a', [condition('', { status: 'Odd' })], users.writer),
  decide('of another signer', 'golden-b', [condition('Approved')], users.approver),
  decide('of nothing', 'golden-nowhere', [condition('Approved')], users.approver),
  decide('by who may', 'golden-a', [condition('Approved')], users.approver),
  decide('denied after it', 'golden-a', [condition('Denied')], users.approver),
  decide('denied as well', 'golden-a', [condition('Approved'), condition('Denied')], users.approver),
  decide(
    'another condition',
    'golden-a',
    [condition('Approved'), condition('Odd', { status: 'Unknown' })],
    users.approver,
  ),
  decide('failed', 'golden-c', [condition('Failed')], users.approver),
  decide('reason changes', 'golden-a', [condition('Approved', { reason: 'Other', message: 'm' })], users.approver),
  decide('taken back', 'golden-a', [], users.approver),
  decide('by who may for the domain', 'golden-b', [condition('Denied')], users.domain),
  decide('approved after a denial', 'golden-b', [condition('Denied'), condition('Approved')], users.domain),
  decide('by who may for the domain, nested', 'golden-e', [condition('Approved')], users.domain),
  decide('by an administrator', 'golden-c', [
    condition('Approved', { lastUpdateTime: null, lastTransitionTime: null }),
  ]),
  decide('condition without reason', 'golden-d', [{ type: 'Approved', status: 'True' }]),
  write(
    'approval: certificate',
    'golden-a',
    'approval',
    { status: { conditions: [condition('Approved')], certificate } },
    users.approver,
  ),
  write('approval: spec is not written', 'golden-a', 'approval', { spec: { usages: ['server auth'] } }, users.approver),
  write('approval: labels', 'golden-a', 'approval', { metadata: { labels: { a: 'b' } } }, users.approver),
  sign('by who may not sign', 'golden-a', { certificate }, users.writer),
  sign('by who may approve', 'golden-a', { certificate }, users.approver),
  sign('nothing by who may not sign', 'golden-a', {}, users.writer),
  sign(
    'condition by who may not sign',
    'golden-c',
    { conditions: [condition('Approved'), condition('Failed')] },
    users.writer,
  ),
  sign('of another signer', 'golden-b', { certificate }, users.signer),
  sign('not PEM', 'golden-a', { certificate: 'aGVsbG8=' }, users.signer),
  sign('empty', 'golden-a', { certificate: '' }, users.signer),
  sign('by who may', 'golden-a', { certificate }, users.signer),
  sign('again, the same', 'golden-a', { certificate }, users.signer),
  sign('another', 'golden-a', { certificate: null }, users.signer),
  sign('failed and signed', 'golden-a', { conditions: [condition('Approved'), condition('Failed')] }, users.signer),
  sign('reason changes', 'golden-a', {
    conditions: [condition('Approved', { reason: 'Other', message: '<m>' }), condition('Failed')],
  }),
  sign('time changes', 'golden-a', {
    conditions: [condition('Approved', { lastUpdateTime: '2026-01-02T00:00:00Z' }), condition('Failed')],
  }),
  sign('failed', 'golden-c', { conditions: [condition('Approved'), condition('Failed')] }, users.signer),
  sign('approved through status', 'golden-f', { conditions: [condition('Approved')] }, users.signer),
  sign('denied through status', 'golden-f', { conditions: [condition('Denied')] }, users.signer),
  sign(
    'odd condition through status',
    'golden-f',
    { conditions: [condition('golden.example.com/Odd', { status: 'False' })] },
    users.signer,
  ),
  write('labels change', 'golden-f', '', { metadata: { labels: { a: 'b' } } }, users.writer),
  write('user changes', 'golden-f', '', { spec: { username: 'somebody' } }, users.writer),
  write('usages change', 'golden-f', '', { spec: { usages: ['any'] } }, users.writer),
  write('status by the object', 'golden-f', '', { status: { conditions: [condition('Approved')] } }, users.writer),
  { name: 'approval: get', method: 'GET', path: `${collection}/golden-a/approval`, as: users.approver },
  { name: 'approval: create', method: 'POST', path: `${collection}/golden-a/approval`, body: {} },
  { name: 'approval: delete', method: 'DELETE', path: `${collection}/golden-a/approval` },
  { name: 'what became of it', method: 'GET', path: `${collection}/golden-a` },
];
