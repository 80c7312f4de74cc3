import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { RuleWithOperations } from '#kinds/generated/admissionregistration-v1.ts';
import { isExempt, matchesRule, type RequestFacts } from './rules.ts';

const pods: RequestFacts = {
  operation: 'CREATE',
  resource: { group: '', version: 'v1', resource: 'pods' },
  subresource: '',
  namespace: 'default',
};
const attach: RequestFacts = { ...pods, operation: 'CONNECT', subresource: 'attach' };
const nodes: RequestFacts = { ...pods, resource: { ...pods.resource, resource: 'nodes' }, namespace: '' };
const namespace: RequestFacts = { ...nodes, resource: { ...pods.resource, resource: 'namespaces' }, namespace: 'blue' };

const anything: RuleWithOperations = { operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*'] };

const cases: readonly {
  readonly name: string;
  readonly rule: Partial<RuleWithOperations>;
  readonly request: RequestFacts;
  readonly matches: boolean;
}[] = [
  { name: 'wildcards take a resource', rule: {}, request: pods, matches: true },
  { name: 'wildcards take a subresource', rule: {}, request: attach, matches: true },
  { name: 'the operation is another', rule: { operations: ['UPDATE', 'DELETE'] }, request: pods, matches: false },
  { name: 'the operation is one of them', rule: { operations: ['UPDATE', 'CREATE'] }, request: pods, matches: true },
  { name: 'the group is another', rule: { apiGroups: ['apps'] }, request: pods, matches: false },
  { name: 'the version is another', rule: { apiVersions: ['v2'] }, request: pods, matches: false },
  { name: 'a star alone takes no subresource', rule: { resources: ['*'] }, request: attach, matches: false },
  { name: 'a resource alone takes no subresource', rule: { resources: ['pods'] }, request: attach, matches: false },
  { name: 'the subresource by name', rule: { resources: ['pods/attach'] }, request: attach, matches: true },
  { name: 'any subresource of pods', rule: { resources: ['pods/*'] }, request: attach, matches: true },
  { name: 'pods/* takes pods as well', rule: { resources: ['pods/*'] }, request: pods, matches: true },
  { name: 'a subresource of any resource', rule: { resources: ['*/scale'] }, request: attach, matches: false },
  { name: 'namespaced scope takes pods', rule: { scope: 'Namespaced' }, request: pods, matches: true },
  { name: 'namespaced scope takes no nodes', rule: { scope: 'Namespaced' }, request: nodes, matches: false },
  { name: 'cluster scope takes nodes', rule: { scope: 'Cluster' }, request: nodes, matches: true },
  { name: 'a namespace is cluster-scoped', rule: { scope: 'Cluster' }, request: namespace, matches: true },
  { name: 'a namespace is in no namespace', rule: { scope: 'Namespaced' }, request: namespace, matches: false },
];

describe('matchesRule', () => {
  for (const { name, rule, request, matches } of cases) {
    test(name, () => assert.equal(matchesRule({ ...anything, ...rule }, request), matches));
  }
});

test('isExempt: webhook configurations, not other kinds of their group', () => {
  const group = 'admissionregistration.k8s.io';
  assert.equal(isExempt({ kind: { group, version: 'v1', kind: 'MutatingWebhookConfiguration' } }), true);
  assert.equal(isExempt({ kind: { group, version: 'v1', kind: 'Other' } }), false);
  assert.equal(isExempt({ kind: { group: 'x.io', version: 'v1', kind: 'MutatingWebhookConfiguration' } }), false);
});
