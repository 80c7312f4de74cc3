import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SchemaObject } from './components.ts';
import { mergeV2, partOf } from './merge-v2.ts';

const get = (definition: string): SchemaObject => ({
  get: { responses: { 200: { description: 'OK', schema: { $ref: `#/definitions/${definition}` } } } },
});
const own: SchemaObject = {
  swagger: '2.0',
  paths: { '/api/v1/': get('Meta'), '/apis/': get('Same') },
  definitions: {
    Meta: { type: 'object', properties: { a: { type: 'string' } } },
    Same: { type: 'string', 'x-kubernetes-group-version-kind': [{ group: '', kind: 'A', version: 'v1' }] },
  },
};
const foreign: SchemaObject = {
  swagger: '2.0',
  parameters: { pretty: { name: 'pretty', in: 'query', type: 'string' } },
  paths: {
    '/apis/wardle/v1/': { ...get('Meta'), parameters: [{ $ref: '#/parameters/pretty' }] },
    '/apis/wardle/v1/flunders': get('Flunder'),
    '/apis/other/v1/': get('Other'),
  },
  definitions: {
    Meta: { type: 'object', properties: { b: { type: 'string' } } },
    Same: { type: 'string', 'x-kubernetes-group-version-kind': [{ group: 'wardle', kind: 'A', version: 'v1' }] },
    Flunder: {
      type: 'object',
      properties: { meta: { $ref: '#/definitions/Meta' }, same: { $ref: '#/definitions/Same' } },
    },
    Other: { type: 'object' },
  },
};

describe('OpenAPI v2 of several servers', () => {
  const part = partOf(foreign, '/apis/wardle/v1/');

  it('a part is the paths of the group version, what they refer to, and parameters written out', () => {
    assert.deepEqual(Object.keys(part.paths), ['/apis/wardle/v1/', '/apis/wardle/v1/flunders']);
    assert.deepEqual(Object.keys(part.definitions).sort(), ['Flunder', 'Meta', 'Same']);
    assert.deepEqual(part.paths['/apis/wardle/v1/']?.parameters, [{ name: 'pretty', in: 'query', type: 'string' }]);
  });

  it('a definition of the same name and other content gets another name, everywhere', () => {
    const { paths, definitions } = mergeV2(own, [part]) as Record<
      'paths' | 'definitions',
      Record<string, SchemaObject>
    >;
    assert.deepEqual(Object.keys(definitions).sort(), ['Flunder', 'Meta', 'Meta_v2', 'Same']);
    assert.deepEqual(definitions.Meta, (own.definitions as Record<string, unknown>).Meta);
    assert.deepEqual(definitions.Flunder?.properties, {
      meta: { $ref: '#/definitions/Meta_v2' },
      same: { $ref: '#/definitions/Same' },
    });
    assert.deepEqual(paths['/apis/wardle/v1/']?.get, get('Meta_v2').get);
    assert.deepEqual(definitions.Same?.['x-kubernetes-group-version-kind'], [
      { group: '', kind: 'A', version: 'v1' },
      { group: 'wardle', kind: 'A', version: 'v1' },
    ]);
  });

  it('a second server shares the renamed definition', () => {
    const other = partOf(
      { paths: { '/apis/second/v1/': get('Meta') }, definitions: foreign.definitions },
      '/apis/second/v1/',
    );
    const { paths, definitions } = mergeV2(own, [part, other]) as Record<string, Record<string, SchemaObject>>;
    assert.deepEqual(paths?.['/apis/second/v1/']?.get, get('Meta_v2').get);
    assert.ok(definitions && !('Meta_v3' in definitions));
  });

  it('a path that is served already stays, and brings no definitions', () => {
    const other = partOf({ paths: { '/api/v1/': get('New') }, definitions: { New: {} } }, '/api/v1/');
    assert.deepEqual(mergeV2(own, [other]), own);
  });

  const malformed: Record<string, unknown> = {
    'no object': [],
    'no paths': {},
    'paths that are no objects': { paths: { '/apis/wardle/v1/': 1 } },
    'definitions that are no objects': { paths: foreign.paths, definitions: { Meta: 1, Flunder: 1 } },
    'a required that is no list': {
      paths: { '/apis/wardle/v1/': get('Meta') },
      definitions: { Meta: { required: 1 } },
    },
  };
  for (const [name, document] of Object.entries(malformed)) {
    it(`refuses ${name}`, () => assert.throws(() => partOf(document, '/apis/wardle/v1/')));
  }
});

it('takes definitions of any name', () => {
  const document = JSON.parse(
    '{"paths":{"/apis/a/v1/":{"get":{"x":{"$ref":"#/definitions/__proto__"}}}},"definitions":{"__proto__":{"properties":{"self":{"$ref":"#/definitions/__proto__"}}}}}',
  ) as unknown;
  const part = partOf(document, '/apis/a/');
  const { definitions } = mergeV2({ paths: {}, definitions: {} }, [part]);
  assert.deepEqual(Object.keys(definitions as object), ['__proto__']);
  assert.equal(Object.getPrototypeOf(definitions), Object.prototype);
});
