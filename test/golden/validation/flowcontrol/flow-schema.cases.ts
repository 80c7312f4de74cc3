import { caseBuilders, type Tree } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

const subject = { kind: 'User', user: { name: 'jane' } };
const resourceRule = { verbs: ['get'], apiGroups: [''], resources: ['pods'], namespaces: ['default'] };
const { create, spec, store, patch, patchStatus, metadata } = caseBuilders(
  'flowcontrol.apiserver.k8s.io/v1/flowschemas',
  {
    metadata: { name: 'golden' },
    spec: { priorityLevelConfiguration: { name: 'global-default' } },
  },
);
const rule = (name: string, fields: Tree): GoldenCase =>
  spec(name, { rules: [{ subjects: [subject], resourceRules: [resourceRule], ...fields }] });
const nonResource = (name: string, fields: Tree): GoldenCase =>
  rule(name, { resourceRules: [], nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/a'], ...fields }] });
const whole = (name: string): string => `/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas/${name}`;

export const cases: readonly GoldenCase[] = [
  ...metadata(),
  create('valid'),
  spec('full', {
    matchingPrecedence: 500,
    distinguisherMethod: { type: 'ByNamespace' },
    rules: [
      {
        subjects: [
          subject,
          { kind: 'Group', group: { name: '*' } },
          { kind: 'ServiceAccount', serviceAccount: { namespace: 'a', name: '*' } },
        ],
        resourceRules: [{ ...resourceRule, clusterScope: true, namespaces: ['*'] }],
        nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['/healthz', '/a/*', '/'] }],
      },
    ],
  }),
  create('no spec', { spec: {} }),
  spec('negative precedence', { matchingPrecedence: -1 }),
  spec('precedence too great', { matchingPrecedence: 10_001 }),
  spec('precedence of exempt', { matchingPrecedence: 1 }),
  spec('distinguisher', { distinguisherMethod: { type: 'ByMoon' } }),
  spec('level name', { priorityLevelConfiguration: { name: 'A_' } }),
  rule('no subjects', { subjects: [] }),
  rule('no rules', { resourceRules: [] }),
  rule('subject kind', { subjects: [{ kind: 'Robot' }] }),
  rule('subject of another kind', {
    subjects: [{ kind: 'User', group: { name: 'a' }, serviceAccount: { namespace: 'a', name: 'b' } }],
  }),
  rule('empty names', {
    subjects: [
      { kind: 'User', user: { name: '' } },
      { kind: 'Group', group: { name: '' } },
    ],
  }),
  rule('service account', {
    subjects: [{ kind: 'ServiceAccount', serviceAccount: { namespace: 'A', name: 'B_' }, user: { name: 'a' } }],
  }),
  rule('service account empty', {
    subjects: [{ kind: 'ServiceAccount', serviceAccount: { namespace: '', name: '' } }],
  }),
  rule('resource rule empty', { resourceRules: [{ verbs: [], apiGroups: [], resources: [] }] }),
  rule('verbs', { resourceRules: [{ ...resourceRule, verbs: ['fly'] }] }),
  rule('wildcards not alone', {
    resourceRules: [{ verbs: ['*', 'get'], apiGroups: ['*', 'a'], resources: ['*', 'a'], namespaces: ['*', 'a'] }],
  }),
  rule('namespace', { resourceRules: [{ ...resourceRule, namespaces: ['A'] }] }),
  nonResource('non-resource empty', { verbs: [], nonResourceURLs: [] }),
  nonResource('non-resource verbs', { verbs: ['*', 'get'], nonResourceURLs: ['*', '/a'] }),
  nonResource('non-resource urls', { nonResourceURLs: ['', 'a', '/a b', '/a//b', '/a*', '/*/*', '/*a'] }),
  store(),
  patch('precedence', { spec: { matchingPrecedence: 20_000 } }),
  patchStatus('status twice', { conditions: [{ type: 'A' }, { type: 'A' }, {}] }),
  patchStatus('status', { conditions: [{ type: 'Dangling', status: 'False', reason: 'Found', message: 'm' }] }),
  {
    name: 'exempt by another',
    method: 'POST',
    dryRun: true,
    path: '/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas',
    body: {
      metadata: { name: 'exempt' },
      spec: {
        matchingPrecedence: 1,
        priorityLevelConfiguration: { name: 'exempt' },
        rules: [
          {
            subjects: [subject],
            resourceRules: [resourceRule],
            nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/a'] }],
          },
        ],
      },
    },
  },
  {
    name: 'catch-all by another',
    method: 'POST',
    dryRun: true,
    path: '/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas',
    body: {
      metadata: { name: 'catch-all' },
      spec: { priorityLevelConfiguration: { name: 'catch-all' }, distinguisherMethod: { type: 'ByUser' } },
    },
  },
  {
    name: 'metadata beside status',
    method: 'PATCH',
    path: `${whole('golden')}/status`,
    body: { metadata: { labels: { a: 'b' } }, status: { conditions: [{ type: 'A', status: 'True' }] } },
  },
];
