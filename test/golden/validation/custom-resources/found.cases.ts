/** What generated definitions and objects were answered otherwise than by upstream, once. */

import type { Tree } from '../case-builders.ts';
import { type GoldenCase, goldenNamespace } from '../golden-case.ts';

const group = 'golden-found.example.com';
const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const anything = { 'x-kubernetes-preserve-unknown-fields': true };
const keyed = { type: 'object', required: ['k'], properties: { k: { type: 'integer' }, v: anything } };

const spec = {
  type: 'object',
  properties: {
    short: { type: 'string', maxLength: 3, minLength: 1, pattern: '^a' },
    uri: { type: 'string', format: 'uri' },
    small: { type: 'integer', format: 'int32', maximum: 10.5 },
    odd: { type: 'integer', format: 'x' },
    half: { type: 'integer', multipleOf: 0.5, minimum: 2.5 },
    tenth: { type: 'number', multipleOf: 0.1 },
    thirds: { type: 'integer', multipleOf: 3 },
    wide: { type: 'number', maximum: 1e19, format: 'float' },
    many: { type: 'number', maximum: 1_000_000 },
    whole: { type: 'number', multipleOf: 0.25 },
    choice: { type: 'integer', nullable: true, enum: [1, 2] },
    letters: { 'x-kubernetes-int-or-string': true, enum: ['a', 'b'] },
    portion: { 'x-kubernetes-int-or-string': true, maximum: 5.5 },
    map: { type: 'object', additionalProperties: { type: 'string', maxLength: 1 } },
    any: { type: 'object', ...anything },
    open: { type: 'object', additionalProperties: true },
    told: { type: 'number', 'x-kubernetes-validations': [{ rule: 'self < 0.0', messageExpression: 'string(self)' }] },
    printed: {
      type: 'number',
      'x-kubernetes-validations': [{ rule: 'self < 0.0', messageExpression: '"%s".format([self])' }],
    },
    list: { type: 'array', items: keyed, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['k'] },
  },
};

const crd = (plural: string, kind: string, subresources: Tree): GoldenCase => ({
  name: `definition ${plural}`,
  method: 'POST',
  path: crds,
  body: {
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural, kind },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          subresources,
          schema: {
            openAPIV3Schema: { type: 'object', properties: { spec, status: { type: 'object', ...anything } } },
          },
        },
      ],
    },
  },
});
const collection = (plural: string): string => `/apis/${group}/v1/namespaces/${goldenNamespace}/${plural}`;
const object = (kind: string, content: Tree, more: Tree = {}): Tree => ({
  apiVersion: `${group}/v1`,
  kind,
  metadata: { name: 'a' },
  spec: content,
  ...more,
});
const create = (name: string, content: Tree): GoldenCase => ({
  name,
  method: 'POST',
  path: collection('plains'),
  body: object('Plain', content),
  dryRun: true,
});
const patch = (name: string, body: Tree, plural = 'plains', contentType?: string): GoldenCase => ({
  name,
  method: 'PATCH',
  path: `${collection(plural)}/a${contentType ? '?fieldManager=golden&force=true' : ''}`,
  body,
  ...(contentType ? { contentType } : {}),
});
const broken = (name: string, schema: Tree, more: Tree = {}): GoldenCase => ({
  name,
  method: 'POST',
  path: crds,
  body: {
    metadata: { name: `brokens.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural: 'brokens', kind: 'Broken' },
      ...more,
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', properties: { a: schema } } },
        },
      ],
    },
  },
  dryRun: true,
});

export const cases: readonly GoldenCase[] = [
  crd('plains', 'Plain', {}),
  crd('statuses', 'Statused', { status: {} }),
  broken('default of an unknown member', {
    type: 'object',
    additionalProperties: { type: 'string', pattern: '^a' },
    default: { 'b c': 'd' },
  }),
  broken('default inside of lists', {
    type: 'array',
    items: { type: 'array', items: { type: 'object' } },
    default: [[], [1.5]],
  }),
  broken('default above a whole bound', { type: 'integer', maximum: 10.5, default: 11 }),
  broken('default above a bound beyond all', { type: 'number', maximum: 1e19, default: 5 }),
  broken('factor that is none', { type: 'number', multipleOf: 0.5, default: 0 }),
  broken('default of no text, with a format', { type: 'string', format: 'hexcolor', default: {} }),
  broken('defaults beside unknown fields', { type: 'string', default: 'a' }, { preserveUnknownFields: true }),
  { ...create('first', {}), awaits: 201 },
  create('too long and no match', { short: 'bcdef' }),
  create('too short and no match', { short: '' }),
  create('no match', { short: 'bcd' }),
  ...[5, 1.5, true, {}, ['a'], null].map((uri) => create(`uri of ${JSON.stringify(uri)}`, { uri })),
  ...[11, 10, 2_147_483_648, 1e20, 1.5, 'a'].map((small) => create(`small of ${JSON.stringify(small)}`, { small })),
  ...[1.5, 1e20].map((odd) => create(`odd of ${odd}`, { odd })),
  ...[2, 3].map((half) => create(`half of ${half}`, { half })),
  ...[0.3, 0.35, 7, -0.2].map((tenth) => create(`tenth of ${tenth}`, { tenth })),
  ...[4, -6].map((thirds) => create(`thirds of ${thirds}`, { thirds })),
  ...[1e20, 1e300, 5].map((wide) => create(`wide of ${wide}`, { wide })),
  ...[1_000_001, 1_234_567.5].map((many) => create(`many of ${many}`, { many })),
  ...[3, 0.5, 0.3].map((whole) => create(`whole of ${whole}`, { whole })),
  ...[null, 1.5, 3].map((choice) => create(`choice of ${choice}`, { choice })),
  ...['a', 97, 99, 1.5].map((letters) => create(`letters of ${letters}`, { letters })),
  ...[5, 6, 5.6, 'x'].map((portion) => create(`portion of ${portion}`, { portion })),
  create('member that is not declared', { map: { 'b c': 'de' } }),
  create('members below any', { open: { a: { b: 1 }, c: [{ d: 1 }], e: 1 } }),
  ...[1_234_567.5, 999_999, 1e6, 1e-5].map((told) => create(`told of ${told}`, { told, printed: told })),
  {
    name: 'stored',
    method: 'POST',
    path: collection('plains'),
    body: object('Plain', { any: { a: {}, l: [1] }, short: 'a' }, { status: { x: 1 } }),
  },
  patch('a status that all write counts', { status: { x: 2 } }),
  patch('a status that is the same does not', { status: { x: 2 } }),
  patch('nulls in a new list', { spec: { any: { l: [{ a: null, b: 1, c: [{ d: null }] }, null, [{ e: null }]] } } }),
  patch('nulls in a list for an object', { spec: { any: { a: [{ f: null }] } } }),
  patch('something empty became null', { spec: { any: { a: {}, b: {}, n: [] } } }),
  patch(
    'applied over what is empty',
    object('Plain', { any: { a: null, b: [], n: {} } }),
    'plains',
    'application/apply-patch+yaml',
  ),
  {
    name: 'stored with a status of its own',
    method: 'POST',
    path: collection('statuses'),
    body: object('Statused', { short: 'a' }),
  },
  {
    name: 'status with labels that are none',
    method: 'PATCH',
    path: `${collection('statuses')}/a/status`,
    body: { metadata: { labels: { 'a b': 'c d' }, annotations: { a: 'b' }, finalizers: ['x'] }, status: { y: 1 } },
  },
];

export const cleanup: readonly string[] = [`${crds}/plains.${group}`, `${crds}/statuses.${group}`];
