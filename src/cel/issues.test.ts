/** Issues and types of the expressions of cel-go's own parser and checker tests, against what cel-go answered (@bufbuild/cel-spec). */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getParsingSuite } from '@bufbuild/cel-spec/testdata/tests.js';
import { createEnvironment } from './environment.ts';
import { formatIssues } from './issues.ts';
import { compile, createProgram } from './program.ts';
import { standardLibrary } from './standard/library.ts';
import type { CelType } from './types.ts';
import { boolType, formatType, intType, listType, mapType, objectType, stringType, typeType } from './types.ts';

const environment = createEnvironment([standardLibrary], { optionalSyntax: false });

/** cel-go goes on after the first syntax error: of what it finds then, the beginning is the same. */
const beginsLike: ReadonlySet<string> = new Set(['1 + +', 'in', 'func{{a}}', '?', 'a ? b ((?))']);

/** Not compared: cel-go's test had other limits, macros or options than Kubernetes has, or ANTLR recovers in a way of its own. */
function isComparable(expression: string, error: string | undefined): boolean {
  if (/exceeded/.test(error ?? '')) return false;
  return !['m.existsOne(v, f)', '--'].includes(expression) && !expression.includes('in.😁');
}

for (const { original, error, type } of getParsingSuite().tests) {
  const expression = original.expr;
  if (!isComparable(expression, error)) continue;
  test(`cel-go answers the same for ${JSON.stringify(expression.slice(0, 60))}`, () => {
    const compiled = compile(expression, environment);
    if (compiled.ok) {
      assert.equal(error, undefined);
      assert.equal(formatType(compiled.outputType), type);
      return;
    }
    const issues = formatIssues(expression, compiled.issues);
    const expected = (error ?? '').replaceAll(/^ERROR: (?:<input>)?:/gm, 'ERROR: <input>:');
    if (beginsLike.has(expression)) assert.ok(expected.startsWith(issues), issues);
    else assert.equal(issues, expected);
  });
}

const point = objectType('Point', { x: intType, name: stringType });

const variables: Readonly<Record<string, CelType>> = {
  self: point,
  tags: listType(stringType),
  labels: mapType(stringType, stringType),
};

const issues: readonly (readonly [expression: string, issue: string])[] = [
  ['self.y > 1', "1:5: undefined field 'y'"],
  ['self.x.y', "1:7: type 'int' does not support field selection"],
  ["self.x + 'a'", "1:8: found no matching overload for '_+_' applied to '(int, string)'"],
  ['self.name.size(1)', "1:15: found no matching overload for 'size' applied to 'string.(int)'"],
  ['self.x && true', "1:5: expected type 'bool' but found 'int'"],
  ['tags.all(t, t)', "1:13: expected type 'bool' but found 'string'"],
  [
    'self.x.all(t, true)',
    "1:5: expression of type 'int' cannot be range of a comprehension (must be list, map, or dynamic)",
  ],
  ["[1, 'a']", "1:5: expected type 'int' but found 'string'"],
  ["{'a': 1, 'b': 'c'}", "1:15: expected type 'int' but found 'string'"],
  ["[dyn(1), 'a']", "1:10: expected type 'dyn' but found 'string'"],
  ["[[dyn(1)], ['a']]", "1:12: expected type 'list(dyn)' but found 'list(string)'"],
  ["{'a': dyn(1), 'b': 1}", "1:20: expected type 'dyn' but found 'int'"],
  ['[null, duration("1s")]', "1:16: expected type 'null' but found 'duration'"],
  [
    '',
    "1:0: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}",
  ],
  ['true ? 1 : tags', "1:6: found no matching overload for '_?_:_' applied to '(bool, int, list(string))'"],
  ['Point{x: 1, z: 2}', "1:14: undefined field 'z'"],
  ["Point{x: 'a'}", "1:8: expected type of field 'x' is 'int' but provided type is 'string'"],
  ['self{}', "1:5: 'Point' is not a type"],
  ['undefined(1)', "1:10: undeclared reference to 'undefined' (in container '')"],
  ['(1', "1:3: Syntax error: missing ')' at '<EOF>'"],
];

