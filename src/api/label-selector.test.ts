import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFieldSelector } from './field-selector.ts';
import {
  formatSelector,
  type Labels,
  parseLabelSelector,
  selectorFromLabelSelector,
  selectorFromSet,
} from './label-selector.ts';

test('parseLabelSelector matches as upstream does', () => {
  const table: readonly (readonly [string, Labels, boolean])[] = [
    ['', { a: 'b' }, true],
    ['a=b', { a: 'b' }, true],
    ['a==b', { a: 'c' }, false],
    ['a!=b', {}, true],
    ['a in (b, c)', { a: 'c' }, true],
    ['a notin (b)', { a: 'b' }, false],
    ['a notin (b)', {}, true],
    ['a', { a: '' }, true],
    ['!a', { a: '' }, false],
    ['a=', { a: '' }, true],
    ['x in (in, notin)', { x: 'notin' }, true],
    ['a>5', { a: '6' }, true],
    ['a<5', { a: 'x' }, false],
    ['a=b,c=d', { a: 'b', c: 'd' }, true],
    ['constructor', {}, false],
    ['example.com/a in (,b)', { 'example.com/a': '' }, true],
  ];
  for (const [text, labels, expected] of table) {
    assert.equal(parseLabelSelector(text).matches(labels), expected, `${text} ${JSON.stringify(labels)}`);
  }
});

test('parseLabelSelector refuses in upstream words', () => {
  const table: Record<string, string> = {
    'a=b,': "found '', expected: identifier after ','",
    '=b': "found '=', expected: !, identifier, or 'end of string'",
    'a in b': "unable to parse requirement: found 'b' expected: '('",
    'a b': "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt",
    'a=b c': "found 'c', expected: ',' or 'end of string'",
    'a>x':
      "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer",
  };
  for (const [text, message] of Object.entries(table)) {
    assert.throws(() => parseLabelSelector(text), { name: 'SelectorError', message }, text);
  }
});

test('LabelSelector objects: absent matches nothing, empty everything', () => {
  assert.equal(selectorFromLabelSelector(undefined).matches({}), false);
  assert.equal(selectorFromLabelSelector({}).matches({ a: 'b' }), true);
  const selector = selectorFromLabelSelector({
    matchLabels: { b: '1' },
    matchExpressions: [{ key: 'a', operator: 'NotIn', values: ['y', 'x'] }],
  });
  assert.equal(formatSelector(selector), 'a notin (x,y),b=1');
  assert.equal(formatSelector(selectorFromSet({ z: '1', a: '2' })), 'a=2,z=1');
});

test('parseFieldSelector splits, unescapes and refuses', () => {
  assert.deepEqual(parseFieldSelector('metadata.name!=x,spec.a==b\\,c').requirements, [
    { field: 'metadata.name', operator: '!=', value: 'x' },
    { field: 'spec.a', operator: '=', value: 'b,c' },
  ]);
  assert.throws(() => parseFieldSelector('foo'), { message: "invalid selector: 'foo'; can't understand 'foo'" });
});

test('label selectors compare numbers of 64 bits, leading zeros or not', () => {
  const matches = (text: string, a: string): boolean => parseLabelSelector(text).matches({ a });
  assert.equal(matches('a>9223372036854775806', '9223372036854775807'), true);
  assert.equal(matches('a>1', '9223372036854775808'), false);
  assert.equal(matches('a<8', '00000000000000000000007'), true);
  assert.throws(() => parseLabelSelector('a>9223372036854775808'), /the value must be an integer/);
});
