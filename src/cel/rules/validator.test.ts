import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldErrorText } from '#api/field-error.ts';
import type { JsonSchema } from '#api/structural/schema.ts';
import { RuleValidator, type ValidateOptions } from './validator.ts';

const int: JsonSchema = { type: 'integer' };
const text: JsonSchema = { type: 'string' };

function ruled(schema: JsonSchema, ...rules: readonly string[]): JsonSchema {
  return { ...schema, 'x-kubernetes-validations': rules.map((rule) => ({ rule })) };
}

function findings(schema: JsonSchema, value: unknown, options: ValidateOptions = {}): readonly string[] {
  const validator = RuleValidator.of({ type: 'object', properties: { spec: schema } }, { isResource: true });
  assert.ok(validator);
  const old = options.old === undefined ? {} : { old: { spec: options.old } };
  return validator.validate({ spec: value }, { ...options, ...old }).errors.map(fieldErrorText);
}

test('a schema without rules has no validator', () => {
  const schema = { type: 'object', properties: { a: text, l: { type: 'array', items: int } } };
  assert.equal(RuleValidator.of(schema, { isResource: true }), undefined);
});

test('rules are judged wherever they are', () => {
  const schema: JsonSchema = {
    type: 'object',
    properties: {
      l: { type: 'array', items: ruled(int, 'self > 0') },
      m: { type: 'object', additionalProperties: ruled(text, "self != ''") },
    },
  };
  assert.deepEqual(findings(schema, { l: [1, 0], m: { a: '', b: 'x' } }), [
    'spec.l[1]: Invalid value: 0: failed rule: self > 0',
    'spec.m[a]: Invalid value: "": failed rule: self != \'\'',
  ]);
});

test('transition rules run where the old value is known: by key in lists, by name in maps', () => {
  const element = ruled({ type: 'object', properties: { k: text, v: int } }, 'self.v >= oldSelf.v');
  const list: JsonSchema = {
    type: 'array',
    items: element,
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['k'],
  };
  const old = [
    { k: 'a', v: 5 },
    { k: 'b', v: 1 },
  ];
  const value = [
    { k: 'b', v: 1 },
    { k: 'c', v: 0 },
    { k: 'a', v: 4 },
  ];
  assert.deepEqual(findings(list, value), []);
  assert.deepEqual(findings(list, value, { old }), ['spec[2]: Invalid value: failed rule: self.v >= oldSelf.v']);
  const map: JsonSchema = { type: 'object', additionalProperties: ruled(int, 'self >= oldSelf') };
  assert.deepEqual(findings(map, { x: 1, y: 1 }, { old: { x: 2 } }), [
    'spec[x]: Invalid value: 1: failed rule: self >= oldSelf',
  ]);
});

test('what did not change is warned of, unless the rule is about the change', () => {
  const schema: JsonSchema = {
    type: 'object',
    properties: { a: ruled(int, 'self > 0', 'self > oldSelf'), b: ruled(int, 'self > 0'), c: int },
  };
  const warnings: string[] = [];
  const options = { old: { a: 0, b: 0, c: 1 }, warn: (warning: string) => warnings.push(warning) };
  assert.deepEqual(findings(schema, { a: 0, b: -1, c: 2 }, options), [
    'spec.a: Invalid value: 0: failed rule: self > oldSelf',
    'spec.b: Invalid value: -1: failed rule: self > 0',
  ]);
  assert.deepEqual(warnings, ['spec.a: Invalid value: 0: failed rule: self > 0']);
});

test('the budget ends with its own finding, and nothing runs after it', () => {
  const schema: JsonSchema = { type: 'array', items: ruled(int, 'self > 0 && self > 1') };
  assert.deepEqual(findings(schema, [0, 0, 0], { budget: 3 }), [
    'spec[0]: Invalid value: 0: failed rule: self > 0 && self > 1',
    'spec[1]: Invalid value: "integer": validation failed due to running out of cost budget, no further validation rules will be run',
  ]);
});
