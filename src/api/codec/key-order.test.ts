import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inKeyOrder } from './key-order.ts';

test('inKeyOrder: keys by name, items by position, whatever the order of the text', () => {
  const findings = ['spec.zone', 'spec.ports[10].x', 'spec.ports[2].y', 'spec.ports[2].x', 'kindly', 'spec.alpha'];
  assert.deepEqual(inKeyOrder(findings.map((path) => `unknown field "${path}"`)), [
    'unknown field "kindly"',
    'unknown field "spec.alpha"',
    'unknown field "spec.ports[2].x"',
    'unknown field "spec.ports[2].y"',
    'unknown field "spec.ports[10].x"',
    'unknown field "spec.zone"',
  ]);
  assert.deepEqual(inKeyOrder(['unknown field "a"']), ['unknown field "a"']);
});
