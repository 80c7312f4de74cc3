import type { Tree } from '../case-builders.ts';
import { type GoldenCase, goldenNamespace } from '../golden-case.ts';

const group = 'golden-lifecycle.example.com';
const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const objectType = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const version = { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: objectType } };
const crd = (plural: string, names: Tree, fields: Tree = {}): GoldenCase => ({
  name: `definition of ${plural}`,
  method: 'POST',
  path: crds,
  body: {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: { group, names: { plural, ...names }, scope: 'Namespaced', versions: [version], ...fields },
  },
});
const get = (plural: string): GoldenCase => ({
  name: `${plural} after`,
  method: 'GET',
  path: `${crds}/${plural}.${group}`,
});
const collection = (plural: string, of = 'v1'): string =>
  `/apis/${group}/${of}/namespaces/${goldenNamespace}/${plural}`;
const object = (kind: string, name: string, of = 'v1'): Tree => ({
  apiVersion: `${group}/${of}`,
  kind,
  metadata: { name, finalizers: ['example.com/held'] },
  x: 1,
});

export const cases: readonly GoldenCase[] = [
  crd('firsts', { kind: 'First', shortNames: ['fi'], categories: ['all'] }),
  { name: 'object', method: 'POST', path: collection('firsts'), body: object('First', 'a'), awaits: 201 },
  get('firsts'),
  { name: 'discovery', method: 'GET', path: `/apis/${group}/v1` },
  { name: 'group', method: 'GET', path: `/apis/${group}` },
  { name: 'wrong kind', method: 'POST', path: collection('firsts'), body: object('Other', 'b') },
  { name: 'wrong version', method: 'POST', path: collection('firsts'), body: object('First', 'b', 'v2') },
  { name: 'no kind', method: 'POST', path: collection('firsts'), body: { metadata: { name: 'b' } } },
  { name: 'unknown version', method: 'GET', path: collection('firsts', 'v9') },
  { name: 'unknown resource', method: 'GET', path: collection('others') },
  { name: 'no status subresource', method: 'GET', path: `${collection('firsts')}/a/status` },
  {
    name: 'strategic merge patch',
    method: 'PATCH',
    path: `${collection('firsts')}/a`,
    body: { x: 2 },
    contentType: 'application/strategic-merge-patch+json',
  },
  {
    name: 'update without resourceVersion',
    method: 'PUT',
    path: `${collection('firsts')}/a`,
    body: object('First', 'a'),
  },
  {
    name: 'group is immutable',
    method: 'PATCH',
    path: `${crds}/firsts.${group}`,
    body: { spec: { group: 'other.example.com' } },
  },
  {
    name: 'scope is immutable',
    method: 'PATCH',
    path: `${crds}/firsts.${group}`,
    body: { spec: { scope: 'Cluster' } },
  },
  {
    name: 'kind is immutable',
    method: 'PATCH',
    path: `${crds}/firsts.${group}`,
    body: { spec: { names: { kind: 'Other' } } },
  },
  {
    name: 'stored version may not go',
    method: 'PATCH',
    path: `${crds}/firsts.${group}`,
    body: { spec: { versions: [{ ...version, name: 'v2' }] } },
  },
  {
    name: 'status of a definition',
    method: 'PATCH',
    path: `${crds}/firsts.${group}/status`,
    body: { status: { storedVersions: ['v1', 'v7'] } },
    dryRun: true,
  },
  { name: 'deleted', method: 'DELETE', path: `${crds}/firsts.${group}` },
  { name: 'create while it goes', method: 'POST', path: collection('firsts'), body: object('First', 'b'), awaits: 403 },
  {
    name: 'finalizers off',
    method: 'PATCH',
    path: `${collection('firsts')}/a`,
    body: { metadata: { finalizers: null } },
  },
  { name: 'gone', method: 'GET', path: `${crds}/firsts.${group}`, awaits: 404 },
  { name: 'not served any more', method: 'GET', path: `${collection('firsts')}/a`, awaits: 404 },
];
