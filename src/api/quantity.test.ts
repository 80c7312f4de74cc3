import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  addQuantities,
  canonicalQuantity,
  compareQuantities,
  parseQuantity,
  quantityMilliValue,
  quantityValue,
  subtractQuantities,
} from './quantity.ts';

test('canonicalQuantity prints as upstream does', () => {
  const table: Record<string, string> = {
    '0': '0',
    '1': '1',
    '100m': '100m',
    '1000m': '1',
    '1100m': '1100m',
    '0.5': '500m',
    '.5': '500m',
    '0.500': '500m',
    '1.5': '1500m',
    '1.500': '1.500',
    '1024Ki': '1Mi',
    '1025Ki': '1025Ki',
    '1.5Gi': '1536Mi',
    '0.5Ki': '512',
    '1000': '1k',
    '1000000': '1M',
    '1500k': '1500k',
    '12e6': '12e6',
    '1E3': '1E3',
    '1e4': '10e3',
    '128974848': '128974848',
    '9Ei': '9223372036854775807',
    '0.1n': '1n',
    '-1': '-1',
    '+5': '+5',
    '0Ki': '0',
    '-0.0000000001': '-1n',
    '1E': '1E',
  };
  const actual = Object.fromEntries(Object.keys(table).map((text) => [text, canonicalQuantity(text)]));
  assert.deepEqual(actual, table);
});

test('parseQuantity refuses what is not a quantity, in upstream words', () => {
  const format = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
  const suffix = "unable to parse quantity's suffix";
  const table: Record<string, string> = {
    '': format,
    abc: format,
    '1 Gi': format,
    '1.2.3': format,
    '1gi': format,
    '1mm': suffix,
    '1KiB': format,
    '1K': suffix,
    '1e999999999': suffix,
    // Upstream takes it; digits cost the square of their number.
    ['9'.repeat(1e6)]: 'unable to parse numeric part of quantity',
  };
  for (const [text, message] of Object.entries(table)) {
    assert.throws(() => parseQuantity(text), { name: 'QuantityError', message }, text);
  }
});

test('values round away from zero, comparison and sums are exact', () => {
  assert.equal(quantityValue('100m'), 1);
  assert.equal(quantityValue('1Gi'), 1073741824);
  assert.equal(quantityMilliValue('1.5'), 1500);
  assert.equal(quantityMilliValue('1u'), 1);
  assert.equal(compareQuantities('1Gi', '1024Mi'), 0);
  assert.equal(compareQuantities('999m', '1'), -1);
  assert.equal(addQuantities('1Gi', '1Gi'), '2Gi');
  assert.equal(addQuantities('0', '100m'), '100m');
  assert.equal(subtractQuantities('1', '100m'), '900m');
});
