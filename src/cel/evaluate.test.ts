/** What failing rules say: recorded of kube-apiserver 1.36.3, by validation rules of a custom resource. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEnvironment } from './environment.ts';
import { formatIssues } from './issues.ts';
import { wrapperOf } from './json.ts';
import { compile, createProgram } from './program.ts';
import { standardLibrary } from './standard/library.ts';
import { boolType, doubleType, intType, listType, mapType, objectType, stringType } from './types.ts';
import { CelError } from './values.ts';

const spec = objectType('Spec', {
  n: intType,
  d: doubleType,
  s: stringType,
  l: listType(stringType),
  m: mapType(stringType, intType),
  o: objectType('Inner', { x: intType }),
});

const self = wrapperOf(spec)({ n: 3, d: 1.5, s: 'héllo', l: ['a', 'bb'], m: { k: 1 } });

const environment = createEnvironment([standardLibrary, { variables: [{ name: 'self', type: spec }] }], {
  homogeneousLiterals: true,
});

function evaluate(expression: string) {
  const compiled = compile(expression, environment, { expectedTypes: [boolType] });
  assert.ok(compiled.ok, compiled.ok ? '' : formatIssues(expression, compiled.issues));
  return createProgram(compiled.checked, environment).evaluate(new Map([['self', self]])).result;
}

const failures: readonly (readonly [expression: string, message: string])[] = [
  ['self.o.x > 1', 'no such key: o'],
  ['self.m["z"] == 1', 'no such key: z'],
  ['self.l[7] == ""', 'index out of bounds: 7'],
  ['self.n / 0 == 1', 'division by zero'],
  ['self.n % 0 == 1', 'modulus by zero'],
  ['9223372036854775807 + self.n == 0', 'integer overflow'],
  ['int(self.s) == 1', "type conversion error from 'string' to 'int'"],
  ['timestamp(self.s) == timestamp(self.s)', "type conversion error from 'string' to 'google.protobuf.Timestamp'"],
  ['self.l.exists_one(x, x.size() / 0 == 1)', 'division by zero'],
  ['uint(self.n - 5) == 1u', 'unsigned integer overflow'],
  ['duration(self.s) > duration("1s")', "type conversion error from 'string' to 'google.protobuf.Duration'"],
  ['self.s.matches(self.s + "[")', 'error parsing regexp: missing closing ]: `[`'],
  ['dyn(self.n) + dyn(self.s) == dyn(1)', 'no such overload'],
  ['dyn(self.n).foo == 1', 'no such key: foo'],
  ['dyn(self.n).startsWith("a")', 'no such overload'],
  ['dyn(self.l)["x"] == 1', "unsupported index type 'string' in list"],
  ['dyn(self.l)[1.5] == 1', 'unsupported index value 1.5 in list'],
  ['dyn(self.n).all(x, true)', "got 'types.Int', expected iterable type"],
  ['dyn(self.s) < dyn(self.n)', 'no such overload'],
  ['!dyn(self.n)', 'no such overload'],
  ['dyn(self.n) in dyn(self.n)', 'no such overload'],
  ['dyn(self.n) ? true : false', 'no such overload'],
  ['dyn(self.n) && true', 'no such overload'],
  ['size(dyn(self.n)) == 1', 'no such overload: size'],
  ['int(dyn(self.l)) == 1', 'no such overload: int(list)'],
];

for (const [expression, message] of failures) {
  test(`the error of ${expression}`, () => {
    const result = evaluate(expression);
    assert.ok(result instanceof CelError);
    assert.equal(result.message, message);
  });
}

test('of entries with one key the last is taken; keys of any scalar are', () => {
  assert.equal(evaluate('{"a": 1, "a": 2}.a == 2'), true);
  assert.equal(evaluate('{dyn(1.5): 1}[1.5] == 1 && {dyn(null): 1}[dyn(null)] == 1'), true);
});

test('an operand that decides absorbs the error of the other, on either side', () => {
  assert.equal(evaluate('self.o.x > 1 || self.n == 3'), true);
  assert.equal(evaluate('self.n == 3 || self.o.x > 1'), true);
  assert.equal(evaluate('self.o.x > 1 && self.n == 4'), false);
  assert.equal(evaluate('self.l.exists(x, self.m[x] == 1 || x == "bb")'), true);
});
