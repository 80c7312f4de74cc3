import type { Tree } from '../case-builders.ts';
import { type GoldenCase, goldenNamespace } from '../golden-case.ts';

/** Formats of strings, and which faults are told when no alternative fits. */

const group = 'golden-alternatives.example.com';
const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const text = { type: 'string' };
const int = { type: 'integer' };
const schemas: Readonly<Record<string, Tree>> = {
  anyRequired: {
    type: 'object',
    properties: { a: int, b: int, c: int },
    anyOf: [{ required: ['a'] }, { required: ['b', 'c'], properties: { c: { minimum: 5 } } }],
  },
  oneRequired: {
    type: 'object',
    properties: { a: int, b: int, c: text },
    oneOf: [{ required: ['a'] }, { required: ['b'], properties: { b: { minimum: 3 }, c: { maxLength: 2 } } }],
  },
  anyText: { ...text, anyOf: [{ minLength: 5 }, { format: 'ipv4' }, { pattern: '^x' }] },
  oneText: { ...text, oneOf: [{ enum: ['a'] }, { maxLength: 2, format: 'uuid' }] },
  anyList: {
    type: 'array',
    items: int,
    anyOf: [{ minItems: 3 }, { items: { minimum: 10 } }, { maxItems: 0 }],
  },
  nested: {
    type: 'object',
    properties: { a: { type: 'object', properties: { b: int, c: int } } },
    anyOf: [
      { properties: { a: { required: ['b'] } } },
      { properties: { a: { properties: { c: { minimum: 5 }, b: { minimum: 7 } } } } },
    ],
  },
  deep: {
    type: 'object',
    properties: { a: int, b: int },
    anyOf: [
      { anyOf: [{ required: ['a'] }, { required: ['b'] }] },
      { allOf: [{ required: ['a'] }, { required: ['b'] }] },
      { not: {} },
    ],
  },
  all: {
    type: 'object',
    properties: { a: int, b: int },
    allOf: [{ required: ['a'] }, { anyOf: [{ required: ['b'] }, { properties: { a: { minimum: 9 } } }] }],
  },
  number: { ...int, oneOf: [{ minimum: 10 }, { maximum: 5, multipleOf: 2 }] },
  free: { type: 'object', additionalProperties: int, anyOf: [{ minProperties: 3 }, { maxProperties: 0 }] },
  port: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
};

const formats: Readonly<Record<string, readonly string[]>> = {
  isbn: ['0-306-40615-2', '978-0-306-40615-7', '9780306406158', '030640615X', '080442957X', ' 0306406152', '', 'x'],
  isbn10: ['0306406152', '0306406153', '0 306 40615 2', '9780306406157', '080442957x', '080442957X'],
  isbn13: ['9780306406157', '978 0 306 40615 7', '9780306406150', '0306406152'],
  creditcard: [
    '4111 1111 1111 1111',
    '4111-1111-1111-1112',
    '378282246310005',
    'a6011111111111117b',
    '1234567812345670',
    '',
  ],
  uuid: ['11111111-2222-3333-4444-AAAAAAAAAAAA', '11111111222233334444555555555555', 'x'],
  date: ['2026-02-30', '2026-01-01', '2026-1-1', ''],
  'date-time': [
    '2026-01-01T00:00:00Z',
    '2026-01-01t00:00:00z',
    '2026-01-01T25:00:00Z',
    '2026-01-01 00:00:00Z',
    '2026-01-01T00:00:00',
    '2026-01-01T00:00:00.5+01:00',
    '',
  ],
  duration: ['1h', '1h30m', '3 days', '5', '', 'x', '1.5h', '-1h', '2 weeks'],
  email: ['a@b', 'a@b.c', 'A <a@b.c>', 'a', '@', 'a@b c'],
  hostname: ['a.b', 'a_b', '-a', 'a.', 'a'.repeat(64), 'xn--bcher-kva.example', ''],
  ipv4: ['10.0.0.1', '010.0.0.1', '::1', '::ffff:10.0.0.1', ''],
  ipv6: ['::1', '10.0.0.1', '::ffff:10.0.0.1', '1::2::3'],
  cidr: ['10.0.0.0/8', '10.0.0.1/8', '10.0.0.0', '::/0', '10.0.0.0/33'],
  mac: [
    '01:23:45:67:89:ab',
    '01-23-45-67-89-ab',
    '0123.4567.89ab',
    '01:23:45:67:89:ab:cd:ef',
    '01:23',
    '01:23:45:67:89:AB',
  ],
  uri: ['http://a/b', '/a', 'a', '//a', 'http://a b', 'mailto:x', '', ':x', '#a'],
  hexcolor: ['#fff', 'fff', '#ffff', '#12345G', '#A1b2C3'],
  rgbcolor: ['rgb(1,2,3)', 'rgb( 1 , 2 , 3 )', 'rgb(256,0,0)', 'RGB(1,2,3)'],
  ssn: ['123-45-6789', '123456789', '123 45 6789', '123-45-678'],
  bsonobjectid: ['507f1f77bcf86cd799439011', '507f1f77bcf86cd79943901', 'x'.repeat(24)],
  byte: ['aGk=', 'aGk', 'a b', '', 'aGk_'],
  password: ['anything'],
};

