import type { Tree } from '../case-builders.ts';
import { type GoldenCase, goldenNamespace } from '../golden-case.ts';

const group = 'golden-schemas.example.com';
const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const text = { type: 'string' };
const int = { type: 'integer' };
const pair = { type: 'object', properties: { k: text, l: int, v: int } };
const keyed = { 'x-kubernetes-list-type': 'map', type: 'array' };

const spec = {
  type: 'object',
  properties: {
    int,
    int32: { ...int, format: 'int32' },
    number: { type: 'number' },
    text,
    flag: { type: 'boolean' },
    list: { type: 'array', items: int, minItems: 1, maxItems: 3 },
    object: { type: 'object', minProperties: 1, maxProperties: 2, additionalProperties: text },
    bounded: { ...int, minimum: 1, maximum: 5 },
    exclusive: { type: 'number', minimum: 1, exclusiveMinimum: true, maximum: 5, exclusiveMaximum: true },
    fraction: { type: 'number', minimum: 1.5, maximum: 2.5 },
    multiple: { type: 'number', multipleOf: 5 },
    length: { ...text, minLength: 2, maxLength: 3 },
    pattern: { ...text, pattern: '^[a-z]+$' },
    enum: { ...text, enum: ['a', 'b'] },
    enumInt: { ...int, enum: [1, 2] },
    nullable: { ...text, nullable: true },
    portion: { 'x-kubernetes-int-or-string': true },
    portionAnyOf: {
      'x-kubernetes-int-or-string': true,
      anyOf: [{ type: 'integer' }, { type: 'string' }],
      pattern: '^[0-9]+%$',
    },
    required: {
      type: 'object',
      required: ['a', 'b'],
      properties: { a: text, b: { type: 'object', required: ['c'], properties: { c: text } } },
    },
    anyOf: { type: 'object', properties: { a: int, b: int }, anyOf: [{ required: ['a'] }, { required: ['b'] }] },
    oneOf: { type: 'object', properties: { a: int, b: int }, oneOf: [{ required: ['a'] }, { required: ['b'] }] },
    allOf: {
      type: 'object',
      properties: { a: int },
      allOf: [{ required: ['a'] }, { properties: { a: { minimum: 5 } } }],
    },
    not: { ...text, not: { enum: ['x'] } },
    time: { ...text, format: 'date-time' },
    date: { ...text, format: 'date' },
    uuid: { ...text, format: 'uuid' },
    byte: { ...text, format: 'byte' },
    email: { ...text, format: 'email' },
    ipv4: { ...text, format: 'ipv4' },
    ipv6: { ...text, format: 'ipv6' },
    cidr: { ...text, format: 'cidr' },
    mac: { ...text, format: 'mac' },
    uri: { ...text, format: 'uri' },
    hostname: { ...text, format: 'hostname' },
    duration: { ...text, format: 'duration' },
    hexcolor: { ...text, format: 'hexcolor' },
    unknownFormat: { ...text, format: 'unknown' },
    set: { type: 'array', items: text, 'x-kubernetes-list-type': 'set' },
    map: { ...keyed, items: { ...pair, required: ['k'] }, 'x-kubernetes-list-map-keys': ['k'] },
    maps: { ...keyed, items: { ...pair, required: ['k', 'l'] }, 'x-kubernetes-list-map-keys': ['k', 'l'] },
    embedded: { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
    free: { 'x-kubernetes-preserve-unknown-fields': true },
    replicas: int,
  },
};
const schema = {
  type: 'object',
  required: ['spec'],
  properties: {
    metadata: { type: 'object', properties: { name: { ...text, maxLength: 12 } } },
    spec,
    status: { type: 'object', properties: { replicas: int, phase: { ...text, enum: ['Good'] }, selector: text } },
  },
};
const version = { name: 'v1', served: true, storage: true };
const crd = (plural: string, fields: Tree): Tree => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.${group}` },
  spec: { group, names: { plural, kind: 'Shaped' }, scope: 'Namespaced', versions: [{ ...version, ...fields }] },
});
const collection = `/apis/${group}/v1/namespaces/${goldenNamespace}/shapeds`;
const object = (name: string, content: unknown): Tree => ({
  apiVersion: `${group}/v1`,
  kind: 'Shaped',
  metadata: { name },
  ...(content === undefined ? {} : { spec: content }),
});
const create = (name: string, content: unknown, fields: Tree = {}): GoldenCase => ({
  name,
  method: 'POST',
  path: collection,
  body: { ...object('a', content), ...fields },
  dryRun: true,
});
const patch = (name: string, body: Tree, subresource = ''): GoldenCase => ({
  name,
  method: 'PATCH',
  path: `${collection}/b${subresource}`,
  body,
  dryRun: true,
});
const wrong: Readonly<Record<string, readonly unknown[]>> = {
  int: ['x', 1.5, true, null, [], {}],
  int32: [3_000_000_000],
  number: ['x', null],
  text: [1, null, ['x'], { a: 1 }, true],
  flag: ['true', 0],
  list: [[], [1, 2, 3, 4], ['x'], {}, 'x'],
  object: [{}, { a: 'x', b: 'y', c: 'z' }, { a: 1 }, { 'x.y': 1 }, []],
  bounded: [0, 6],
  exclusive: [1, 5],
  fraction: [1, 3.25],
  multiple: [7],
  length: ['a', 'abcd'],
  pattern: ['A1'],
  enum: ['c', 1],
  enumInt: [3],
  nullable: [null, 1],
  portion: [true, 1.5, {}],
  portionAnyOf: ['x', 5, true],
  required: [{}, { a: 'x', b: {} }, { a: null, b: { c: 'x' } }],
  anyOf: [{}],
  oneOf: [{}, { a: 1, b: 2 }],
  allOf: [{}, { a: 1 }],
  not: ['x'],
  time: ['x', '2020-01-01', '2020-13-01T00:00:00Z'],
  date: ['2020-01-01T00:00:00Z', 'x'],
  uuid: ['x'],
  byte: ['x!'],
  email: ['x'],
  ipv4: ['::1', '1.2.3', '1.2.3.04'],
  ipv6: ['1.2.3.4'],
  cidr: ['1.2.3.4'],
  mac: ['x'],
  uri: ['x y', 'x'],
  hostname: ['a_b'],
  duration: ['x', '5 parsecs'],
  hexcolor: ['red'],
  unknownFormat: ['x'],
  set: [['a', 'b', 'a', 'a']],
  map: [[{ k: 'a' }, { k: 'b' }, { k: 'a' }], [{ v: 1 }], ['x']],
  maps: [
    [
      { k: 'a', l: 1 },
      { k: 'a', l: 2 },
      { l: 1, k: 'a' },
    ],
  ],
  embedded: [
    {},
    { apiVersion: 'v1', kind: '' },
    { apiVersion: 'a/b/c', kind: 'a b' },
    { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a/b', labels: { 'a b': 'c' } } },
    'x',
  ],
  free: [null, 1, { a: [] }],
};
const defaulted = (name: string, of: Tree): GoldenCase => ({
  name: `default ${name}`,
  method: 'POST',
  path: crds,
  body: crd('defaulteds', {
    schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties: { f: of } } } } },
  }),
  dryRun: true,
});
const ruled = { 'x-kubernetes-validations': [{ rule: 'self.a > 0' }] };

export const cases: readonly GoldenCase[] = [
  {
    name: 'definition',
    method: 'POST',
    path: crds,
    body: crd('shapeds', {
      schema: { openAPIV3Schema: schema },
      subresources: {
        status: {},
        scale: {
          specReplicasPath: '.spec.replicas',
          statusReplicasPath: '.status.replicas',
          labelSelectorPath: '.status.selector',
        },
      },
    }),
  },
  { ...create('first', {}), awaits: 201 },
  ...Object.entries(wrong).flatMap(([field, values]) =>
    values.map((value, at) => create(`${field} ${at}`, { [field]: value })),
  ),
  create('no spec', undefined),
  create('spec of another type', 'x'),
  create('name too long', {}, { metadata: { name: 'longer-than-twelve' } }),
  create('negative replicas', { replicas: -1 }),
  create('too many replicas', { replicas: 3_000_000_000 }),
  create('finalizers', {}, { metadata: { name: 'a', finalizers: ['x', 'x.example.com', 'example.com/x', 'a b'] } }),
  { name: 'stored', method: 'POST', path: collection, body: object('b', { text: 'x', map: [{ k: 'a', v: 1 }] }) },
  patch('status', { status: { replicas: -1, phase: 'Bad' } }, '/status'),
  patch('status of another type', { status: 'x' }, '/status'),
  patch('selector of another type', { status: { selector: 5 } }, '/status'),
  patch('finalizer', { metadata: { finalizers: ['y'] } }),
  // Values that were there before the schema was stricter.
  {
    name: 'definition of olds',
    method: 'POST',
    path: crds,
    body: {
      ...crd('olds', {
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: { spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
          },
        },
      }),
      spec: {
        group,
        names: { plural: 'olds', kind: 'Old' },
        scope: 'Namespaced',
        versions: [
          {
            ...version,
            schema: {
              openAPIV3Schema: {
                type: 'object',
                properties: { spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
              },
            },
          },
        ],
      },
    },
  },
  {
    name: 'old',
    method: 'POST',
    path: collection.replace('shapeds', 'olds'),
    body: {
      ...object('old', {
        a: 'X',
        list: ['X', 'y'],
        map: [
          { k: 'p', v: 0 },
          { k: 'q', v: 0 },
        ],
        tree: { x: 'X' },
        set: ['a', 'a'],
        req: {},
        any: {},
      }),
      kind: 'Old',
    },
    awaits: 201,
  },
  {
    name: 'stricter',
    method: 'PATCH',
    path: `${crds}/olds.${group}`,
    body: {
      spec: {
        versions: [
          {
            ...version,
            schema: {
              openAPIV3Schema: {
                type: 'object',
                properties: {
                  spec: {
                    type: 'object',
                    properties: {
                      a: { ...text, pattern: '^[a-z]$' },
                      list: { type: 'array', items: { ...text, pattern: '^[a-z]$' } },
                      map: {
                        ...keyed,
                        'x-kubernetes-list-map-keys': ['k'],
                        items: { type: 'object', required: ['k'], properties: { k: text, v: { ...int, minimum: 1 } } },
                      },
                      tree: { type: 'object', additionalProperties: { ...text, maxLength: 1, pattern: '^[a-z]$' } },
                      set: { type: 'array', items: text, 'x-kubernetes-list-type': 'set' },
                      req: { type: 'object', required: ['x'], properties: { x: text } },
                      any: {
                        type: 'object',
                        properties: { a: text, b: text },
                        anyOf: [{ required: ['a'] }, { required: ['b'] }],
                      },
                      b: text,
                    },
                  },
                },
              },
            },
          },
        ],
      },
    },
  },
  {
    name: 'new is refused',
    method: 'POST',
    path: collection.replace('shapeds', 'olds'),
    body: { ...object('new', { a: 'X' }), kind: 'Old' },
    dryRun: true,
    awaits: 422,
  },
  ...Object.entries<Tree>({
    'labels only': { metadata: { labels: { a: 'b' } } },
    'another field': { spec: { b: 'x' } },
    'list with more': { spec: { list: ['X', 'y', 'z'] } },
    'map in another order': {
      spec: {
        map: [
          { k: 'q', v: 0 },
          { k: 'p', v: 0 },
          { k: 'r', v: 1 },
        ],
      },
    },
    'map with one changed': {
      spec: {
        map: [
          { k: 'p', v: -1 },
          { k: 'q', v: 0 },
        ],
      },
    },
    'tree with more': { spec: { tree: { y: 'y' } } },
    'tree changed': { spec: { tree: { x: 'Y' } } },
    'set with more': { spec: { set: ['a', 'a', 'b'] } },
    'still missing': { spec: { req: { y: 'z' } } },
    'any of changed': { spec: { any: { c: 'd' } } },
  }).map(
    ([name, body]): GoldenCase => ({
      name: `ratcheting: ${name}`,
      method: 'PATCH',
      path: `${collection.replace('shapeds', 'olds')}/old`,
      body,
      dryRun: true,
    }),
  ),
  // Defaults are judged by their schema.
  defaulted('good', { ...int, default: 5, minimum: 1 }),
  defaulted('of another type', { ...int, default: 'x' }),
  defaulted('too small', { ...int, default: 0, minimum: 1 }),
  defaulted('not of the enum', { ...text, default: 'x', enum: ['a', 'b'] }),
  defaulted('not of the pattern', { ...text, default: 'X', pattern: '^[a-z]$' }),
  defaulted('null', { ...text, default: null }),
  defaulted('null of nullable', { ...text, nullable: true, default: null }),
  defaulted('object', { type: 'object', default: { a: 'x' }, required: ['b'], properties: { a: int, b: int } }),
  defaulted('with unknown fields', { type: 'object', default: { c: 'x' }, properties: { a: int } }),
  defaulted('against a rule', { type: 'object', default: { a: -1 }, properties: { a: int }, ...ruled }),
  defaulted('as a rule wants', { type: 'object', default: { a: 1 }, properties: { a: int }, ...ruled }),
  defaulted('deep', { type: 'array', items: { type: 'object', properties: { x: { ...int, default: 'y' } } } }),
  defaulted('embedded', {
    type: 'object',
    'x-kubernetes-embedded-resource': true,
    'x-kubernetes-preserve-unknown-fields': true,
    default: { kind: 'Pod' },
  }),
  defaulted('list duplicates', { type: 'array', items: text, 'x-kubernetes-list-type': 'set', default: ['a', 'a'] }),
  defaulted('inside additional properties', {
    type: 'object',
    additionalProperties: { type: 'object', properties: { a: { ...int, default: 'x' } } },
  }),
];
