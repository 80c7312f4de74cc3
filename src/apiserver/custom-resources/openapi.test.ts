import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonSchema } from '#api/structural/schema.ts';
import { forVersion2 } from './openapi.ts';

const text: JsonSchema = { type: 'string' };
const cases: readonly (readonly [what: string, schema: JsonSchema, expected: object])[] = [
  [
    'a nullable object',
    { type: 'object', nullable: true, required: ['a'], properties: { a: text } },
    { required: ['a'] },
  ],
  ['a nullable list', { type: 'array', nullable: true, items: text }, {}],
  [
    'an open object',
    { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { a: text } },
    { 'x-kubernetes-preserve-unknown-fields': true },
  ],
  [
    'an open text',
    { type: 'string', 'x-kubernetes-preserve-unknown-fields': true },
    { type: 'string', 'x-kubernetes-preserve-unknown-fields': true },
  ],
  [
    'a member that may be null and has to be there',
    { type: 'object', required: ['a', 'b'], properties: { a: { type: 'string', nullable: true }, b: text } },
    { type: 'object', required: ['b'], properties: { a: {}, b: text } },
  ],
];
for (const [what, schema, expected] of cases) {
  test(`version 2 of ${what}`, () => assert.deepEqual(forVersion2(schema), expected));
}
