import assert from 'node:assert/strict';
import { test } from 'node:test';
import { builtinTables } from '#kinds/schemas.ts';
import { SchemaRegistry } from '../schema/registry.ts';
import { atomicPlaces, undeclaredFields } from './configuration-check.ts';

const schema = new SchemaRegistry(builtinTables).kind('apps', 'v1', 'Deployment');

test('undeclaredFields: the first of each object, in lists and maps of structs too', () => {
  const configuration = {
    metadata: { labels: { any: 'thing' } },
    spec: { where: 1, why: 2, template: { spec: { containers: [{ name: 'a' }, { names: 'b' }] } } },
  };
  assert.deepEqual(undeclaredFields(configuration, schema), ['.spec.where']);
  const { where: _where, why: _why, ...spec } = configuration.spec;
  assert.deepEqual(undeclaredFields({ ...configuration, spec }, schema), ['.spec.template.spec.containers[1].names']);
  assert.deepEqual(undeclaredFields({ anything: 1 }, undefined), []);
});

test('atomicPlaces: lists without keys, atomic structs and maps', () => {
  const container = { name: 'a', args: ['x'], ports: [{ containerPort: 1, protocol: 'TCP' }] };
  const configuration = {
    metadata: { labels: { a: 'b' }, finalizers: ['f'] },
    spec: {
      selector: { matchLabels: { a: 'b' } },
      template: { spec: { nodeSelector: { a: 'b' }, containers: [container] } },
    },
  };
  assert.deepEqual(atomicPlaces(configuration, schema), [
    '.spec.selector',
    '.spec.template.spec.nodeSelector',
    '.spec.template.spec.containers[0].args',
  ]);
});