const fieldOf = (format: string): string => `f${format.replace(/-/g, '')}`;
const spec: Tree = {
  type: 'object',
  properties: {
    ...schemas,
    ...Object.fromEntries(Object.keys(formats).map((format) => [fieldOf(format), { ...text, format }])),
  },
};
const definition = {
  metadata: { name: `widgets.${group}` },
  spec: {
    group,
    scope: 'Namespaced',
    names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', properties: { spec } } },
      },
    ],
  },
};
const collection = `/apis/${group}/v1/namespaces/${goldenNamespace}/widgets`;
const widget = (name: string, fields: Tree): GoldenCase => ({
  name,
  method: 'POST',
  path: collection,
  body: { apiVersion: `${group}/v1`, kind: 'Widget', metadata: { name: 'a' }, spec: fields },
  dryRun: true,
});

export const cleanup = [`${crds}/widgets.${group}`];
export const cases: readonly GoldenCase[] = [
  { name: 'definition', method: 'POST', path: crds, body: definition },
  { ...widget('anyOf: none', { anyRequired: {} }), awaits: 422 },
  widget('anyOf: second is nearer', { anyRequired: { c: 1 } }),
  widget('anyOf: second is nearer and wants another', { anyRequired: { b: 1, c: 1 } }),
  widget('anyOf: first fits', { anyRequired: { a: 1 } }),
  widget('oneOf: none', { oneRequired: {} }),
  widget('oneOf: second is nearer', { oneRequired: { b: 1, c: 'long' } }),
  widget('oneOf: both', { oneRequired: { a: 1, b: 4 } }),
  widget('anyOf of text: none', { anyText: 'a' }),
  widget('anyOf of text: one', { anyText: 'x' }),
  widget('oneOf of text: none', { oneText: 'abc' }),
  widget('anyOf of lists: none', { anyList: [1, 2] }),
  widget('anyOf of lists: items that fit', { anyList: [10, 20] }),
  widget('anyOf of lists: of one', { anyList: [1] }),
  widget('nested: empty', { nested: { a: {} } }),
  widget('nested: second is nearer', { nested: { a: { c: 1 } } }),
  widget('nested: nothing', { nested: {} }),
  widget('deep: none', { deep: {} }),
  widget('deep: one', { deep: { b: 1 } }),
  widget('allOf: none', { all: {} }),
  widget('allOf: the first', { all: { a: 1 } }),
  widget('allOf: the second', { all: { b: 1 } }),
  widget('number: none', { number: 7 }),
  widget('number: three', { number: 3 }),
  widget('number: fits', { number: 4 }),
  widget('any number of members', { free: { a: 1 } }),
  widget('member of another type', { free: { a: 'x' } }),
  widget('neither number nor text', { port: true }),
  widget('wrong type for alternatives', { anyRequired: 'x' }),
  ...Object.entries(formats).flatMap(([format, values]) =>
    values.map((value) => widget(`${format}: ${JSON.stringify(value)}`, { [fieldOf(format)]: value })),
  ),
];
