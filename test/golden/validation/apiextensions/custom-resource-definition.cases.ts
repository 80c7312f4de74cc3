import { caseBuilders, type Tree } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

const name = 'goldens.validation.example.com';
const names = { plural: 'goldens', kind: 'Golden' };
const spec0 = { type: 'object', properties: { replicas: { type: 'integer' }, text: { type: 'string' } } };
const root = { type: 'object', properties: { spec: spec0, status: { type: 'object' } } };
const schemaOf = (openAPIV3Schema: Tree): Tree => ({ openAPIV3Schema });
const version = { name: 'v1', served: true, storage: true, schema: schemaOf(root) };
const { create, spec, store, patch, patchStatus } = caseBuilders('apiextensions.k8s.io/v1/customresourcedefinitions', {
  metadata: { name },
  spec: { group: 'validation.example.com', names, scope: 'Namespaced', versions: [version] },
});
const one = (title: string, fields: Tree): GoldenCase => spec(title, { versions: [{ ...version, ...fields }] });
const whole = (title: string, fields: Tree): GoldenCase => one(title, { schema: schemaOf({ ...root, ...fields }) });
const field = (title: string, schema: Tree): GoldenCase => whole(title, { properties: { a: schema } });
const list = (title: string, fields: Tree): GoldenCase =>
  field(title, { type: 'array', items: { type: 'string' }, ...fields });
const named = (title: string, fields: Tree): GoldenCase => spec(title, { names: { ...names, ...fields } });
const converted = (title: string, conversion: Tree): GoldenCase => spec(title, { conversion });
const ruled = (title: string, rule: Tree): GoldenCase =>
  field(title, { type: 'object', properties: { b: { type: 'string' } }, 'x-kubernetes-validations': [rule] });
const keyed = { type: 'object', required: ['k'], properties: { k: { type: 'string' }, l: { type: 'object' } } };
const byKey = { items: keyed, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['k'] };
const client = { url: 'https://golden.example.com' };
const second = { ...version, name: 'v2', storage: false };

