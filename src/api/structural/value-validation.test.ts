import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listTypeFindings } from './list-types.ts';
import { prune } from './pruning.ts';
import type { JsonSchema, Tree } from './schema.ts';
import { ValueValidator } from './value-validation.ts';

test('alternatives within alternatives take a time that grows with the schema and not with its power', () => {
  let schema: JsonSchema = { type: 'integer' };
  for (let depth = 0; depth < 40; depth++) schema = { anyOf: [schema] };
  const findings = new ValueValidator(schema).validate('x');
  assert.equal(findings.length, 41);
  assert.match(findings.at(-1)?.message ?? '', /must be of type integer/);
  let all: JsonSchema = { type: 'integer' };
  for (let depth = 0; depth < 40; depth++) all = { allOf: [all] };
  assert.equal(new ValueValidator(all).validate('x').length, 41);
});

test('the largest int64 is an integer', () => {
  assert.deepEqual(new ValueValidator({ type: 'integer' }).validate(JSON.parse('9223372036854775807')), []);
  assert.equal(new ValueValidator({ type: 'integer' }).validate(1e19).length, 2);
});

test('elements of a set are the same in whatever order their members come', () => {
  const schema: JsonSchema = { 'x-kubernetes-list-type': 'set' };
  const same = [
    { a: 1, b: 2 },
    { b: 2, a: 1 },
  ];
  assert.deepEqual(
    listTypeFindings(same, schema).map(({ field }) => field),
    ['[1]'],
  );
});

test('what is pruned below a long key is told of as long as it is bearable, and gone in any case', () => {
  const key = 'k'.repeat(500_000);
  const inner: Tree = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`f${index}`, 1]));
  const object: Tree = { [key]: inner };
  const dropped = prune(object, { additionalProperties: { properties: { known: {} } } });
  assert.equal(dropped.length, 3);
  assert.deepEqual(object, { [key]: {} });
});
