import { caseBuilders } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

const { create } = caseBuilders('resource.k8s.io/v1/deviceclasses', { metadata: { name: 'golden-selector' } });
const attributes = 'device.attributes["a.com"]';
const capacity = 'device.capacity["a.com"]';
const everyAttribute = 'device.attributes.all(d, device.attributes[d].all(k, device.attributes[d][k] == "x"))';
const everyCapacity =
  'device.capacity.all(d, device.capacity[d].all(k, device.capacity[d][k].isGreaterThan(quantity("1Gi"))))';

function times(count: number, expression: string): string {
  return Array.from({ length: count }, () => expression).join(' && ');
}

const expressions: readonly string[] = [
  'device.driver == "a.com"',
  'device.allowMultipleAllocations',
  'device',
  'device.attributes',
  attributes,
  `${attributes}.x`,
  `${attributes}["x"]`,
  `${attributes}.x.y`,
  `${attributes}.x == 1`,
  `${attributes}.x.isGreaterThan(semver("1.0.0"))`,
  `${attributes}.x + 1`,
  `${attributes}.x && ${attributes}.y`,
  `${attributes}.x ? true : false`,
  `true ? ${attributes}.x : 1`,
  `[${attributes}.x]`,
  `[${attributes}.x, 1]`,
  `{"a": ${attributes}.x, "b": 1} == {}`,
  `dyn(${attributes}.x)`,
  `${attributes}.x.all(x, x)`,
  `${attributes}.all(k, k == "x")`,
  `${attributes}.exists(k, v, v == 1)`,
  `${attributes}.?x.orValue(true)`,
  `${attributes}.?x`,
  `${attributes}.x in ["a", ${attributes}.y]`,
  `"%s".format([${attributes}.x]) == "a"`,
  `"%d".format([${attributes}.x]) == "a"`,
  `has(${attributes}.x)`,
  `cel.bind(a, ${attributes}, a.x && a.y)`,
  `cel.bind(a, ${attributes}, a)`,
  `${capacity}.memory`,
  `${capacity}.memory.compareTo(quantity("1Gi")) >= 0`,
  `${capacity}.memory > 1`,
  'device.foo',
  'device.driver.foo()',
  'kubernetes.DRADevice{driver: "x"}',
  'device.attributes["a"].x.includes(1)',
  '',
  ' ',
  '1',
  'null',
  '"x"',
  '[]',
  'type(1)',
  'optional.none()',
  'quantity("1")',
  'self',
  'a b',
  'int("x") == 1',
  'duration("x") == duration("1s")',
  '"a".matches("(")',
  '[1, "a"] == []',
  '[dyn(1), "a"] == []',
  '"%s %d".format(["a", 1]) == "a 1"',
  '"%d".format(["a"]) == "a"',
  '"%d %d".format([1]) == "a"',
  `size(${attributes}.x) > 1`,
  `device.attributes.all(d, ${attributes}.x.contains(d))`,
];

export const cases: readonly GoldenCase[] = [
  ...expressions.map((expression) => selected(`expression ${expression}`, expression)),
  ...[10, 14, 30].flatMap((count) => [
    selected(`every attribute ${count} times`, times(count, everyAttribute)),
    selected(`every capacity ${count} times`, times(count, everyCapacity)),
  ]),
  selected('expression within bounds', `"${'a'.repeat(10_000)}" == device.driver`),
  selected(
    'all pairs of three domains',
    'device.attributes.all(d, device.attributes.all(e, device.attributes.all(f, d == e || e == f)))',
  ),
];

function selected(name: string, expression: string): GoldenCase {
  return create(name, { spec: { selectors: [{ cel: { expression } }] } });
}
