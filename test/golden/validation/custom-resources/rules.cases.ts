import { caseBuilders, type Tree } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

const text = { type: 'string' };
const int = { type: 'integer' };
const version = { name: 'v1', served: true, storage: true };
const { create } = caseBuilders('apiextensions.k8s.io/v1/customresourcedefinitions', {
  metadata: { name: 'ruleds.golden-rules.example.com' },
  spec: {
    group: 'golden-rules.example.com',
    names: { plural: 'ruleds', kind: 'Ruled' },
    scope: 'Namespaced',
    versions: [version],
  },
});

const versions = (...list: readonly Tree[]): Tree => ({
  spec: {
    group: 'golden-rules.example.com',
    names: { plural: 'ruleds', kind: 'Ruled' },
    scope: 'Namespaced',
    versions: list,
  },
});
const schema = (name: string, openAPIV3Schema: Tree): GoldenCase =>
  create(name, versions({ ...version, schema: { openAPIV3Schema } }));
const withRules = (of: Tree, ...rules: readonly (string | Tree)[]): Tree => ({
  ...of,
  'x-kubernetes-validations': rules.map((rule) => (typeof rule === 'string' ? { rule } : rule)),
});
const root = (spec: Tree): Tree => ({ type: 'object', properties: { spec } });
const spec = (name: string, properties: Tree, ...rules: readonly (string | Tree)[]): GoldenCase =>
  schema(name, root(withRules({ type: 'object', properties }, ...rules)));
const field = (name: string, of: Tree, ...rules: readonly (string | Tree)[]): GoldenCase =>
  schema(name, root({ type: 'object', properties: { f: withRules(of, ...rules) } }));
const item = (name: string, list: Tree, items: Tree, ...rules: readonly (string | Tree)[]): GoldenCase =>
  schema(
    name,
    root({ type: 'object', properties: { l: { type: 'array', ...list, items: withRules(items, ...rules) } } }),
  );

const numbers = { a: int, b: int };
const small = { type: 'array', maxItems: 10, items: { type: 'string', maxLength: 10 } };
const keyed = { type: 'object', required: ['k'], properties: { k: { ...text, maxLength: 10 }, v: int } };
const byKey = { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['k'], maxItems: 10 };

