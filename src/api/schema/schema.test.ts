import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeTree } from '../codec/json-decode.ts';
import { applyDefaults } from './defaults.ts';
import { SchemaRegistry } from './registry.ts';
import { readDeclaration, type SchemaTable, splitTable } from './table.ts';

const table: SchemaTable = {
  package: 'k8s.io/api/shop/v1',
  group: 'shop',
  version: 'v1',
  text: `
Order map=atomic
  +k8s:validation
  inline meta/v1.TypeMeta -
  metadata? meta/v1.ObjectMeta 1
  lines []Line 2 list=map(sku,kind) patch=merge,retainKeys(sku)
    +k8s:maxItems=32
    +k8s:eachVal=+k8s:required
  note? string 3 always
  parent? *Order 4
  payment? Payment 5
Line
  sku string 1
  kind? Kind 2 default="Plain"
  limit? *string 3 default=""
  price? Quantity 4
Payment union
  type string 1 discriminator
  card? *string 2
Kind = string enum=["Plain","Gift wrapped"]
Prices = map[string]Quantity
Extra = []string message
`,
};
const path = table.package;
const registry = new SchemaRegistry([table]);
const order = registry.type(path, 'Order');

test('splitTable and readDeclaration read every word of a line', () => {
  const lines = readDeclaration(splitTable(table.text).get('Order') ?? '');
  assert.equal(lines.type, 'struct');
  assert(lines.type === 'struct');
  assert.equal(lines.atomic, true);
  assert.deepEqual(lines.validation, ['k8s:validation']);
  assert.deepEqual(lines.fields[2], {
    name: 'lines',
    inline: false,
    typeText: '[]Line',
    number: 2,
    optional: false,
    always: false,
    omitzero: false,
    required: false,
    nullable: false,
    discriminator: false,
    listType: 'map',
    listMapKeys: ['sku', 'kind'],
    mapType: undefined,
    patchStrategies: ['merge', 'retainKeys'],
    patchMergeKey: 'sku',
    defaultValue: undefined,
    validation: ['k8s:maxItems=32', 'k8s:eachVal=+k8s:required'],
  });
});

test('SchemaRegistry resolves inline structs, named types and types of other packages', () => {
  assert.deepEqual(
    order.members.map(({ name, goPath, omitempty }) => [name, goPath, omitempty]),
    [
      ['kind', 'TypeMeta.kind', true],
      ['apiVersion', 'TypeMeta.apiVersion', true],
      ['metadata', 'metadata', true],
      ['lines', 'lines', false],
      ['note', 'note', false],
      ['parent', 'parent', true],
      ['payment', 'payment', true],
    ],
  );
  assert.equal(order.memberByName.get('metadata')?.schema, registry.meta('ObjectMeta'));
  assert.equal(order.memberByName.get('parent')?.schema, order);
  assert.equal(registry.type(path, 'Payment').union, true);
  const kind = registry.type(path, 'Line').memberByName.get('kind')?.schema;
  assert.deepEqual(kind, { type: 'string', goName: 'v1.Kind', values: ['Plain', 'Gift wrapped'] });
  assert.deepEqual(registry.typeNames('shop', 'v1'), ['Order', 'Line', 'Payment', 'Kind', 'Prices', 'Extra']);
});

test('SchemaRegistry finds kinds by group and version, and those that every group version has', () => {
  assert.equal(registry.kind('shop', 'v1', 'Order'), order);
  assert.equal(registry.kind('shop', 'v2', 'Order'), undefined);
  assert.equal(registry.kind('shop', 'v1', 'Kind'), undefined);
  assert.equal(registry.kind('shop', 'v1', 'DeleteOptions'), registry.meta('DeleteOptions'));
  assert.equal(registry.kind('meta.k8s.io', 'v1', 'Table'), registry.meta('Table'));
  assert.throws(() => registry.type('k8s.io/api/none/v1', 'X'), /no schema table/);
});

test('applyDefaults fills in declared defaults below lists and pointers, and nothing that is there', () => {
  const { object } = decodeTree(order, {
    lines: [{ sku: 'a' }, { sku: 'b', kind: 'Gift wrapped', limit: 'x' }],
    parent: { lines: [{ sku: 'c' }] },
  });
  applyDefaults(order, object);
  assert.deepEqual(object, {
    metadata: {},
    lines: [
      { sku: 'a', kind: 'Plain', limit: '' },
      { sku: 'b', kind: 'Gift wrapped', limit: 'x' },
    ],
    parent: { metadata: {}, lines: [{ sku: 'c', kind: 'Plain', limit: '' }], payment: { type: '' } },
    payment: { type: '' },
  });
});
