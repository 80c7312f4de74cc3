/** Sequences on definitions of custom resources, and on objects whose versions have different fields. */

import { goldenNamespace } from '../validation/golden-case.ts';
import type { Definition, Step } from './steps.ts';

const group = 'fields.golden.example.com';
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const apply = 'application/apply-patch+yaml';
const merge = 'application/merge-patch+json';
const text = { type: 'string' };

const patched =
  (contentType: string) =>
  (path: string, query: string, body: unknown): Step => ({
    method: 'PATCH',
    path: `${path}?${query}`,
    contentType,
    body,
  });
const applied = patched(apply);
const merged = patched(merge);

const version = (name: string, storage: boolean, properties: object): object => ({
  name,
  served: true,
  storage,
  schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties } } } },
});

/** Its versions have a field in common, and one each of their own. */
export const gadgets: Definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `gadgets.${group}` },
  spec: {
    group,
    scope: 'Namespaced',
    names: { kind: 'Gadget', plural: 'gadgets', singular: 'gadget', listKind: 'GadgetList' },
    versions: [
      version('v1', true, {
        common: text,
        first: text,
        list: { type: 'array', items: text, 'x-kubernetes-list-type': 'set' },
        object: { type: 'object', properties: { a: text, b: text } },
      }),
      version('v2', false, {
        common: text,
        second: text,
        list: { type: 'array', items: text },
        object: { type: 'object', properties: { a: text } },
      }),
    ] as unknown as Definition['spec']['versions'],
  },
};

function lackingFields(): Step[] {
  const path = (of: string, name = 'lacking'): string =>
    `/apis/${group}/${of}/namespaces/${goldenNamespace}/gadgets/${name}`;
  const gadget = (of: string, spec: object, name = 'lacking'): object => ({
    apiVersion: `${group}/${of}`,
    kind: 'Gadget',
    metadata: { name },
    spec,
  });
  return [
    applied(path('v1'), 'fieldManager=a', gadget('v1', { common: '1', first: '1' })),
    applied(path('v2'), 'fieldManager=b', gadget('v2', { second: '1' })),
    applied(path('v2'), 'fieldManager=b', gadget('v2', { common: '1' })),
    { method: 'GET', path: path('v1') },
    { method: 'GET', path: path('v2') },
    merged(path('v2'), 'fieldManager=u', { spec: { common: '2' } }),
    { method: 'GET', path: path('v1') },
    applied(path('v1'), 'fieldManager=a', gadget('v1', { common: '1', first: '2' })),
    applied(path('v1'), 'fieldManager=a&force=true', gadget('v1', { common: '1', first: '2' })),
    merged(path('v1'), 'fieldManager=u', { spec: { first: '3' } }),
    { method: 'GET', path: path('v1') },
    merged(path('v1'), 'fieldManager=w', { spec: { first: null } }),
    applied(path('v2'), 'fieldManager=b', gadget('v2', { common: '3' })),
    applied(path('v2'), 'fieldManager=b&force=true', gadget('v2', { common: '3', object: { a: '1' } })),
    applied(path('v1'), 'fieldManager=a', gadget('v1', { object: { b: '1' } })),
    applied(path('v1'), 'fieldManager=c', gadget('v1', { object: { a: '2', b: '1' } })),
    applied(path('v1'), 'fieldManager=c&force=true', gadget('v1', { object: { a: '2', b: '1' } })),
    merged(path('v1'), 'fieldManager=u', { spec: { list: ['x', 'y'] } }),
    merged(path('v2'), 'fieldManager=u', { spec: { list: ['x', 'x'] } }),
    { method: 'GET', path: path('v1') },
    { method: 'DELETE', path: path('v1') },
    applied(path('v2'), 'fieldManager=b', gadget('v2', { common: '1', object: { a: '1' } })),
    applied(path('v1'), 'fieldManager=a', gadget('v1', { object: { a: '1', b: '1' } })),
    { method: 'GET', path: path('v2') },
    applied(path('v2'), 'fieldManager=b', gadget('v2', { common: '1' })),
    { method: 'GET', path: path('v1') },
    merged(path('v1'), 'fieldManager=u', { metadata: { managedFields: [] } }),
    { method: 'GET', path: path('v1') },
    applied(path('v1'), 'fieldManager=a', gadget('v1', { common: '1' })),
  ];
}

