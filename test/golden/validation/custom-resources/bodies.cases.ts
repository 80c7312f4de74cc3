/** Bodies of custom resources that cannot be read. */

import type { Tree } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

const group = 'golden-bodies.example.com';
const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const collection = `/apis/${group}/v1/bodies`;
const json = 'application/json';

const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `bodies.${group}` },
  spec: {
    group,
    names: { plural: 'bodies', kind: 'Body' },
    scope: 'Cluster',
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                properties: {
                  e: {
                    type: 'object',
                    'x-kubernetes-embedded-resource': true,
                    properties: { spec: { type: 'object' } },
                  },
                  choice: { 'x-kubernetes-preserve-unknown-fields': true, enum: [{ b: 1, a: 2 }, 'x'] },
                },
              },
            },
          },
        },
      },
    ],
  },
};
const valid = { apiVersion: `${group}/v1`, kind: 'Body', metadata: { name: 'a' } };
const create = (name: string, fields: Tree, query = ''): GoldenCase => ({
  name,
  method: 'POST',
  path: `${collection}${query || '?dryRun=All'}`,
  body: { ...valid, ...fields },
});
const whole = (name: string, body: unknown, contentType = json): GoldenCase => ({
  name,
  method: 'POST',
  path: collection,
  body,
  contentType,
});
const send = (name: string, body: unknown, contentType: string, query = ''): GoldenCase => ({
  name,
  method: 'PATCH',
  path: `${collection}/stored${query}`,
  body,
  contentType,
});
const patch = (name: string, body: unknown, query = ''): GoldenCase =>
  send(`patch: ${name}`, body, 'application/merge-patch+json', query);
const apply = (name: string, fields: Tree): GoldenCase =>
  send(
    `apply: ${name}`,
    { ...valid, metadata: { name: 'stored' }, ...fields },
    'application/apply-patch+yaml',
    '?fieldManager=golden&force=true',
  );
const pod = { apiVersion: 'v1', kind: 'Pod' };
const odd = {
  odd: 1,
  metadata: { name: 'a', odd: 1 },
  spec: { odd: 1, e: { ...pod, odd: 1, metadata: { odd: 1, name: 'a', more: {} } } },
};

export const cases: readonly GoldenCase[] = [
  { name: 'definition', method: 'POST', path: crds, body: definition },
  { name: 'is served', method: 'GET', path: collection, awaits: 200 },
  whole('a list', []),
  whole('null', null),
  whole('a text', 'text'),
  whole('a flag', true),
  whole('YAML: a list', '- 1', 'application/yaml'),
  whole('YAML: no kind', 'a: b\n', 'application/yaml'),
  whole('YAML: metadata is text', `apiVersion: ${group}/v1\nkind: Body\nmetadata: x\n`, 'application/yaml'),
  create('version is a number', { apiVersion: 1 }),
  create('kind is a number', { kind: 1 }),
  create('kind is a list', { kind: ['Body'] }),
  create('kind is null', { kind: null }),
  create('no kind', { kind: undefined }),
  create('no version', { apiVersion: undefined }),
  create('another kind', { kind: 'Other' }),
  create('another version', { apiVersion: `${group}/v2` }),
  create('metadata is text', { metadata: 'x' }),
  create('metadata is a list', { metadata: [] }),
  create('metadata is null', { metadata: null }),
  create('name is a number', { metadata: { name: 1 } }),
  create('label is a number', { metadata: { name: 'a', labels: { a: 1 } } }),
  create('owners are an object', { metadata: { name: 'a', ownerReferences: {} } }),
  create('owner is a text', { metadata: { name: 'a', ownerReferences: ['x'] } }),
  create('kind of an owner is a number', { metadata: { name: 'a', ownerReferences: [{ kind: 1 }] } }),
  create('generation is a fraction', { metadata: { name: 'a', generation: 1.5 } }),
  create('time is none', { metadata: { name: 'a', creationTimestamp: 'x' } }),
  create('unknown fields', odd, '?fieldValidation=Strict&dryRun=All'),
  create('unknown fields, warned of', odd, '?fieldValidation=Warn&dryRun=All'),
  create('value that is not in the list', { spec: { choice: { z: 1, a: { y: 1, b: 2 } } } }),
  {
    name: 'stored',
    method: 'POST',
    path: collection,
    body: { ...valid, metadata: { name: 'stored' }, spec: { e: pod } },
  },
  patch('kind and version', { kind: 'Other', apiVersion: 'v1' }),
  patch('metadata is a list', { metadata: [] }),
  patch('kind', { kind: 'Other' }),
  patch('version', { apiVersion: `${group}/v2` }),
  patch('a list', []),
  apply('metadata is text', { metadata: 'x' }),
  apply('label is a number', { metadata: { name: 'stored', labels: { a: 1 } } }),
  apply('metadata inside is text', { spec: { e: { ...pod, metadata: 'x' } } }),
  apply('label inside is a number', { spec: { e: { ...pod, metadata: { labels: { a: 1 } } } } }),
  apply('kind inside is a number', { spec: { e: { apiVersion: 'v1', kind: 5 } } }),
];

export const cleanup: readonly string[] = [`${crds}/bodies.${group}`];
