import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openApiV3OfV2 } from './v3-of-v2.ts';

test('bodies, media types and definitions find their places of version 3', () => {
  const ref = { $ref: '#/definitions/a.Thing' };
  const document = openApiV3OfV2(
    {
      paths: {
        '/apis/a/v1/things/{name}': {
          parameters: [{ name: 'name', in: 'path', required: true, type: 'string', uniqueItems: true }],
          put: {
            operationId: 'replace',
            consumes: ['*/*'],
            produces: ['application/json', 'application/yaml'],
            schemes: ['https'],
            parameters: [
              { name: 'body', in: 'body', required: true, description: 'the thing', schema: ref },
              { name: 'dryRun', in: 'query', type: 'array', items: { type: 'string' }, collectionFormat: 'multi' },
            ],
            responses: { 200: { description: 'OK', schema: ref }, 401: { description: 'Unauthorized' } },
            'x-kubernetes-action': 'put',
          },
        },
      },
      definitions: { 'a.Thing': { type: 'object', properties: { next: ref, all: { type: 'array', items: ref } } } },
    },
    { title: 'Things', version: 'v1' },
  );
  const moved = { $ref: '#/components/schemas/a.Thing' };
  assert.deepEqual(document.paths, {
    '/apis/a/v1/things/{name}': {
      parameters: [{ name: 'name', in: 'path', required: true, schema: { type: 'string', uniqueItems: true } }],
      put: {
        operationId: 'replace',
        'x-kubernetes-action': 'put',
        parameters: [{ name: 'dryRun', in: 'query', schema: { type: 'array', items: { type: 'string' } } }],
        requestBody: {
          description: 'the thing',
          content: { 'application/json': { schema: moved } },
          required: true,
        },
        responses: {
          200: {
            description: 'OK',
            content: { 'application/json': { schema: moved }, 'application/yaml': { schema: moved } },
          },
          401: { description: 'Unauthorized' },
        },
      },
    },
  });
  assert.deepEqual(document.info, { title: 'Things', version: 'v1' });
  assert.deepEqual(document.components, {
    schemas: { 'a.Thing': { type: 'object', properties: { next: moved, all: { type: 'array', items: moved } } } },
  });
});