function definitionsApplied(): Step[] {
  const name = `things.${group}`;
  const path = `${definitions}/${name}`;
  const thing = (spec: object): object => ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name },
    spec,
  });
  const schema = (properties: object, more: object = {}): object => ({
    openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties, ...more } } },
  });
  const keyed = (keys: readonly string[], properties: object): object => ({
    type: 'array',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': keys,
    items: { type: 'object', required: keys, properties },
  });
  const whole = (versions: readonly object[]): object => ({
    group,
    scope: 'Namespaced',
    names: { plural: 'things', kind: 'Thing', shortNames: ['th'], categories: ['all'] },
    versions,
  });
  const v1 = (of: object, more: object = {}): object => ({
    name: 'v1',
    served: true,
    storage: true,
    schema: of,
    ...more,
  });
  const column = (column: string): object => ({ name: column, type: 'string', jsonPath: `.spec.${column}` });
  return [
    applied(path, 'fieldManager=a', thing(whole([v1(schema({ a: text, rows: keyed(['k'], { k: text, v: text }) }))]))),
    applied(path, 'fieldManager=a', thing(whole([v1(schema({ a: text, b: text }))]))),
    applied(path, 'fieldManager=b', thing({ versions: [{ name: 'v1', schema: schema({ c: text }) }] })),
    applied(path, 'fieldManager=b&force=true', thing({ versions: [{ name: 'v1', schema: schema({ c: text }) }] })),
    applied(
      path,
      'fieldManager=a&force=true',
      thing(
        whole([
          v1(
            schema(
              { a: { ...text, enum: ['x', 'y'] }, m: { type: 'object', additionalProperties: text } },
              {
                required: ['a'],
                'x-kubernetes-validations': [
                  { rule: "self.a != 'x'", message: 'no x' },
                  { rule: 'self.a == oldSelf.a', message: 'fixed' },
                ],
              },
            ),
            { additionalPrinterColumns: [column('a')], subresources: { status: {} } },
          ),
        ]),
      ),
    ),
    merged(path, 'fieldManager=u', { spec: { names: { shortNames: ['t', 'th'] } } }),
    applied(path, 'fieldManager=c', thing({ names: { shortNames: ['x'], categories: ['some'] } })),
    applied(path, 'fieldManager=c&force=true', thing({ names: { shortNames: ['x'], categories: ['some'] } })),
    {
      method: 'PATCH',
      path: `${path}?fieldManager=j`,
      contentType: 'application/json-patch+json',
      body: [
        { op: 'add', path: '/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/d', value: text },
        {
          op: 'add',
          path: '/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/d2',
          value: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
        },
      ],
    },
    applied(
      path,
      'fieldManager=a&force=true',
      thing(
        whole([
          v1(
            schema({
              a: text,
              d: { ...text, default: 'x' },
              free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
              list: { type: 'array', items: { type: 'object', properties: { n: { type: 'number', maximum: 5 } } } },
              all: { type: 'object', allOf: [{ required: ['n'] }], properties: { n: { type: 'integer' } } },
            }),
          ),
          { name: 'v2', served: true, storage: false, schema: schema({ a: text }) },
        ]),
      ),
    ),
    applied(path, 'fieldManager=a', thing(whole([v1(schema({ a: text })), v1(schema({ a: text }))]))),
    applied(path, 'fieldManager=a', thing(whole([v1(schema({ a: 'x' }))]))),
    applied(path, 'fieldManager=a', thing(whole([v1(schema({ a: { type: 'string', required: 'x' } }))]))),
    applied(path, 'fieldManager=a', thing(whole([v1(schema({ a: { type: 'array', items: [text, text] } }))]))),
    applied(path, 'fieldManager=a', thing(whole([{ served: true }]))),
    applied(
      path,
      'fieldManager=b&force=true',
      thing({
        conversion: { strategy: 'None' },
        versions: [
          { name: 'v1', selectableFields: [{ jsonPath: '.spec.a' }], additionalPrinterColumns: [column('b')] },
        ],
      }),
    ),
    applied(path, 'fieldManager=b', thing({ conversion: { strategy: 'None' } })),
    {
      method: 'GET',
      path,
    },
  ];
}

export const ofDefinitions: Readonly<Record<string, readonly Step[]>> = {
  lacking: lackingFields(),
  definitions: definitionsApplied(),
};
