/** What the verbs answer, whatever the kind: bodies, names, versions, preconditions, patches, selectors, paths. */

import { type GoldenCase, goldenNamespace } from '../golden-case.ts';

const merge = 'application/merge-patch+json';
const strategic = 'application/strategic-merge-patch+json';
const json = 'application/json-patch+json';
const apply = 'application/apply-patch+yaml';
const deployments = `/apis/apps/v1/namespaces/${goldenNamespace}/deployments`;

const configMap = (name: string, more: object = {}) => ({ metadata: { name }, ...more });
const deployment = {
  metadata: { name: 'web' },
  spec: {
    replicas: 0,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'x:1' }] } },
  },
};

export const cleanup = ['configmaps/one', 'configmaps/warned', `${deployments}/web`];

const creates: readonly GoldenCase[] = [
  { name: 'create', method: 'POST', path: 'configmaps', body: configMap('one', { data: { x: '1' } }) },
  { name: 'create again', method: 'POST', path: 'configmaps', body: configMap('one') },
  { name: 'create without a name', method: 'POST', path: 'configmaps', body: { metadata: {} } },
  {
    name: 'create in another namespace',
    method: 'POST',
    path: 'configmaps',
    body: { metadata: { name: 'b', namespace: 'other' } },
  },
  {
    name: 'create with a version',
    method: 'POST',
    path: 'configmaps',
    body: { metadata: { name: 'b', resourceVersion: '5' } },
  },
  {
    name: 'create another kind',
    method: 'POST',
    path: 'services',
    body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'b' } },
  },
  {
    name: 'create another group',
    method: 'POST',
    path: 'configmaps',
    body: { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'b' } },
  },
  {
    name: 'create another version',
    method: 'POST',
    path: 'configmaps',
    body: { apiVersion: 'v2', kind: 'ConfigMap', metadata: { name: 'b' } },
  },
  {
    name: 'create an unknown kind',
    method: 'POST',
    path: 'configmaps',
    body: { apiVersion: 'v1', kind: 'Foo', metadata: { name: 'b' } },
  },
  { name: 'create a list', method: 'POST', path: 'configmaps', body: [] },
  { name: 'create a text', method: 'POST', path: 'configmaps', body: 'x' },
  { name: 'a name that is a number', method: 'POST', path: 'configmaps', body: { metadata: { name: 5 } } },
  { name: 'metadata that is a list', method: 'POST', path: 'configmaps', body: { metadata: [] } },
  { name: 'a value of another type', method: 'POST', path: 'configmaps', body: configMap('b', { data: { a: 5 } }) },
  {
    name: 'an unknown field, strictly',
    method: 'POST',
    path: 'configmaps?fieldValidation=Strict',
    body: configMap('b', { foo: 1 }),
  },
  {
    name: 'an unknown field, warned of',
    method: 'POST',
    path: 'configmaps?fieldValidation=Warn',
    body: configMap('warned', { foo: 1 }),
  },
  {
    name: 'a field validation that is none',
    method: 'POST',
    path: 'configmaps?fieldValidation=No',
    body: configMap('b'),
  },
  { name: 'a dry run that is none', method: 'POST', path: 'configmaps?dryRun=x', body: configMap('b') },
  {
    name: 'a long field manager',
    method: 'POST',
    path: `configmaps?fieldManager=${'m'.repeat(130)}`,
    body: configMap('b'),
  },
  { name: 'create by name', method: 'POST', path: 'configmaps/one', body: configMap('one') },
  { name: 'create over all namespaces', method: 'POST', path: '/api/v1/configmaps', body: configMap('b') },
];

const updates: readonly GoldenCase[] = [
  { name: 'read', method: 'GET', path: 'configmaps/one' },
  { name: 'read what is not there', method: 'GET', path: 'configmaps/nope' },
  { name: 'update', method: 'PUT', path: 'configmaps/one', body: configMap('one', { data: { x: '2' } }) },
  { name: 'update under another name', method: 'PUT', path: 'configmaps/one', body: configMap('two') },
  {
    name: 'update an old version',
    method: 'PUT',
    path: 'configmaps/one',
    body: { metadata: { name: 'one', resourceVersion: '1' } },
  },
  {
    name: 'update a version that is no number',
    method: 'PUT',
    path: 'configmaps/one',
    body: { metadata: { name: 'one', resourceVersion: 'x' } },
  },
  { name: 'update what is not there', method: 'PUT', path: 'configmaps/nope', body: configMap('nope') },
  {
    name: 'update the deletion time',
    method: 'PUT',
    path: 'configmaps/one',
    body: { metadata: { name: 'one', deletionTimestamp: '2026-01-01T00:00:00Z' } },
  },
  { name: 'update a collection', method: 'PUT', path: 'configmaps', body: {} },
  { name: 'merge', method: 'PATCH', path: 'configmaps/one', contentType: merge, body: { data: { y: '1', x: null } } },
  { name: 'merge a list', method: 'PATCH', path: 'configmaps/one', contentType: merge, body: [] },
  { name: 'merge what is not there', method: 'PATCH', path: 'configmaps/nope', contentType: merge, body: {} },
  {
    name: 'operations',
    method: 'PATCH',
    path: 'configmaps/one',
    contentType: json,
    body: [{ op: 'add', path: '/data/z', value: '1' }],
  },
  {
    name: 'operations nowhere',
    method: 'PATCH',
    path: 'configmaps/one',
    contentType: json,
    body: [{ op: 'replace', path: '/no/x', value: 1 }],
  },
  { name: 'operations that are none', method: 'PATCH', path: 'configmaps/one', contentType: json, body: { data: {} } },
  { name: 'strategic', method: 'PATCH', path: 'configmaps/one', contentType: strategic, body: { data: { y: null } } },
  { name: 'strategic text', method: 'PATCH', path: 'configmaps/one', contentType: strategic, body: 'x' },
  { name: 'a patch of no type', method: 'PATCH', path: 'configmaps/one', contentType: 'application/json', body: {} },
  {
    name: 'apply without a manager',
    method: 'PATCH',
    path: 'configmaps/one',
    contentType: apply,
    body: configMap('one'),
  },
  {
    name: 'apply without a kind',
    method: 'PATCH',
    path: 'configmaps/one?fieldManager=me',
    contentType: apply,
    body: configMap('one'),
  },
  {
    name: 'apply',
    method: 'PATCH',
    path: 'configmaps/one?fieldManager=me',
    contentType: apply,
    body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one', labels: { a: 'b' } } },
  },
  {
    name: 'apply under another name',
    method: 'PATCH',
    path: 'configmaps/one?fieldManager=me',
    contentType: apply,
    body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'two' } },
  },
  { name: 'force a merge', method: 'PATCH', path: 'configmaps/one?force=true', contentType: merge, body: {} },
];