export const cases: readonly GoldenCase[] = [
  create('valid'),
  one('full', {
    subresources: {
      status: {},
      scale: {
        specReplicasPath: '.spec.replicas',
        statusReplicasPath: '.status.replicas',
        labelSelectorPath: '.status.selector',
      },
    },
    additionalPrinterColumns: [{ name: 'Text', type: 'string', jsonPath: '.spec.text' }],
    selectableFields: [{ jsonPath: '.spec.text' }],
    deprecated: true,
    deprecationWarning: 'old',
  }),
  create('metadata name', { metadata: { name: 'other.validation.example.com' } }),
  create('finalizer without a domain', { metadata: { name, finalizers: ['x'] } }),
  create('metadata name malformed', { metadata: { name: 'A_' } }),
  create('no versions', { spec: { group: 'validation.example.com', names, scope: 'Namespaced', versions: [] } }),
  spec('group empty', { group: '' }),
  spec('group without dot', { group: 'example' }),
  spec('group malformed', { group: 'A_' }),
  spec('scope', { scope: 'Galaxy' }),
  spec('scope empty', { scope: '' }),
  named('plural', { plural: 'A_' }),
  named('kind', { kind: 'a b', singular: 'A', shortNames: ['B', 'c'], categories: ['D'] }),
  named('kinds alike', { listKind: 'Golden' }),
  named('no kind', { kind: '' }),
  spec('preserve unknown fields', { preserveUnknownFields: true }),
  spec('protected group', { group: 'golden.k8s.io' }),
  {
    name: 'protected group with a wrong approval',
    method: 'POST',
    dryRun: true,
    path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
    body: {
      metadata: { name: 'goldens.golden.k8s.io', annotations: { 'api-approved.kubernetes.io': 'yes' } },
      spec: { group: 'golden.k8s.io', names, scope: 'Cluster', versions: [version] },
    },
  },
  one('version name', { name: '1' }),
  one('no storage version', { storage: false }),
  spec('versions twice', { versions: [version, { ...version, storage: false }] }),
  spec('two storage versions', { versions: [version, { ...second, storage: true }] }),
  one('deprecation warning without deprecation', { deprecationWarning: 'x' }),
  one('deprecation warning empty', { deprecated: true, deprecationWarning: '' }),
  one('deprecation warning with lines', { deprecated: true, deprecationWarning: 'a\nb' }),
  one('deprecation warning too long', { deprecated: true, deprecationWarning: 'a'.repeat(257) }),
  one('no schema', { schema: null }),
  spec('no schema in one of two', { versions: [version, { ...second, schema: null }] }),
  spec('different schemas', { versions: [version, { ...second, schema: schemaOf({ type: 'array' }) }] }),
  whole('root type', { type: 'string' }),
  whole('root without type', { type: '' }),
  whole('root nullable', { nullable: true }),
  whole('root with additional properties', { properties: null, additionalProperties: true }),
  whole('metadata', {
    properties: { metadata: { type: 'object', properties: { name: { type: 'string', pattern: 'a' } } } },
  }),
  whole('metadata with labels', {
    properties: { metadata: { type: 'object', properties: { labels: { type: 'object' } } } },
  }),
  whole('metadata type', {
    properties: { metadata: { type: 'string' }, kind: { type: 'integer' }, apiVersion: { type: 'object' } },
  }),
  whole('default in metadata', {
    properties: { metadata: { type: 'object', properties: { name: { type: 'string', default: 'a' } } } },
  }),
  field('no type', {}),
  field('type', { type: 'banana' }),
  field('null type', { type: 'null' }),
  field('array without items', { type: 'array' }),
  field('items without type', { type: 'array', items: {} }),
  field('items that are a list', { type: 'array', items: [{ type: 'string' }] }),
  field('properties and additional ones', {
    type: 'object',
    properties: { b: { type: 'string' } },
    additionalProperties: { type: 'string' },
  }),
  field('properties and any additional', {
    type: 'object',
    properties: { b: { type: 'string' } },
    additionalProperties: true,
  }),
  field('additional without type', { type: 'object', additionalProperties: {} }),
  field('unique items', { type: 'array', items: { type: 'string' }, uniqueItems: true }),
  field('reference', { $ref: '#/definitions/a' }),
  field('id', { type: 'string', id: 'a' }),
  field('schema url', { type: 'string', $schema: 'http://a' }),
  field('pattern properties', { type: 'object', patternProperties: { a: { type: 'string' } } }),
  field('definitions', { type: 'object', definitions: { a: { type: 'string' } } }),
  field('dependencies', { type: 'object', dependencies: { a: ['b'] } }),
  field('additional items', { type: 'array', items: { type: 'string' }, additionalItems: true }),
  field('pattern', { type: 'string', pattern: '(a' }),
  field('pattern with lookahead', { type: 'string', pattern: '(?=a)' }),
  field('pattern with a class', { type: 'string', pattern: '[z-a]' }),
  field('nested structure', {
    type: 'object',
    allOf: [{ type: 'object', title: 't', description: 'd', nullable: true, default: {} }],
  }),
  field('nested extensions', {
    type: 'object',
    anyOf: [
      {
        'x-kubernetes-preserve-unknown-fields': true,
        'x-kubernetes-list-type': 'set',
        'x-kubernetes-map-type': 'atomic',
        additionalProperties: { minLength: 1 },
      },
    ],
  }),
  field('nested field that is unknown', {
    type: 'object',
    oneOf: [{ properties: { z: { minLength: 1 } } }],
    not: { items: { minLength: 1 } },
  }),
  field('nested metadata', {
    type: 'object',
    properties: { metadata: { type: 'object' } },
    anyOf: [{ properties: { metadata: { minProperties: 1 } } }],
  }),
  field('int or string', { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] }),
  field('int or string in all of', {
    'x-kubernetes-int-or-string': true,
    allOf: [{ anyOf: [{ type: 'integer' }, { type: 'string' }] }, { pattern: 'a' }],
  }),
  field('int or string the other way round', {
    'x-kubernetes-int-or-string': true,
    anyOf: [{ type: 'string' }, { type: 'integer' }],
  }),
  field('int or string and more', { 'x-kubernetes-int-or-string': true, 'x-kubernetes-preserve-unknown-fields': true }),
  field('preserve false', { type: 'object', 'x-kubernetes-preserve-unknown-fields': false }),
  field('embedded without type', {
    'x-kubernetes-embedded-resource': true,
    'x-kubernetes-preserve-unknown-fields': true,
  }),
  field('embedded without properties', { type: 'object', 'x-kubernetes-embedded-resource': true }),
  field('embedded with additional properties', {
    type: 'object',
    'x-kubernetes-embedded-resource': true,
    additionalProperties: { type: 'string' },
  }),
  list('list type', { 'x-kubernetes-list-type': 'heap' }),
  field('list type of an object', { type: 'object', 'x-kubernetes-list-type': 'set' }),
  field('map type', { type: 'object', 'x-kubernetes-map-type': 'loose' }),
  field('map type of a string', { type: 'string', 'x-kubernetes-map-type': 'atomic' }),
  list('set of objects', { 'x-kubernetes-list-type': 'set', items: { type: 'object' } }),
  list('set of sets', {
    'x-kubernetes-list-type': 'set',
    items: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
  }),
  list('set of nullables', { 'x-kubernetes-list-type': 'set', items: { type: 'string', nullable: true } }),
  list('keys without map', { 'x-kubernetes-list-map-keys': ['a'] }),
  list('keys of a set', { 'x-kubernetes-list-map-keys': ['a'], 'x-kubernetes-list-type': 'set' }),
  list('map without keys', { 'x-kubernetes-list-type': 'map', items: keyed }),
  list('map of strings', { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['a'] }),
  list('map', byKey),
  list('map by an unknown key', { ...byKey, 'x-kubernetes-list-map-keys': ['z'] }),
  list('map by a key twice', { ...byKey, 'x-kubernetes-list-map-keys': ['k', 'k'] }),
  list('map by an object', { ...byKey, 'x-kubernetes-list-map-keys': ['l'] }),
  list('map by an optional key', { ...byKey, items: { ...keyed, required: [] } }),
  list('map by a nullable key', {
    ...byKey,
    items: { ...keyed, nullable: true, properties: { k: { type: 'string', nullable: true } } },
  }),
  ruled('rule empty', { rule: ' ' }),
  ruled('rule message', { rule: 'true', message: ' ' }),
  ruled('rule message with lines', { rule: 'true', message: 'a\nb' }),
  ruled('rule with lines', { rule: 'true &&\ntrue' }),
  ruled('rule reason', { rule: 'true', reason: 'Mood' }),
  ruled('rule field path', { rule: 'true', fieldPath: '.z' }),
  ruled('rule field path blank', { rule: 'true', fieldPath: ' ' }),
  ruled('rule that is fine', { rule: 'true', message: 'no', fieldPath: '.b', reason: 'FieldValueForbidden' }),
  field('unknown format', { type: 'string', format: 'banana' }),
  field('format of another type', { type: 'integer', format: 'date' }),
  field('known formats', { type: 'string', format: 'date-time' }),
  one('scale empty', { subresources: { scale: { specReplicasPath: '', statusReplicasPath: '' } } }),
  one('scale paths', {
    subresources: {
      scale: { specReplicasPath: '.status.a', statusReplicasPath: 'status.b', labelSelectorPath: '.metadata.c' },
    },
  }),
  one('columns empty', { additionalPrinterColumns: [{ name: '', type: '', jsonPath: '' }] }),
  one('columns', { additionalPrinterColumns: [{ name: 'a', type: 'map', format: 'x', jsonPath: 'spec' }] }),
  one('selectable fields', {
    selectableFields: [
      { jsonPath: '' },
      { jsonPath: '.spec.z' },
      { jsonPath: '.spec' },
      { jsonPath: 'spec' },
      { jsonPath: '.spec.text' },
      { jsonPath: '.spec.text' },
    ],
  }),
  one('selectable fields with brackets', { selectableFields: [{ jsonPath: ".spec['text']" }] }),
  one('selectable fields too many', {
    schema: schemaOf({
      type: 'object',
      properties: Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`f${n}`, { type: 'string' }])),
    }),
    selectableFields: Array.from({ length: 9 }, (_, n) => ({ jsonPath: `.f${n}` })),
  }),
  spec('columns of one of two versions', {
    versions: [version, { ...second, additionalPrinterColumns: [{ name: 'a', type: 'map', jsonPath: 'x' }] }],
  }),
  converted('strategy', { strategy: 'Magic' }),
  converted('no strategy', { strategy: '' }),
  converted('none with webhook', {
    strategy: 'None',
    webhook: { clientConfig: client, conversionReviewVersions: ['v1'] },
  }),
  converted('webhook without', { strategy: 'Webhook' }),
  converted('webhook without client', { strategy: 'Webhook', webhook: { conversionReviewVersions: ['v1'] } }),
  converted('webhook with two clients', {
    strategy: 'Webhook',
    webhook: { clientConfig: { ...client, service: { namespace: 'a', name: 'b' } }, conversionReviewVersions: ['v1'] },
  }),
  converted('webhook url', {
    strategy: 'Webhook',
    webhook: { clientConfig: { url: 'http://a?b' }, conversionReviewVersions: ['v1'] },
  }),
  converted('webhook service', {
    strategy: 'Webhook',
    webhook: {
      clientConfig: { service: { namespace: '', name: '', path: 'a//b', port: 0 } },
      conversionReviewVersions: ['v1'],
    },
  }),
  converted('webhook service without name', {
    strategy: 'Webhook',
    webhook: { clientConfig: { service: { namespace: 'a', name: '' } }, conversionReviewVersions: ['v1'] },
  }),
  converted('webhook versions', {
    strategy: 'Webhook',
    webhook: { clientConfig: client, conversionReviewVersions: ['v3', 'v3', 'A'] },
  }),
  ...[
    { example: {} },
    { example: null },
    { externalDocs: {} },
    { not: {} },
    { default: '' },
    { default: null },
    { additionalProperties: false },
    { nullable: false },
    { 'x-kubernetes-list-type': '' },
    { maxLength: 0 },
    { description: 'd', title: 't', nullable: true },
  ].map((more) =>
    field(`int or string with ${JSON.stringify(more)}`, {
      'x-kubernetes-int-or-string': true,
      anyOf: [{ type: 'integer', ...more }, { type: 'string' }],
    }),
  ),
  ...[{ nullable: false }, { description: '' }, { additionalProperties: false }, { 'x-kubernetes-map-type': '' }].map(
    (more) => whole(`metadata with ${JSON.stringify(more)}`, { properties: { metadata: { type: 'object', ...more } } }),
  ),
  field('faults of structure are sorted', {
    type: 'integer',
    'x-kubernetes-embedded-resource': true,
    oneOf: [{ items: { type: 'string' } }],
    allOf: Array.from({ length: 12 }, () => ({ type: 'string' })),
  }),
  field('format of other letters', { type: 'string', format: 'é日' }),
  create('no name', { metadata: {} }),
  converted('webhook no versions', {
    strategy: 'Webhook',
    webhook: { clientConfig: client, conversionReviewVersions: [] },
  }),
  store(),
  patch('group is immutable', { spec: { group: 'other.example.com' } }),
  patch('plural is immutable', { spec: { names: { plural: 'others' } } }),
  patch('storage version goes', { spec: { versions: [{ ...second, storage: true }] } }),
  patch('schema goes', { spec: { versions: [{ ...version, schema: null }] } }),
  patchStatus('status', {
    storedVersions: [],
    acceptedNames: { plural: 'others', kind: 'Other', singular: 'other', listKind: 'OtherList' },
    conditions: [{ type: 'A', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z', reason: 'r', message: 'm' }],
  }),
  patchStatus('status names', { acceptedNames: { plural: 'A_', kind: 'a b' } }),
];