for (const [expression, issue] of issues) {
  test(`the issue of ${expression}`, () => {
    const declared = Object.entries(variables).map(([name, type]) => ({ name, type }));
    const compiled = compile(
      expression,
      createEnvironment([standardLibrary, { variables: declared, types: [point] }], { homogeneousLiterals: true }),
    );
    assert.ok(!compiled.ok);
    const [first = ''] = formatIssues(expression, compiled.issues).split('\n');
    assert.equal(first, `ERROR: <input>:${issue}`);
  });
}

test('marks stay under wide characters, in the line of the issue', () => {
  const expression = "'é' == 'è' ? '' :\n\t'ü' + x";
  const compiled = compile(expression, environment);
  assert.ok(!compiled.ok);
  assert.equal(
    formatIssues(expression, compiled.issues),
    "ERROR: <input>:2:8: undeclared reference to 'x' (in container '')\n |  'ü' + x\n | ..．....^",
  );
});

test('nesting and chains are bounded, and no source makes the parser run out of stack', () => {
  const messageOf = (expression: string) => {
    const compiled = compile(expression, environment);
    return compiled.ok ? undefined : compiled.issues[0]?.message;
  };
  assert.equal(messageOf(`${'('.repeat(249)}1${')'.repeat(249)}`), undefined);
  assert.equal(messageOf(`${'('.repeat(251)}1${')'.repeat(251)}`), 'expression recursion limit exceeded: 250');
  assert.equal(messageOf('['.repeat(50_000)), 'expression recursion limit exceeded: 250');
  assert.equal(messageOf(`1${' + 1'.repeat(250)}`), undefined);
  assert.equal(messageOf(`1${' + 1'.repeat(251)}`), 'max recursion depth exceeded');
  assert.equal(messageOf(`true${' && true'.repeat(5000)}`), undefined);
  assert.equal(
    messageOf(`'${'x'.repeat(100_000)}'`),
    'expression code point size exceeds limit: size: 100002, limit 100000',
  );
});

test('no more than a hundred issues are collected, however many there are', () => {
  for (const expression of ['#'.repeat(99_000), `[${'x,'.repeat(49_000)}]`, `[${"1 + '',".repeat(14_000)}]`]) {
    const compiled = compile(expression, environment);
    assert.ok(!compiled.ok);
    assert.equal(compiled.issues.length, 100);
  }
});

test('constants that can only fail are issues, or faults of the program', () => {
  const strict = createEnvironment([standardLibrary], { checkLiterals: true });
  const messageOf = (expression: string) => {
    const compiled = compile(expression, strict);
    assert.ok(!compiled.ok);
    return formatIssues(expression, compiled.issues).split('\n')[0];
  };
  assert.equal(messageOf("duration('x') < duration('1s')"), 'ERROR: <input>:1:10: invalid duration argument');
  assert.equal(messageOf("[1].all(x, timestamp('a') != null)"), 'ERROR: <input>:1:22: invalid timestamp argument');
  assert.equal(messageOf("'a'.matches('[')"), 'ERROR: <input>:1:13: invalid matches argument');
  const compiled = compile("int('x') == 1", strict);
  assert.ok(compiled.ok);
  const { fault } = createProgram(compiled.checked, strict);
  assert.equal(fault?.message, "type conversion error from 'string' to 'int'");
});

test('the type that is expected is asked for', () => {
  const expected = { expectedTypes: [boolType] };
  assert.ok(compile('1 < 2', environment, expected).ok);
  assert.ok(compile('dyn(1)', environment, expected).ok);
  const refused = compile('1', environment, expected);
  assert.deepEqual(refused, {
    ok: false,
    issues: [{ message: "expected type 'bool' but found 'int'", line: 1, column: 0 }],
  });
  assert.ok(compile('int', environment, { expectedTypes: [typeType()] }).ok);
});