export const cases: readonly GoldenCase[] = [
  // What compiles.
  spec('comparison', numbers, 'self.a <= self.b'),
  spec('transition', numbers, 'self.a >= oldSelf.a'),
  spec('optional old self', numbers, { rule: 'oldSelf.hasValue() || self.a == 1', optionalOldSelf: true }),
  spec('message expression', numbers, { rule: 'self.a < 1', messageExpression: "self.a > 1 ? 'a' : 'b'" }),
  spec('all fields of a rule', numbers, {
    rule: 'self.a < 1',
    message: 'm',
    reason: 'FieldValueForbidden',
    fieldPath: '.a',
  }),
  spec('lists and macros', { l: small }, "self.l.all(x, x.startsWith('a')) && self.l.exists_one(x, x == 'b')"),
  spec(
    'libraries',
    { s: { ...text, maxLength: 20 } },
    "isURL(self.s) || self.s.find('[0-9]+') == '1' || isQuantity(self.s)",
  ),
  spec(
    'formats',
    {
      d: { ...text, format: 'date-time' },
      u: { ...text, format: 'duration' },
      b: { ...text, format: 'byte', maxLength: 5 },
    },
    "self.d > timestamp('2020-01-01T00:00:00Z') && self.u < duration('1h') && self.b == b'x'",
  ),
  spec(
    'escaped names',
    { 'a-b': int, namespace: int, 'c.d': int, __e: int },
    'self.a__dash__b == self.__namespace__ && self.c__dot__d == self.__underscores__e',
  ),
  spec(
    'int or string',
    { p: { 'x-kubernetes-int-or-string': true } },
    "type(self.p) == string ? self.p == '1' : self.p == 1",
  ),
  schema(
    'root sees metadata',
    withRules(
      root({ type: 'object', properties: numbers }),
      "self.metadata.name.startsWith('a') && self.kind != '' && self.spec.a > 1",
    ),
  ),
  item('of items', { maxItems: 5 }, { type: 'string', maxLength: 5 }, "self != 'a'"),
  item('transition in a keyed list', byKey, keyed, 'self.v >= oldSelf.v'),
  field(
    'of a map',
    { type: 'object', maxProperties: 10, additionalProperties: { ...text, maxLength: 10 } },
    'self.all(k, self[k] != k)',
  ),
  field(
    'two variables',
    { type: 'object', maxProperties: 10, additionalProperties: { ...text, maxLength: 10 } },
    'self.all(k, v, k != v)',
  ),
  // What does not.
  spec('undefined field', numbers, 'self.c == 1'),
  spec('undeclared reference', numbers, 'other.a == 1'),
  spec('syntax', numbers, 'self.a =='),
  spec('unbalanced', numbers, '(self.a == 1'),
  spec('no overload', numbers, "self.a == 'a'"),
  spec('no overload for self', numbers, 'self == 1'),
  spec('no such function', numbers, 'wrong(self.a)'),
  spec('no bool', numbers, 'self.a'),
  spec('several issues', numbers, "self.c == 1 && self.d == 'x'"),
  spec('two faulty rules', numbers, 'self.c == 1', 'self.a', 'self.a > 0'),
  spec('unknown metadata', { metadata: text }, 'self.metadata == 1'),
  schema(
    'metadata labels',
    withRules(root({ type: 'object', properties: numbers }), 'self.metadata.labels.size() == 0'),
  ),
  spec('bad duration', { u: { ...text, format: 'duration' } }, "self.u < duration('1')"),
  spec('bad pattern', { s: { ...text, maxLength: 5 } }, "self.s.matches('(')"),
  spec('mixed list', numbers, "1 in [1, 'a']"),
  spec('unescapable', { a$b: int }, 'self.a$b == 1'),
  spec('preserved', { p: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }, 'self.p.x == 1'),
  spec('untyped', { p: { 'x-kubernetes-preserve-unknown-fields': true } }, 'self.p == 1'),
  field('of an untyped field', { 'x-kubernetes-preserve-unknown-fields': true }, 'true'),
  spec('line breaks', numbers, { rule: 'self.a ==\n  self.c', message: 'x' }),
  spec('message expression of another type', numbers, { rule: 'self.a < 1', messageExpression: 'self.a' }),
  spec('message expression that does not compile', numbers, { rule: 'self.a < 1', messageExpression: 'self.c' }),
  spec('message expression and rule faulty', numbers, { rule: 'self.c < 1', messageExpression: 'self.c' }),
  spec('message expression of unbounded length', numbers, {
    rule: 'self.a < 1',
    messageExpression: "'was ' + string(self.a)",
  }),
  spec('message expression may use old self', numbers, {
    rule: 'self.a < 1',
    messageExpression: 'string(oldSelf.a)',
  }),
  spec('signs of html', numbers, "self.a > 1 && self.b < 2 && '&' == 1"),
  // oldSelf where it cannot be known.
  item('transition in a list', { maxItems: 5 }, { type: 'string', maxLength: 5 }, 'self == oldSelf'),
  item(
    'transition in a set',
    { maxItems: 5, 'x-kubernetes-list-type': 'set' },
    { type: 'string', maxLength: 5 },
    'self == oldSelf',
  ),
  schema(
    'transition deep below a list',
    root({
      type: 'object',
      properties: {
        l: {
          type: 'array',
          maxItems: 3,
          items: {
            type: 'object',
            properties: { m: { ...byKey, type: 'array', items: withRules(keyed, 'self.v >= oldSelf.v') } },
          },
        },
      },
    }),
  ),
  spec('optional old self unused', numbers, { rule: 'self.a < 1', optionalOldSelf: true }),
  spec('optional old self false and unused', numbers, { rule: 'self.a < 1', optionalOldSelf: false }),
  spec('optional old self as if it were there', numbers, { rule: 'self.a >= oldSelf.a', optionalOldSelf: true }),
  // Paths and reasons.
  spec('field path unknown', numbers, { rule: 'self.a < 1', fieldPath: '.c' }),
  spec('field path without a dot', numbers, { rule: 'self.a < 1', fieldPath: 'a' }),
  spec('field path in brackets', { 'a.b': int }, { rule: 'true', fieldPath: "['a.b']" }),
  spec('field path into a list', { l: small }, { rule: 'true', fieldPath: '.l[0]' }),
  spec('reason unknown', numbers, { rule: 'self.a < 1', reason: 'Other' }),
  // Costs.
  spec('unbounded list', { l: { type: 'array', items: text } }, "self.l.all(x, x.contains('a'))"),
  spec(
    'nested loops',
    { l: { type: 'array', items: { type: 'string', maxLength: 10 }, maxItems: 1000 } },
    'self.l.all(x, self.l.all(y, x == y))',
  ),
  spec(
    'just too much',
    { l: { type: 'array', items: { type: 'string', maxLength: 10 }, maxItems: 1700 } },
    'self.l.all(x, self.l.exists_one(y, x == y))',
  ),
  item('rule of unbounded items', {}, text, "self.contains('a')"),
  item('rule of bounded items', { maxItems: 100 }, { type: 'string', maxLength: 100 }, "self.matches('^[a-z]+$')"),
  field(
    'rule of a map without bound',
    { type: 'object', additionalProperties: { type: 'object', properties: { s: text } } },
    'self.all(k, self[k].s == k)',
  ),
  spec(
    'expensive message',
    { l: { type: 'array', items: { type: 'string' }, maxItems: 1000 } },
    { rule: 'size(self.l) > 1', messageExpression: "self.l.join(',')" },
  ),
  spec(
    'many rules',
    { l: { type: 'array', items: { type: 'string', maxLength: 10 }, maxItems: 1400 } },
    ...Array.from({ length: 14 }, (_, at) => `self.l.all(x, self.l.all(y, x != y || ${at} == 0))`),
  ),
  // Several versions.
  create(
    'two versions, one faulty',
    versions(
      {
        ...version,
        schema: { openAPIV3Schema: root(withRules({ type: 'object', properties: numbers }, 'self.a > 1')) },
      },
      {
        ...version,
        name: 'v2',
        storage: false,
        schema: { openAPIV3Schema: root(withRules({ type: 'object', properties: numbers }, 'self.c > 1')) },
      },
    ),
  ),
  create(
    'two versions alike',
    versions(
      ...['v1', 'v2'].map((name) => ({
        name,
        served: true,
        storage: name === 'v1',
        schema: { openAPIV3Schema: root(withRules({ type: 'object', properties: numbers }, 'self.c > 1')) },
      })),
    ),
  ),
  schema(
    'faulty schema hides faulty rules',
    root(
      withRules({ type: 'object', properties: { a: { type: 'array', items: text, uniqueItems: true } } }, 'self.c > 1'),
    ),
  ),
  schema('status of a resource', {
    type: 'object',
    properties: { status: withRules({ type: 'object', properties: numbers }, '!has(oldSelf.a) || has(self.a)') },
  }),
];
