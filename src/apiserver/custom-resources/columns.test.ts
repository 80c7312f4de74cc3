import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '#api/object.ts';
import { columnsOf } from './columns.ts';

const nowMs = Date.UTC(2026, 0, 2);
const object = {
  metadata: { name: 'one' },
  spec: { at: '2026-01-01T00:00:00Z', odd: 'soon', empty: '', none: null, many: [1.5, 1e21], inside: { b: '<', a: 1 } },
  status: {
    conditions: [
      { type: 'Ready', status: 'True' },
      { type: 'Done', status: 'False' },
    ],
  },
} as KubeObject;

const cases: readonly (readonly [type: string, path: string, cell: unknown])[] = [
  ['string', ".status.conditions[?(@.type=='Done')].status", 'False'],
  ['string', '.status.conditions[*].type', 'Ready'],
  ['string', '.spec.inside', '{"a":1,"b":"\\u003c"}'],
  ['string', '.spec.many[1]', '1e+21'],
  ['string', '.spec.none', '<no value>'],
  ['string', '.spec.nothing', null],
  ['integer', '.spec.many[0]', 1],
  ['number', '.spec.many[0]', 1.5],
  ['boolean', '.spec.odd', null],
  ['date', '.spec.at', '24h'],
  ['date', '.spec.odd', '<invalid>'],
  ['date', '.spec.empty', '<unknown>'],
];
for (const [type, jsonPath, cell] of cases) {
  test(`a column of type ${type} shows ${jsonPath} as ${JSON.stringify(cell)}`, () => {
    const [, column] = columnsOf([{ name: 'X', type, jsonPath }]);
    assert.equal(column?.cell(object, nowMs), cell);
    assert.equal(column?.description, `Custom resource definition column (in JSONPath format): ${jsonPath}`);
  });
}

test('columns end before one that is no path', () => {
  const columns = columnsOf([
    { name: 'A', type: 'string', jsonPath: '.a' },
    { name: 'B', type: 'string', jsonPath: '.b[' },
    { name: 'C', type: 'string', jsonPath: '.c' },
  ]);
  assert.deepEqual(
    columns.map(({ name }) => name),
    ['Name', 'A'],
  );
});
