/** managedFields that somebody sends to do harm: deep, many, long, of strange names. They are refused or kept, in bounded time. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { goldenNamespace } from '../validation/golden-case.ts';
import { sharedWorld } from './shared-world.ts';

const path = `/api/v1/namespaces/${goldenNamespace}/configmaps`;
const entry = { manager: 'x', operation: 'Update', apiVersion: 'v1', fieldsType: 'FieldsV1' };

/** More than any of them takes, however slow the machine, and less than what grows with the square of their size. */
const boundMs = 20_000;

function nested(depth: number): object {
  let tree: object = {};
  for (let level = 0; level < depth; level++) tree = { 'f:a': tree };
  return tree;
}

const bodies: Readonly<Record<string, { readonly managedFields: unknown; readonly code: number }>> = {
  'as deep as JSON may be': { managedFields: [{ ...entry, fieldsV1: nested(900) }], code: 200 },
  'deeper than that': { managedFields: [{ ...entry, fieldsV1: nested(2000) }], code: 400 },
  'ten thousand managers': {
    managedFields: Array.from({ length: 10_000 }, (_, index) => ({
      ...entry,
      manager: `m${index}`,
      fieldsV1: { 'f:data': { [`f:k${index}`]: {} } },
    })),
    code: 200,
  },
  'ten thousand appliers': {
    managedFields: Array.from({ length: 10_000 }, (_, index) => ({
      ...entry,
      operation: 'Apply',
      manager: `m${index}`,
      fieldsV1: { 'f:data': { 'f:a': {} } },
    })),
    code: 200,
  },
  'twenty thousand fields': {
    managedFields: [
      { ...entry, fieldsV1: Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`f:${index}`, {}])) },
    ],
    code: 200,
  },
  'names of prototypes': {
    managedFields: [
      {
        ...entry,
        fieldsV1: JSON.parse('{"f:__proto__":{"f:constructor":{}},"k:{\\"__proto__\\":1}":{},"__proto__":{}}'),
      },
    ],
    code: 200,
  },
  'keys that are no keys': { managedFields: [{ ...entry, fieldsV1: { [`k:${'['.repeat(100_000)}`]: {} } }], code: 200 },
};

describe('hostile managedFields', () => {
  const { world, tick } = sharedWorld();
  for (const [name, { managedFields, code }] of Object.entries(bodies)) {
    test(name, async () => {
      const object = name.toLowerCase().replaceAll(' ', '-');
      const ask = (method: 'POST' | 'PUT' | 'PATCH', query: string, body: object, contentType = 'application/json') =>
        world().send({ method, path: `${path}${method === 'POST' ? '' : `/${object}`}${query}`, contentType, body });
      const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: object }, data: { a: '1' } };
      tick();
      assert.equal((await ask('POST', '?fieldManager=u', body)).code, 201);
      const startedMs = performance.now();
      const metadata = { ...body.metadata, managedFields };
      assert.equal((await ask('PUT', '?fieldManager=u', { ...body, metadata, data: { a: '2' } })).code, code);
      tick();
      const applied = await ask(
        'PATCH',
        '?fieldManager=me&force=true',
        { ...body, data: { a: '3' } },
        'application/apply-patch+yaml',
      );
      assert.equal(applied.code, 200);
      tick();
      const merged = await ask('PATCH', '?fieldManager=u', { data: { b: '1' } }, 'application/merge-patch+json');
      assert.equal(merged.code, 200);
      assert(performance.now() - startedMs < boundMs);
    });
  }
});

describe('objects that are too large because of their managers', () => {
  const { world } = sharedWorld();

  test('an update forgets the managers, an apply is refused', async () => {
    const data = Object.fromEntries(Array.from({ length: 16_000 }, (_, index) => [`${index}`.padEnd(60, 'k'), 'v']));
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'large' }, data };
    const contentType = 'application/apply-patch+yaml';
    const url = `${path}/large?fieldManager=me`;
    const refused = await world().send({ method: 'PATCH', path: url, contentType, body });
    assert.equal(refused.code, 413);
    const created = await world().send({ method: 'POST', path, contentType: 'application/json', body });
    assert.equal(created.code, 201);
    assert.equal(
      (created.body as { readonly metadata: { readonly managedFields?: unknown } }).metadata.managedFields,
      undefined,
    );
  });
});
