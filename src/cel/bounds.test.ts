/** What short expressions and large values cannot do: take time or memory that no cost stands for. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { extendEnvironment } from './environment.ts';
import { wrapDyn } from './json.ts';
import { kubernetesEnvironment } from './kubernetes.ts';
import { compile, createProgram } from './program.ts';
import { SetList } from './schema-lists.ts';
import { dynType } from './types.ts';
import { ArrayList, CelError, CelList, codePoints, offsetOf, type Value } from './values.ts';

const environment = extendEnvironment(kubernetesEnvironment({ version: '1.36' }), {
  variables: [{ name: 'self', type: dynType }],
});

function evaluate(expression: string, self: unknown = {}): string {
  const compiled = compile(expression, environment);
  assert.ok(compiled.ok);
  const program = createProgram(compiled.checked, environment);
  const { result } = program.evaluate(new Map([['self', wrapDyn(self)]]), { costLimit: 1_000_000 });
  return result instanceof CelError ? result.message : String(result);
}

/** [list] doubled so many times. */
function doubled(list: string, times: number): string {
  return `[${list}]${'.map(x, x + x)'.repeat(times)}[0]`;
}

const tooDear = 'operation cancelled: actual cost limit exceeded';
const bounded: readonly (readonly [expression: string, message: string])[] = [
  ['-1 in lists.range(9000000000000000)', tooDear],
  ['lists.range(9000000000000000).reverse().size() > 0', tooDear],
  ['lists.range(9000000000000000).sum() > 0', tooDear],
  ['lists.range(5000).map(i, "0123456789").distinct().size() > 0', tooDear],
  [`lists.range(2000).map(i, "${'x'.repeat(10_000)}").join().size() > 0`, tooDear],
  [`${doubled('[1, 2]', 22)}.size() == 8388608`, 'true'],
  [`${doubled('[1, 2]', 60)}.size() > 0`, 'list is too long'],
  [`9 in ${doubled('[1, 2]', 22)}`, tooDear],
  [`lists.range(10).map(i, ${doubled('[1, 2]', 18)}).flatten().size() > 0`, 'list is too long'],
  ['self.text.replace("a", self.text).size() > 0', 'text is too long'],
  ['timestamp("2020-01-01T00:00:00Z").getHours("999999999999:00") > 0', 'unknown time zone 999999999999:00'],
  ['timestamp("2020-01-01T00:00:00Z").getHours("+05") > 0', 'unknown time zone +05'],
  ['int("-00009223372036854775808") == -9223372036854775807 - 1', 'true'],
  ['int("9223372036854775808") > 0', "type conversion error from 'string' to 'int'"],
  ['int(self.digits) > 0', "type conversion error from 'string' to 'int'"],
  ['uint("0018446744073709551615") == 18446744073709551615u', 'true'],
  ['uint(self.digits) > 0u', "type conversion error from 'string' to 'uint'"],
];

for (const [expression, message] of bounded)
  test(`an evaluation has bounds: ${expression.length > 120 ? `${expression.slice(0, 120)}...` : expression}`, () => {
    const self = { text: 'a'.repeat(10_000), digits: '9'.repeat(100_000) };
    assert.equal(evaluate(expression, self), message);
  });

test('members are counted once in an evaluation, and again in the next', () => {
  let counts = 0;
  const ownKeys = (target: object) => {
    counts++;
    return Reflect.ownKeys(target);
  };
  const labels: Record<string, string> = { a: '1', b: '2', c: '3' };
  const self = { labels: new Proxy(labels, { ownKeys }) };
  assert.equal(evaluate('[1, 2, 3, 4, 5].all(x, self.labels.size() == 3)', self), 'true');
  assert.equal(counts, 1);
  labels['d'] = '4';
  assert.equal(evaluate('self.labels.size()', self), '4');
});

test('an expression is no larger than its text, nor are its types', () => {
  const issuesOf = (expression: string) => {
    const compiled = compile(expression, environment);
    return compiled.ok ? [] : compiled.issues.map(({ message }) => message);
  };
  const chain = (link: string, times: number) => `optional.of([1])${link.repeat(times)}.hasValue()`;
  assert.deepEqual(issuesOf(chain('.optMap(x, x)', 8)), []);
  assert.deepEqual(issuesOf(chain('.optMap(x, x)', 40)), ['expression node count exceeds limit: 150000']);
  assert.deepEqual(issuesOf(chain('.optFlatMap(x, optional.of(x))', 40)), [
    'expression node count exceeds limit: 150000',
  ]);
  assert.deepEqual(issuesOf(`[${'1, '.repeat(33_000)}1].size() > 0`), []);
  assert.deepEqual(issuesOf(`[1]${'.map(x, {x: x})'.repeat(8)}.size() > 0`), []);
  assert.equal(issuesOf(`[1]${'.map(x, {x: x})'.repeat(60)}.size() > 0`)[0], 'type size exceeds limit: 10000');
});

test('a list that is concatenated has its elements wherever it is read, however often', () => {
  const list = Array.from({ length: 7 }, (_, at) => new ArrayList([BigInt(at), BigInt(at + 1)] as Value[]));
  const whole = list.reduce<CelList>((made, part) => made.concat(part).concat(part), new ArrayList([]));
  const wanted = list.flatMap(({ items }) => [...items, ...items]);
  for (const order of [wanted, wanted.toReversed(), wanted])
    for (const index of order.keys()) assert.equal(whole.get(index), wanted[index]);
  assert.deepEqual([...whole], wanted);
});

class CountedList extends CelList {
  reads = 0;
  readonly size = 1000;
  readonly #turned: boolean;

  constructor(turned: boolean) {
    super();
    this.#turned = turned;
  }

  get(index: number): Value {
    this.reads++;
    return `m${this.#turned ? this.size - 1 - index : index}`;
  }
}

test('sets look at each element a few times, not at all pairs', () => {
  const [one, other] = [new CountedList(false), new CountedList(true)];
  assert.ok(new SetList(one).equals(other));
  assert.equal(new SetList(one).concat(new SetList(other)).size, 1000);
  assert.ok(one.reads + other.reads <= 10_000, `${one.reads + other.reads} reads`);
  const numbers = new SetList(new ArrayList([1n, 2.5]));
  assert.ok(numbers.equals(new ArrayList([2.5, 1])));
  assert.ok(!numbers.equals(new ArrayList(['1', 2.5])));
  const pairs = new SetList(new ArrayList([new ArrayList([1n]), new ArrayList([2n])]));
  assert.equal(pairs.concat(new ArrayList([new ArrayList([2n]), new ArrayList([3n])])).size, 3);
});

test('positions in texts count code points', () => {
  const text = 'a😀b\ud83dc';
  assert.equal(codePoints(text), 5);
  assert.deepEqual(
    [0, 1, 2, 3, 4, 5, 6].map((at) => offsetOf(text, at)),
    [0, 1, 3, 4, 5, 6, undefined],
  );
  const functions = [
    'charAt(1)',
    'charAt(5)',
    'substring(2)',
    'substring(1, 3)',
    'indexOf("c", 2)',
    'lastIndexOf("b", 3)',
  ];
  assert.deepEqual(
    functions.map((call) => evaluate(`self.${call}`, text)),
    ['😀', '', 'b\ud83dc', '😀b', '4', '2'],
  );
  assert.equal(evaluate('self.charAt(6)', text), 'index out of range: 6');
  assert.equal(evaluate('self.substring(0, 6)', text), 'index out of range: 6');
});
