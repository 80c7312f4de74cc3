import type { Tree } from '../case-builders.ts';
import { type GoldenCase, goldenNamespace } from '../golden-case.ts';

const group = 'golden-values.example.com';
const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const text = { type: 'string' };
const int = { type: 'integer' };
const rules = (of: Tree, ...list: readonly (string | Tree)[]): Tree => ({
  ...of,
  'x-kubernetes-validations': list.map((rule) => (typeof rule === 'string' ? { rule } : rule)),
});

const keyed = rules(
  {
    type: 'object',
    required: ['k'],
    properties: { k: { ...text, maxLength: 10 }, v: int, w: rules(int, 'self < 10') },
  },
  'self.v >= oldSelf.v',
  "self.k != 'bad'",
);
const spec = {
  type: 'object',
  properties: {
    numbers: rules(
      { type: 'object', properties: { a: int, b: int, c: { type: 'number' } } },
      'self.a <= self.b',
      { rule: 'self.a < 100', message: ' a is too large ' },
      { rule: 'self.a < 50', messageExpression: "self.a > 70 ? 'much' : ' more '", message: 'unused' },
      { rule: 'self.a != 7', messageExpression: "self.a == 7 ? '' : 'x'", message: 'not seven' },
      { rule: 'self.a != 8', messageExpression: "'two\\nlines'" },
      { rule: 'self.a != 9', messageExpression: 'string(self.a / 0)' },
    ),
    reasons: rules(
      {
        type: 'object',
        properties: {
          a: int,
          n: { type: 'object', properties: { 'x.y': int } },
          m: { type: 'object', maxProperties: 5, additionalProperties: int },
        },
      },
      { rule: 'self.a != 1', reason: 'FieldValueForbidden', fieldPath: '.a' },
      { rule: 'self.a != 2', reason: 'FieldValueRequired', fieldPath: ".n['x.y']" },
      { rule: 'self.a != 3', reason: 'FieldValueDuplicate', fieldPath: '.n' },
      { rule: 'self.a != 4', reason: 'FieldValueInvalid', fieldPath: '.m.k', message: 'four' },
      { rule: 'self.a != 5', fieldPath: ".m['k']" },
    ),
    scalar: rules(text, "self.startsWith('a')", { rule: "self != 'ab'", reason: 'FieldValueDuplicate' }),
    count: rules(int, 'self > 0', 'self % 2 == 0'),
    ratio: rules({ type: 'number' }, 'self < 1.0'),
    flag: rules({ type: 'boolean' }, 'self'),
    nullable: rules({ type: 'string', nullable: true }, "self != 'x'"),
    list: rules(
      { type: 'array', maxItems: 5, items: rules({ ...text, maxLength: 10 }, "self != 'no'") },
      'size(self) < 4',
      'self.all(x, self.exists_one(y, x == y))',
    ),
    set: rules(
      {
        type: 'array',
        maxItems: 5,
        'x-kubernetes-list-type': 'set',
        items: rules({ ...text, maxLength: 10 }, "self != 'no'"),
      },
      'self == oldSelf || size(self) > size(oldSelf)',
    ),
    keyed: {
      type: 'array',
      maxItems: 5,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['k'],
      items: keyed,
    },
    map: { type: 'object', maxProperties: 5, additionalProperties: rules(int, 'self > 0', 'self >= oldSelf') },
    fixed: rules({ ...text, maxLength: 20 }, { rule: 'self == oldSelf', message: 'fixed is immutable' }),
    once: rules(
      { ...text, maxLength: 20 },
      { rule: "oldSelf.hasValue() ? self == oldSelf.value() : self == 'first'", optionalOldSelf: true },
    ),
    quota: rules({ ...text, maxLength: 20 }, "quantity(self).isLessThan(quantity('1Gi'))"),
    when: rules({ type: 'string', format: 'date-time' }, "self > timestamp('2020-01-01T00:00:00Z')"),
    portion: rules({ 'x-kubernetes-int-or-string': true }, "type(self) == int ? self < 10 : self.endsWith('%')"),
    fails: rules(
      {
        type: 'object',
        properties: {
          d: int,
          l: { type: 'array', maxItems: 3, items: int },
          m: { type: 'object', maxProperties: 3, additionalProperties: int },
          s: { ...text, maxLength: 10 },
          o: int,
          p: { 'x-kubernetes-int-or-string': true },
        },
      },
      '!has(self.d) || 1 / self.d == 1',
      '!has(self.l) || self.l[2] == 1',
      "!has(self.m) || self.m['k'] == 1",
      { rule: '!has(self.s) || int(self.s) == 1', message: 's is a number' },
      '!has(self.o) || self.o + 9223372036854775800 > 0',
      '!has(self.p) || self.p > 5',
    ),
    embedded: rules(
      { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
      "self.kind == 'Pod' && self.metadata.name != 'bad'",
    ),
    limited: { type: 'object', maxProperties: 1, properties: {}, 'x-kubernetes-preserve-unknown-fields': true },
    costly: { type: 'array', maxItems: 1000, items: { type: 'integer' } },
    choice: { ...text, enum: ['a', 'b'] },
    short: { ...text, maxLength: 3 },
    pattern: { ...text, pattern: '^[a-z]+$' },
    needed: { type: 'object', required: ['x'], properties: { x: int } },
    least: { ...int, minimum: 5 },
  },
};
const schema = rules(
  {
    type: 'object',
    properties: {
      spec,
      status: rules(
        { type: 'object', properties: { phase: text, count: rules(int, 'self >= oldSelf') } },
        "self.phase != 'Bad'",
      ),
    },
  },
  { rule: "!self.metadata.name.startsWith('forbidden')", message: 'this name is not allowed' },
);

const pairs = 'self.all(x, self.all(y, x == y || x != y))';
const numbers = { type: 'array', items: { type: 'integer' } };
const costly = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        call: rules({ ...numbers, maxItems: 700 }, pairs, { rule: 'true' }),
        budget: {
          type: 'array',
          maxItems: 10,
          items: rules({ ...numbers, maxItems: 300 }, pairs, { rule: pairs, message: 'again' }),
        },
      },
    },
  },
};
const loose = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        a: text,
        b: text,
        o: { type: 'object', properties: { x: int, y: int } },
        l: { type: 'array', maxItems: 3, items: { ...text, maxLength: 10 } },
        k: {
          type: 'array',
          maxItems: 3,
          ...byKey(),
          items: { type: 'object', required: ['k'], properties: { k: text, v: int } },
        },
      },
    },
  },
};
const tight = {
  type: 'object',
  properties: {
    spec: rules(
      {
        type: 'object',
        properties: {
          a: rules(text, { rule: "self != 'x'", message: 'a is x' }),
          b: text,
          o: rules(
            { type: 'object', properties: { x: rules(int, 'self > 0'), y: { type: 'integer', maximum: 3 } } },
            'self.x < self.y',
          ),
          l: { type: 'array', maxItems: 3, items: rules({ ...text, maxLength: 10 }, "self != 'x'") },
          k: {
            type: 'array',
            maxItems: 3,
            ...byKey(),
            items: { type: 'object', required: ['k'], properties: { k: text, v: rules(int, 'self > 0') } },
          },
        },
      },
      "!has(self.b) || self.b != 'x'",
      { rule: 'oldSelf.orValue(self).b == self.b', optionalOldSelf: true },
    ),
  },
};

