/**
 * Costs, estimated and actual. The figures are upstream's (cel-go's tables in checker/cost_test.go and interpreter/runtimecost_test.go), but for
 * constants: Kubernetes evaluates with cel-go's optimizer, for which lists, maps and conversions of constants cost nothing.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { estimateCost } from './cost.ts';
import { createEnvironment } from './environment.ts';
import { formatIssues } from './issues.ts';
import { wrapDyn, wrapperOf } from './json.ts';
import { compile, createProgram } from './program.ts';
import { maxCost } from './range.ts';
import { bindLibrary, standardLibrary, twoVariableLibrary } from './standard/library.ts';
import type { CelType } from './types.ts';
import { boolType, bytesType, intType, listType, mapType, objectType, stringType, timestampType } from './types.ts';
import type { Value } from './values.ts';
import { CelError } from './values.ts';

const holder = objectType('Holder', { count: intType, name: stringType });
const nestedMap = mapType(stringType, mapType(stringType, stringType));
const strings = listType(stringType);
const ints = listType(intType);

function environmentOf(variables: Readonly<Record<string, CelType>>) {
  const declared = Object.entries(variables).map(([name, type]) => ({ name, type }));
  return createEnvironment([standardLibrary, bindLibrary, twoVariableLibrary, { variables: declared }]);
}

function compiled(expression: string, variables: Readonly<Record<string, CelType>>) {
  const environment = environmentOf(variables);
  const result = compile(expression, environment);
  assert.ok(result.ok, result.ok ? '' : formatIssues(expression, result.issues));
  return { checked: result.checked, environment };
}

const estimates: readonly (readonly [
  expression: string,
  variables: Readonly<Record<string, CelType>>,
  sizes: Readonly<Record<string, number>>,
  min: number,
  max: number,
])[] = [
  [`"Hello World!"`, {}, {}, 0, 0],
  ['input', { input: ints }, {}, 1, 1],
  [`input['key']`, { input: mapType(stringType, stringType) }, {}, 2, 2],
  ['input.count', { input: holder }, {}, 2, 2],
  ['has(input.count)', { input: holder }, {}, 1, 1],
  ['has(input.testAttr.nestedAttr)', { input: nestedMap }, {}, 2, 2],
  ['[1, 2, 3]', {}, {}, 10, 10],
  ["Holder{count: 1, name: 'str'}", { input: holder }, {}, 40, 40],
  ['{"a": 1, "b": 2, "c": 3}', {}, {}, 30, 30],
  ['input.all(x, true)', { input: ints }, { input: 100 }, 2, 302],
  ['input.all(x, x.all(y, true))', { input: listType(ints) }, { input: 50, 'input.@items': 10 }, 2, 1752],
  ['[1, 2, 3].all(x, true)', {}, {}, 20, 20],
  [`input.matches('[0-9]')`, { input: stringType }, { input: 500 }, 3, 103],
  [`'123'.matches('[0-9]')`, {}, {}, 2, 2],
  ['true || false', {}, {}, 0, 0],
  ['a || b || c || d', { a: boolType, b: boolType, c: boolType, d: boolType }, {}, 1, 4],
  ['1 < 2', {}, {}, 1, 1],
  ['1 == 2', {}, {}, 1, 1],
  ['2 in [1, 2, 3]', {}, {}, 13, 13],
  ['true ? 1 : 2', {}, {}, 0, 0],
  ['size(b"123")', {}, {}, 1, 1],
  ['string(input)', { input: bytesType }, { input: 500 }, 1, 51],
  ['string(input) == string(input)', { input: bytesType }, { input: 500 }, 3, 152],
  ['bytes(input) == bytes(input)', { input: stringType }, { input: 500 }, 3, 302],
  ['input.contains(arg1)', { input: stringType, arg1: stringType }, { input: 500, arg1: 500 }, 2, 2502],
  ['input.startsWith(arg1)', { input: stringType, arg1: stringType }, { arg1: 500 }, 2, 52],
  ['input.size()', { input: stringType }, {}, 2, 2],
  ['(x > 2 ? a : b).all(y, true)', { x: intType, a: ints, b: ints }, { a: 1, b: 1 }, 4, 7],
  ['input.all(k, input[k].count > 3)', { input: mapType(stringType, holder) }, { input: 10 }, 2, 82],
  ['input.all(k, input[k].all(x, true))', { input: nestedMap }, { input: 5, 'input.@values': 10 }, 2, 187],
  ['input.all(k, k.contains(k))', { input: nestedMap }, { input: 5, 'input.@keys': 10 }, 2, 32],
  [
    'input.all(k, input[k].all(k, true) && k.contains(k))',
    { input: nestedMap },
    { input: 2, 'input.@values': 2, 'input.@keys': 5 },
    2,
    34,
  ],
  ['(a + b).all(x, true)', { a: ints, b: ints }, { a: 10, b: 10 }, 4, 64],
  ['"abcdefg".contains(a + b)', { a: stringType, b: stringType }, { a: 10, b: 10 }, 2, 6],
  ['a.size() == b.size()', { a: ints, b: ints }, {}, 5, 5],
  ['x > y ? a.size() : b.size()', { x: intType, y: intType, a: ints, b: ints }, {}, 5, 5],
  ['([x, y] + a + b).size()', { x: intType, y: intType, a: ints, b: ints }, { a: 10, b: 20 }, 17, 17],
  [
    `[a, b].exists(l, l.exists(v, v.startsWith('hi')))`,
    { a: strings, b: strings },
    { a: 10, 'a.@items': 64, b: 20, 'b.@items': 128 },
    21,
    265,
  ],
  ['((5 != 6) == (1 == 2)) == ((3 <= 4) == (9 != 9))', {}, {}, 7, 7],
  ['string(a) == string(b)', { a: timestampType, b: timestampType }, {}, 5, maxCost / 10 + 4],
  ['a == b', { a: timestampType, b: timestampType }, {}, 3, 3],
  ['[1,2,3,4,5].filter(x, x % 2 == 0)', {}, {}, 41, 101],
  ['[1,2,3,4,5].map(x, x)', {}, {}, 86, 86],
  ['[1,2,3,4,5].map(x, x).filter(x, x % 2 == 0)', {}, {}, 117, 177],
  ['[1,2,3,4,5].map(x, x).exists(x, x == 5) == true', {}, {}, 108, 118],
  ['[1,2,3,4,5].map(x, x).map(x, x)', {}, {}, 162, 162],
  ['[1,2,3,4,5].map(x, x)[4]', {}, {}, 87, 87],
  ['[[1,2],[1,2],[1,2],[1,2],[1,2]][4]', {}, {}, 61, 61],
  [`{'a': [1,2], 'b': [1,2], 'c': [1,2], 'd': [1,2], 'e': [1,2]}.b`, {}, {}, 81, 81],
  ['[[1, 1], [2, 2], [3, 3], [4, 4], [5, 5]].all(y, y.all(y, y == 1))', {}, {}, 76, 136],
  ['[1,2,3,4,5].map(x, [x, x]).all(y, y.all(y, y == 1))', {}, {}, 157, 217],
  [
    `input.map(x, [x, x]).all(y, y.all(y, y.startsWith('a')))`,
    { input: strings },
    { input: 5, 'input.@items': 10 },
    13,
    208,
  ],
  ['[1,2,3,4,5].map(x, x).map(x, x) + [1]', {}, {}, 173, 173],
  ['[1,2,3].all(i, i in [1,2,3].map(j, j + j))', {}, {}, 20, 230],
  ['dyn([1,2,3]).all(i, i in dyn([1,2,3]).map(j, j + j))', {}, {}, 21, 234],
];

for (const [expression, variables, sizes, min, max] of estimates) {
  test(`estimated cost of ${expression}`, () => {
    const types = [holder];
    const { checked, environment } = compiledWith(expression, variables, types);
    const cost = estimateCost(checked, environment, ({ path }) => {
      const size = path && sizes[path.join('.')];
      return size === undefined ? undefined : { min: 0, max: size };
    });
    assert.deepEqual(cost, { min, max });
  });
}

function compiledWith(expression: string, variables: Readonly<Record<string, CelType>>, types: readonly CelType[]) {
  const declared = Object.entries(variables).map(([name, type]) => ({ name, type }));
  const environment = createEnvironment([standardLibrary, { variables: declared, types }]);
  const result = compile(expression, environment);
  assert.ok(result.ok, result.ok ? '' : formatIssues(expression, result.issues));
  return { checked: result.checked, environment };
}

const actual: readonly (readonly [
  expression: string,
  variables: Readonly<Record<string, CelType>>,
  json: Readonly<Record<string, unknown>>,
  cost: number,
])[] = [
  [`"Hello World!"`, {}, {}, 0],
  ['input', { input: ints }, { input: [1, 2] }, 1],
  [`input['key']`, { input: mapType(stringType, stringType) }, { input: { key: 'v' } }, 2],
  ['input[0]', { input: strings }, { input: ['v'] }, 2],
  ['input.count', { input: holder }, { input: { count: 1 } }, 2],
  [`input['ke' + 'y']`, { input: mapType(stringType, stringType) }, { input: { key: 'v' } }, 3],
  ['input[3-3]', { input: strings }, { input: ['v'] }, 3],
  ['has(input.count)', { input: holder }, { input: { count: 1 } }, 1],
  ['has(input.testAttr.nestedAttr)', { input: nestedMap }, { input: { testAttr: { nestedAttr: '0' } } }, 2],
  ['input.all(x, true)', { input: ints }, { input: [] }, 2],
  [`input.matches('[0-9]')`, { input: stringType }, { input: 'x'.repeat(500) }, 103],
  ['input.matches(p)', { input: stringType, p: stringType }, { input: 'x'.repeat(500), p: '\\d+a\\d+b' }, 104],
  [
    'a || b || c || d',
    { a: boolType, b: boolType, c: boolType, d: boolType },
    { a: false, b: false, c: false, d: false },
    4,
  ],
  ['1 == 2', {}, {}, 1],
  ['true ? 1 : 2', {}, {}, 0],
  [`'12345678901234567890' == '123456789012345678901234567890'`, {}, {}, 2],
  ['bytes(input)', { input: stringType }, { input: 'x'.repeat(500) }, 51],
  ['input.contains(a)', { input: stringType, a: stringType }, { input: 'x'.repeat(500), a: 'y'.repeat(500) }, 2502],
  ['input.startsWith(a)', { input: stringType, a: stringType }, { input: 'idc', a: 'id' }, 3],
  ['input.size()', { input: stringType }, { input: '123' }, 2],
  ['(x > 2 ? a : b).all(y, true)', { x: intType, a: ints, b: ints }, { x: 1, a: [1], b: [1] }, 6],
  ['false ? false : 1 > 3', {}, {}, 1],
  ['input.all(k, input[k].count > 3)', { input: mapType(stringType, holder) }, { input: { v: { count: 4 } } }, 9],
  ['input.all(k, k.contains(k))', { input: nestedMap }, { input: {} }, 2],
  ['(a + b).all(x, true)', { a: ints, b: ints }, { a: [], b: [] }, 4],
  ['"abcdefg".contains(a + b)', { a: stringType, b: stringType }, { a: 'val1', b: 'val2222' }, 6],
  ['(1 > 2 ? 5 : 3) > 1', {}, {}, 2],
  ['(1 > 2 || 2 > 1) == true', {}, {}, 3],
  // Upstream's tables are without the optimizer: 10 less for each constant list, 30 for each constant map.
  ['[1, 2, 3].all(x, true)', {}, {}, 10],
  ['[1,2,3,4,5].filter(x, x % 2 == 0)', {}, {}, 62 - 10 - 10],
  ['[1,2,3,4,5].map(x, x)', {}, {}, 86 - 10 - 10],
  ['[1,2,3,4,5].map(x, x).exists(x, x == 5) == true', {}, {}, 118 - 10 - 10],
  ['[1,2,3,4,5].map(x, [x, x]).all(y, y.all(y, y == 1))', {}, {}, 171 - 10 - 10],
  // Membership in a constant list is a look into a set.
  ['2 in [1, 2, 3]', {}, {}, 0],
  // cel.bind: the value is made once, when it is used.
  ['cel.bind(x, a.size(), x + x)', { a: strings }, { a: ['1'] }, 5],
  ['cel.bind(x, a.size(), 1)', { a: strings }, { a: ['1'] }, 0],
];

for (const [expression, variables, json, cost] of actual) {
  test(`actual cost of ${expression}`, () => {
    const { checked, environment } = compiled(expression, variables);
    const outcome = createProgram(checked, environment).evaluate(bind(variables, json));
    assert.ok(!(outcome.result instanceof CelError));
    assert.equal(outcome.cost, cost);
  });
}

function bind(variables: Readonly<Record<string, CelType>>, json: Readonly<Record<string, unknown>>) {
  const bound = new Map<string, Value>();
  for (const [name, value] of Object.entries(json)) {
    const type = variables[name];
    bound.set(name, type ? wrapperOf(type)(value) : wrapDyn(value));
  }
  return bound;
}

test('the cost limit ends an evaluation above it, not at it, and nothing absorbs that', () => {
  const variables = { a: stringType, b: stringType };
  const { checked, environment } = compiled('"abcdefg".contains(a + b) || true', variables);
  const program = createProgram(checked, environment);
  const bindings = bind(variables, { a: 'val1', b: 'val2222' });
  assert.deepEqual(program.evaluate(bindings, { costLimit: 6 }), { result: true, cost: 6 });
  const stopped = program.evaluate(bindings, { costLimit: 5 });
  assert.deepEqual(stopped.result, new CelError('operation cancelled: actual cost limit exceeded'));
  assert.equal(stopped.stopped, true);
});

test('a long loop ends at the cost limit, and asks whether it is interrupted', () => {
  const variables = { a: ints };
  const { checked, environment } = compiled('a.all(x, a.all(y, a.all(z, x + y + z >= 0)))', variables);
  const program = createProgram(checked, environment);
  const bindings = bind(variables, { a: Array.from({ length: 1000 }, (_, index) => index) });
  const limited = program.evaluate(bindings, { costLimit: 10_000 });
  assert.deepEqual(limited.result, new CelError('operation cancelled: actual cost limit exceeded'));
  assert.ok(limited.cost < 10_100);
  let asked = 0;
  const interrupted = program.evaluate(bindings, { interrupted: () => ++asked === 3 });
  assert.deepEqual(interrupted.result, new CelError('operation interrupted'));
  assert.equal(asked, 3);
});
