import assert from 'node:assert/strict';
import { test } from 'node:test';
import { equalTrees, unequalParts } from './equal.ts';

test('trees are equal by value: order does not matter, absent is undefined, null is not', () => {
  assert.ok(equalTrees({ a: 1, b: [{ c: 'x' }] }, { b: [{ c: 'x' }], a: 1, d: undefined }));
  assert.ok(!equalTrees({ a: null }, {}));
  assert.ok(!equalTrees({ a: [1, 2] }, { a: [2, 1] }));
  assert.ok(!equalTrees([], {}));
  assert.ok(!equalTrees({}, { constructor: 'x' }));
  assert.ok(!equalTrees({ constructor: 'x' }, {}));
});

test('unequal parts: what is equal is left out, as deep as is asked', () => {
  const before = { spec: { image: 'a', ports: [{ port: 1 }], env: { A: '1', B: '2' } }, data: { x: '1' } };
  const after = { spec: { image: 'b', ports: [{ port: 1 }], env: { A: '1', B: '3' } }, data: { x: '1' } };
  const images = [{ image: 'b' }, { image: 'a' }] as const;
  assert.deepEqual(unequalParts(after, before, 2), [
    { spec: { ...images[0], env: after.spec.env } },
    { spec: { ...images[1], env: before.spec.env } },
  ]);
  assert.deepEqual(unequalParts(after, before, 3), [
    { spec: { ...images[0], env: { B: '3' } } },
    { spec: { ...images[1], env: { B: '2' } } },
  ]);
  assert.deepEqual(unequalParts(after, before, 0), [after, before]);
  assert.equal(unequalParts(before, structuredClone(before), 2), undefined);
});

test('unequal parts: what is on one side only, members that do not count, names that every object inherits', () => {
  assert.deepEqual(unequalParts({ a: 1 }, { b: [] }, 1), [
    { a: 1, b: undefined },
    { a: undefined, b: [] },
  ]);
  assert.equal(
    unequalParts({ status: 1 }, { status: 2 }, 1, (member) => member !== 'status'),
    undefined,
  );
  const data = JSON.parse('{"data":{"__proto__":"1","constructor":"2"}}') as unknown;
  const [left, right] = unequalParts(data, { data: { constructor: '3' } }, 2) ?? [];
  assert.equal(JSON.stringify(left), '{"data":{"__proto__":"1","constructor":"2"}}');
  assert.equal(JSON.stringify(right), '{"data":{"constructor":"3"}}');
});