const subresources: readonly GoldenCase[] = [
  { name: 'deployment', method: 'POST', path: deployments, body: deployment },
  { name: 'scale', method: 'GET', path: `${deployments}/web/scale` },
  {
    name: 'scale up',
    method: 'PUT',
    path: `${deployments}/web/scale`,
    body: { metadata: { name: 'web' }, spec: { replicas: 2 } },
  },
  {
    name: 'status apart',
    method: 'PATCH',
    path: `${deployments}/web`,
    contentType: merge,
    body: { status: { replicas: 7 } },
  },
  {
    name: 'spec apart',
    method: 'PATCH',
    path: `${deployments}/web/status`,
    contentType: merge,
    body: { spec: { replicas: 9 }, status: { observedGeneration: 2 } },
  },
  { name: 'a subresource that is none', method: 'GET', path: `${deployments}/web/foo` },
  { name: 'create a status', method: 'POST', path: `${deployments}/web/status`, body: {} },
  { name: 'delete a status', method: 'DELETE', path: `${deployments}/web/status` },
];

const reads: readonly GoldenCase[] = [
  { name: 'a selector that is none', method: 'GET', path: 'configmaps?labelSelector=a%3D%3D%3Db' },
  { name: 'a field that cannot be selected by', method: 'GET', path: 'configmaps?fieldSelector=data.x%3D1' },
  { name: 'a field that pods cannot be selected by', method: 'GET', path: 'pods?fieldSelector=spec.foo%3D1' },
  { name: 'a limit that is none', method: 'GET', path: 'configmaps?limit=x' },
  { name: 'a version that is none', method: 'GET', path: 'configmaps?resourceVersion=x' },
  { name: 'a match without a version', method: 'GET', path: 'configmaps?resourceVersionMatch=Exact' },
  { name: 'a match that is none', method: 'GET', path: 'configmaps?resourceVersionMatch=Foo&resourceVersion=1' },
  { name: 'exactly nothing', method: 'GET', path: 'configmaps?resourceVersionMatch=Exact&resourceVersion=0' },
  { name: 'a match while watching', method: 'GET', path: 'configmaps?watch=1&resourceVersionMatch=Exact' },
  { name: 'initial events without a match', method: 'GET', path: 'configmaps?watch=1&sendInitialEvents=true' },
  { name: 'initial events of a list', method: 'GET', path: 'configmaps?sendInitialEvents=true' },
  { name: 'a resource that is none', method: 'GET', path: 'foos' },
  { name: 'a version that is not served', method: 'GET', path: '/apis/apps/v9/deployments' },
  { name: 'a cluster-scoped resource in a namespace', method: 'GET', path: 'nodes' },
];

const deletes: readonly GoldenCase[] = [
  { name: 'delete by an unknown policy', method: 'DELETE', path: 'configmaps/one', body: { propagationPolicy: 'Foo' } },
  {
    name: 'delete by two policies',
    method: 'DELETE',
    path: 'configmaps/one',
    body: { propagationPolicy: 'Orphan', orphanDependents: true },
  },
  { name: 'delete by another kind', method: 'DELETE', path: 'configmaps/one', body: { kind: 'Foo' } },
  {
    name: 'delete in the foreground',
    method: 'DELETE',
    path: 'configmaps/one',
    body: { propagationPolicy: 'Foreground' },
  },
  {
    name: 'no new finalizers',
    method: 'PATCH',
    path: 'configmaps/one',
    contentType: merge,
    body: { metadata: { finalizers: ['foregroundDeletion', 'x.y/z'] } },
  },
  {
    name: 'the last finalizer goes',
    method: 'PATCH',
    path: 'configmaps/one',
    contentType: merge,
    body: { metadata: { finalizers: null } },
  },
  { name: 'it is gone', method: 'GET', path: 'configmaps/one' },
  { name: 'delete what is not there', method: 'DELETE', path: 'configmaps/one' },
  { name: 'delete over all namespaces', method: 'DELETE', path: '/api/v1/configmaps' },
];

export const cases: readonly GoldenCase[] = [...creates, ...updates, ...subresources, ...reads, ...deletes];
