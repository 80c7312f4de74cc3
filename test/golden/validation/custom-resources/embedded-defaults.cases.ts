/** Defaults of resources inside of custom resources: how definitions are judged for them, and what objects get of them. */

import type { Tree } from '../case-builders.ts';
import { type GoldenCase, goldenNamespace } from '../golden-case.ts';

const group = 'golden-embedded.example.com';
const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const text = { type: 'string' };
const int = { type: 'integer' };
const map = { type: 'object', additionalProperties: text };
const metadata = { type: 'object', properties: { name: text, labels: map } };

const crd = (plural: string, properties: Tree, fields: Tree = {}): Tree => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.${group}` },
  spec: {
    group,
    names: { plural, kind: `${plural[0]?.toUpperCase()}${plural.slice(1, -1)}` },
    scope: 'Namespaced',
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', properties, ...fields } },
      },
    ],
  },
});
const define = (name: string, properties: Tree, fields: Tree = {}): GoldenCase => ({
  name,
  method: 'POST',
  path: crds,
  body: crd('judgeds', properties, fields),
  dryRun: true,
});
const embedded = (properties: Tree, fields: Tree = {}): Tree => ({
  type: 'object',
  'x-kubernetes-embedded-resource': true,
  properties,
  ...fields,
});
const open = { 'x-kubernetes-preserve-unknown-fields': true };
/** Of an embedded resource as a whole. */
const whole = (name: string, value: unknown, properties: Tree = { spec: map }, fields: Tree = {}): GoldenCase =>
  define(`whole: ${name}`, { e: embedded(properties, { default: value, ...fields }) });
const object = (fields: Tree): Tree => ({ apiVersion: 'v1', kind: 'Pod', ...fields });
/** Of a member of its metadata. */
const inMetadata = (name: string, field: string, schema: Tree): GoldenCase =>
  define(`metadata: ${name}`, {
    e: embedded({ metadata: { type: 'object', properties: { [field]: schema } } }),
  });
const owner = { apiVersion: 'v1', kind: 'Pod', name: 'n', uid: 'u' };

const served = {
  spec: {
    type: 'object',
    properties: {
      one: embedded({
        kind: { ...text, default: 'Pod' },
        apiVersion: { ...text, default: 'v1' },
        metadata: {
          type: 'object',
          default: { labels: { from: 'default' } },
          properties: {
            name: { ...text, default: 'named' },
            labels: { ...map, default: { a: 'b' } },
            finalizers: { type: 'array', items: { ...text, default: 'x' } },
          },
        },
        spec: { type: 'object', default: {}, properties: { a: { ...int, default: 1 } } },
      }),
      two: embedded(
        { spec: map },
        { default: object({ metadata: { name: 'two', creationTimestamp: null, labels: {} }, spec: { a: 'b' } }) },
      ),
      list: {
        type: 'array',
        default: [object({ metadata: { name: 'l', annotations: { a: 'b' } } })],
        items: embedded({ metadata: { type: 'object', properties: { generateName: { ...text, default: 'g-' } } } }),
      },
      free: embedded({}, { ...open, default: object({ metadata: { name: 'f', odd: { kept: true } }, x: { y: 1 } }) }),
      holder: {
        type: 'object',
        default: { inner: object({ metadata: { name: 'h', odd: 1, generation: 5 } }) },
        properties: { inner: embedded({ spec: map }) },
      },
    },
  },
};
const collection = `/apis/${group}/v1/namespaces/${goldenNamespace}/serveds`;
const create = (name: string, spec: Tree, dryRun = true): GoldenCase => ({
  name: `object: ${name}`,
  method: 'POST',
  path: collection,
  body: { apiVersion: `${group}/v1`, kind: 'Served', metadata: { name: 'a' }, spec },
  dryRun,
});

export const cases: readonly GoldenCase[] = [
  whole('good', object({ metadata: { name: 'a', labels: { a: 'b' } }, spec: { a: 'b' } })),
  whole('without kind', { apiVersion: 'v1' }),
  whole('without anything', {}),
  whole('no object', 5),
  whole('a list', [1]),
  whole('kind of another type', object({ kind: 5 })),
  whole('empty kind', object({ kind: '' })),
  whole('bad kind', object({ kind: 'a b' })),
  whole('version of another type', object({ apiVersion: { a: 1 } })),
  whole('empty version', object({ apiVersion: '' })),
  whole('bad version', object({ apiVersion: 'a/b/c' })),
  whole('null kind', object({ kind: null })),
  whole('metadata is text', object({ metadata: 'x' })),
  whole('metadata is null', object({ metadata: null })),
  whole('metadata is a list', object({ metadata: [] })),
  whole('name is a number', object({ metadata: { name: 5 } })),
  whole('labels are text', object({ metadata: { labels: 'x' } })),
  whole('label is a number', object({ metadata: { labels: { a: 5 } } })),
  whole('bad name', object({ metadata: { name: 'a/b' } })),
  whole('bad generated name', object({ metadata: { generateName: '..%' } })),
  whole('bad label', object({ metadata: { labels: { 'a b': 'c d' } } })),
  whole('bad annotation', object({ metadata: { annotations: { 'a b': 'c' } } })),
  whole('namespace', object({ metadata: { name: 'a', namespace: 'n' } })),
  whole('bad namespace', object({ metadata: { name: 'a', namespace: 'A b' } })),
  whole('negative generation', object({ metadata: { generation: -1 } })),
  whole('fractional generation', object({ metadata: { generation: 1.5 } })),
  whole('bad time', object({ metadata: { creationTimestamp: 'yesterday' } })),
  whole('null time', object({ metadata: { name: 'a', creationTimestamp: null } })),
  whole('finalizers', object({ metadata: { finalizers: ['plain', 'a b'] } })),
  whole('two controllers', {
    ...object({
      metadata: { ownerReferences: [owner, { ...owner, uid: 'v' }].map((o) => ({ ...o, controller: true })) },
    }),
  }),
  whole('owner of nothing', object({ metadata: { ownerReferences: [{}] } })),
  whole('unknown metadata', object({ metadata: { name: 'a', odd: 1, more: { a: 'b' } } })),
  whole('unknown field', object({ odd: 1 })),
  whole('unknown field that is kept', object({ odd: 1, metadata: { odd: 1 } }), {}, open),
  whole('value against the schema', object({ spec: { a: 5 } })),
  whole('metadata against the schema', object({ metadata: { name: 'abc' } }), {
    metadata: { type: 'object', properties: { name: { ...text, maxLength: 2 } } },
  }),
  whole(
    'against a rule',
    object({ metadata: { name: 'abc' } }),
    { spec: map },
    {
      'x-kubernetes-validations': [{ rule: "self.metadata.name == 'x'" }],
    },
  ),
  whole('kind against the schema', object({}), { kind: { ...text, enum: ['Node'] } }),
  define('outside: around a bad one', {
    o: {
      type: 'object',
      default: { e: object({ metadata: { name: 'a/b' } }) },
      properties: { e: embedded({ spec: map }) },
    },
  }),
  define('outside: around one without kind', {
    o: { type: 'object', default: { e: {} }, properties: { e: embedded({ spec: map }) } },
  }),
  define('outside: list of bad ones', {
    o: {
      type: 'array',
      default: [object({ metadata: { labels: { a: 1 } } }), object({})],
      items: embedded({ spec: map }),
    },
  }),
  define('outside: map of bad ones', {
    o: {
      type: 'object',
      default: { x: object({ metadata: { name: '..' } }) },
      additionalProperties: embedded({ spec: map }),
    },
  }),
  define('outside: unknown metadata', {
    o: {
      type: 'object',
      default: { e: object({ metadata: { odd: 1, name: 'a' } }) },
      properties: { e: embedded({ spec: map }) },
    },
  }),
  define('kind: good', { e: embedded({ kind: { ...text, default: 'Pod' } }) }),
  define('kind: bad', { e: embedded({ kind: { ...text, default: 'a b' } }) }),
  define('kind: empty', { e: embedded({ kind: { ...text, default: '' } }) }),
  define('kind: of another type', { e: embedded({ kind: { ...text, default: 5 } }) }),
  define('kind: not of the enum', { e: embedded({ kind: { ...text, default: 'Pod', enum: ['Node'] } }) }),
  define('version: bad', { e: embedded({ apiVersion: { ...text, default: 'a/b/c' } }) }),
  define('version: empty', { e: embedded({ apiVersion: { ...text, default: '' } }) }),
  define('metadata: good', { e: embedded({ metadata: { ...metadata, default: { name: 'a' } } }) }),
  define('metadata: empty', { e: embedded({ metadata: { ...metadata, default: {} } }) }),
  define('metadata: of another type', { e: embedded({ metadata: { ...metadata, default: 'x' } }) }),
  define('metadata: bad name', { e: embedded({ metadata: { ...metadata, default: { name: 'a/b' } } }) }),
  define('metadata: two faults', {
    e: embedded({ metadata: { ...metadata, default: { name: 'a/b', labels: { 'a b': '' } } } }),
  }),
  define('metadata: unknown field', { e: embedded({ metadata: { ...metadata, default: { name: 'a', odd: 1 } } }) }),
  define('metadata: label is a number', { e: embedded({ metadata: { ...metadata, default: { labels: { a: 1 } } } }) }),
  define('metadata: against a rule', {
    e: embedded({
      metadata: { ...metadata, default: { name: 'a' }, 'x-kubernetes-validations': [{ rule: "self.name == 'b'" }] },
    }),
  }),
  define('metadata: as a rule wants', {
    e: embedded({
      metadata: { ...metadata, default: { name: 'b' }, 'x-kubernetes-validations': [{ rule: "self.name == 'b'" }] },
    }),
  }),
  inMetadata('name', 'name', { ...text, default: 'good' }),
  inMetadata('name of another case', 'name', { ...text, default: 'A_b' }),
  inMetadata('name that is none', 'name', { ...text, default: 'a%' }),
  inMetadata('name that is a number', 'name', { ...int, default: 5 }),
  inMetadata('name too long', 'name', { ...text, default: 'abc', maxLength: 2 }),
  inMetadata('empty name', 'name', { ...text, default: '' }),
  inMetadata('namespace', 'namespace', { ...text, default: 'A' }),
  inMetadata('labels', 'labels', { ...map, default: { 'a b': 'c d' } }),
  inMetadata('labels of another type', 'labels', { type: 'array', items: text, default: ['x'] }),
  inMetadata('one label', 'labels', { type: 'object', properties: { a: { ...text, default: 'c d' } } }),
  inMetadata('one label that is a number', 'labels', { type: 'object', properties: { a: { ...int, default: 5 } } }),
  inMetadata('one finalizer', 'finalizers', { type: 'array', items: { ...text, default: 'a b' } }),
  inMetadata('generation', 'generation', { ...int, default: -1 }),
  inMetadata('time', 'creationTimestamp', { ...text, default: 'yesterday' }),
  inMetadata('owner', 'ownerReferences', {
    type: 'array',
    items: { type: 'object', default: { kind: 'X' }, properties: { kind: text } },
  }),
  inMetadata('member that nobody knows', 'odd', { ...int, default: 5 }),
  inMetadata('below one that nobody knows', 'odd', { type: 'object', properties: { a: { ...int, default: 5 } } }),
  define('metadata: in a list of lists', {
    l: {
      type: 'array',
      items: {
        type: 'array',
        items: embedded({ metadata: { type: 'object', properties: { name: { ...text, default: 'a/b' } } } }),
      },
    },
  }),
  define('metadata: of one inside of another', {
    e: embedded({
      spec: embedded({ metadata: { type: 'object', properties: { name: { ...text, default: 'a/b' } } } }),
    }),
  }),
  define('top: name', { metadata: { type: 'object', properties: { name: { ...text, default: 'a/b' } } } }),
  define('top: name of another type', { metadata: { type: 'object', properties: { name: { ...text, default: 5 } } } }),
  define('top: kind', { kind: { ...text, default: 'a b' } }),
  define('top: the object', { spec: map }, { default: { spec: { a: 'b' } } }),
  define('top: the object, good', { spec: map }, { default: object({ spec: { a: 'b' } }) }),
  define('top: the object, unknown field', { spec: map }, { default: object({ odd: 1 }) }),
  { name: 'definition', method: 'POST', path: crds, body: crd('serveds', served) },
  { name: 'is served', method: 'GET', path: collection, awaits: 200 },
  create('nothing', {}),
  create('empty ones', { one: {}, two: object({}), list: [], free: object({}), holder: {} }),
  create('metadata', { one: { metadata: {} } }),
  create('metadata of null', { one: { metadata: null } }),
  create('labels', { one: { metadata: { labels: { c: 'd' }, finalizers: ['y', null] } } }),
  create('name of its own', { one: { kind: 'Node', metadata: { name: 'own' } } }),
  create('list', { list: [object({}), object({ metadata: {} }), object({ metadata: { name: 'n' } })] }),
  create('holder', { holder: { inner: object({ metadata: { name: 'i', odd: 1 } }) } }),
  create('bad metadata', { two: object({ metadata: { name: 'a/b', labels: { 'a b': '' } } }) }),
  create('metadata that is text', { two: object({ metadata: 'x' }) }),
  create('label that is a number', { two: object({ metadata: { labels: { a: 1 } } }) }),
  create('kind that is a number', { two: { apiVersion: 'v1', kind: 1 } }),
  create('name that is a number in a list', { list: [object({ metadata: { name: 1 } })] }),
  create('fractional generation', { two: object({ metadata: { generation: 1.5 } }) }),
  create('time that is none', { two: object({ metadata: { creationTimestamp: 'x' } }) }),
  create('stored', { one: { metadata: { name: 'own' } } }, false),
  { name: 'object: read again', method: 'GET', path: `${collection}/a` },
];

export const cleanup: readonly string[] = [`${crds}/serveds.${group}`];