function byKey(): Tree {
  return { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['k'] };
}

const crd = (plural: string, kind: string, openAPIV3Schema: Tree): GoldenCase => ({
  name: `definition of ${plural}`,
  method: 'POST',
  path: crds,
  body: {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      names: { plural, kind },
      scope: 'Namespaced',
      versions: [
        { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema }, subresources: { status: {} } },
      ],
    },
  },
});
const paths = (plural: string): string => `/apis/${group}/v1/namespaces/${goldenNamespace}/${plural}`;
const object = (name: string, content: Tree, kind = 'Valued'): Tree => ({
  apiVersion: `${group}/v1`,
  kind,
  metadata: { name },
  spec: content,
});
const create = (name: string, content: Tree): GoldenCase => ({
  name,
  method: 'POST',
  path: paths('valueds'),
  body: object('a', content),
  dryRun: true,
});
const store = (name: string, content: Tree): GoldenCase => ({
  name: `stored ${name}`,
  method: 'POST',
  path: paths('valueds'),
  body: object(name, content),
});
const patch = (name: string, of: string, content: Tree, fields: Tree = {}): GoldenCase => ({
  name,
  method: 'PATCH',
  path: `${paths('valueds')}/${of}`,
  body: { spec: content, ...fields },
  dryRun: true,
});

const cost = (name: string, content: Tree): GoldenCase => ({
  name,
  method: 'POST',
  path: paths('costlies'),
  body: object('a', content, 'Costly'),
  dryRun: true,
});
const ratchet = (name: string, content: Tree, fields: Tree = {}): GoldenCase => ({
  name: `ratcheting: ${name}`,
  method: 'PATCH',
  path: `${paths('ratchets')}/old`,
  body: { spec: content, ...fields },
  dryRun: true,
});
const sequence = (length: number): number[] => Array.from({ length }, (_, at) => at);

export const cases: readonly GoldenCase[] = [
  crd('valueds', 'Valued', schema),
  crd('costlies', 'Costly', costly),
  { ...create('first', {}), awaits: 201 },
  create('numbers good', { numbers: { a: 1, b: 2 } }),
  create('default message', { numbers: { a: 3, b: 2 } }),
  create('own message trimmed', { numbers: { a: 120, b: 200 } }),
  create('message expression', { numbers: { a: 60, b: 200 } }),
  create('message expression empty', { numbers: { a: 7, b: 8 } }),
  create('message expression of two lines', { numbers: { a: 8, b: 8 } }),
  create('message expression that fails', { numbers: { a: 9, b: 10 } }),
  create('absent field', { numbers: { a: 1 } }),
  ...[1, 2, 3, 4, 5].map((a) => create(`reason ${a}`, { reasons: { a } })),
  create('scalar', { scalar: 'b' }),
  create('scalar duplicate', { scalar: 'ab' }),
  create('count', { count: -3 }),
  create('ratio', { ratio: 1.5 }),
  create('ratio whole', { ratio: 3 }),
  create('flag', { flag: false }),
  create('null is not judged', { nullable: null }),
  create('nullable', { nullable: 'x' }),
  create('list', { list: ['a', 'b', 'c', 'd'] }),
  create('list item', { list: ['a', 'no'] }),
  create('list duplicates', { list: ['a', 'a'] }),
  create('keyed', {
    keyed: [
      { k: 'bad', v: 1 },
      { k: 'b', v: 2, w: 11 },
    ],
  }),
  create('map', { map: { x: 0, 'y.z': -1 } }),
  create('once good', { once: 'first' }),
  create('once', { once: 'second' }),
  create('quantity', { quota: '2Gi' }),
  create('quantity malformed', { quota: 'x' }),
  create('time', { when: '2019-01-01T00:00:00Z' }),
  create('portion int', { portion: 11 }),
  create('portion text', { portion: '11' }),
  create('division by zero', { fails: { d: 0 } }),
  create('index out of bounds', { fails: { l: [1] } }),
  create('no such key', { fails: { m: { a: 1 } } }),
  create('conversion', { fails: { s: 'x' } }),
  create('overflow', { fails: { o: 9000 } }),
  create('no such overload', { fails: { p: 'x' } }),
  create('embedded good', { embedded: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } } }),
  create('embedded', { embedded: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'bad' } } }),
  create('embedded of another kind', { embedded: { apiVersion: 'v1', kind: 'Node', metadata: { name: 'a' } } }),
  { ...create('name', {}), body: object('forbidden-a', {}) },
  create('several', { scalar: 'b', count: -1, list: ['no'] }),
  // Findings of the schema, and what they hide.
  create('type hides rules', { count: 'x', scalar: 'b' }),
  create('enum hides rules', { choice: 'c', scalar: 'b' }),
  create('length hides rules', { short: 'long', scalar: 'b' }),
  create('required hides rules', { needed: {}, scalar: 'b' }),
  create('pattern does not', { pattern: 'A', scalar: 'b' }),
  create('minimum does not', { least: 1, scalar: 'b' }),
  // Updates.
  store('b', {
    numbers: { a: 1, b: 2 },
    fixed: 'x',
    once: 'first',
    keyed: [
      { k: 'a', v: 5 },
      { k: 'b', v: 5 },
    ],
    map: { x: 5 },
    set: ['a', 'b'],
    count: 2,
  }),
  patch('nothing', 'b', {}),
  patch('fixed', 'b', { fixed: 'y' }),
  patch('fixed removed', 'b', { fixed: null }),
  patch('once again', 'b', { once: 'third' }),
  patch('keyed lowered', 'b', {
    keyed: [
      { k: 'b', v: 4 },
      { k: 'a', v: 6 },
    ],
  }),
  patch('keyed new', 'b', {
    keyed: [
      { k: 'c', v: 1 },
      { k: 'bad', v: 1 },
    ],
  }),
  patch('map lowered', 'b', { map: { x: 4, y: 1 } }),
  patch('set changed', 'b', { set: ['a', 'c'] }),
  patch('set in another order', 'b', { set: ['b', 'a'] }),
  patch('status is not judged by spec writes', 'b', {}, { status: { phase: 'Bad' } }),
  {
    name: 'status',
    method: 'PATCH',
    path: `${paths('valueds')}/b/status`,
    body: { status: { phase: 'Bad', count: 3 } },
    dryRun: true,
  },
  {
    name: 'status stored',
    method: 'PATCH',
    path: `${paths('valueds')}/b/status`,
    body: { status: { phase: 'Good', count: 3 } },
  },
  {
    name: 'status lowered',
    method: 'PATCH',
    path: `${paths('valueds')}/b/status`,
    body: { status: { count: 2 } },
    dryRun: true,
  },
  // Costs at run time.
  { ...cost('call good', { call: [1, 2] }), awaits: 201 },
  cost('call too expensive', { call: sequence(700) }),
  cost('budget', { budget: sequence(10).map(() => sequence(300)) }),
  // Rules that came after the object.
  crd('ratchets', 'Ratchet', loose),
  {
    name: 'stored before the rules',
    method: 'POST',
    path: paths('ratchets'),
    body: object(
      'old',
      {
        a: 'x',
        b: 'x',
        o: { x: 0, y: 5 },
        l: ['x', 'y'],
        k: [
          { k: 'p', v: 0 },
          { k: 'q', v: 0 },
        ],
      },
      'Ratchet',
    ),
    awaits: 201,
  },
  {
    name: 'rules come',
    method: 'PATCH',
    path: `${crds}/ratchets.${group}`,
    body: { spec: { versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: tight } }] } },
  },
  {
    name: 'new ones are refused',
    method: 'POST',
    path: paths('ratchets'),
    body: object('new', { a: 'x' }, 'Ratchet'),
    dryRun: true,
    awaits: 422,
  },
  ratchet('labels only', {}, { metadata: { labels: { a: 'b' } } }),
  ratchet('another field of a refused object', { l: null }),
  ratchet('refused value again', { a: 'x', o: { x: 1 } }),
  ratchet('mended', { a: 'y', b: 'x' }),
  ratchet('transition', { b: 'y' }),
  ratchet('list with more', { l: ['x', 'y', 'z'] }),
  ratchet('keyed list with more', {
    k: [
      { k: 'q', v: 0 },
      { k: 'p', v: 0 },
      { k: 'r', v: 1 },
    ],
  }),
  ratchet('keyed list with one changed', {
    k: [
      { k: 'p', v: -1 },
      { k: 'q', v: 0 },
    ],
  }),
  ratchet('object with one changed', { o: { y: 0 } }),
];
