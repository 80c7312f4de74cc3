/**
 * Costs as upstream's own tests have them (k8s.io/apiserver/pkg/cel/library/cost_test.go), less the literals: those tests do not fold
 * constant lists, maps and conversions, and Kubernetes' programs do, so that a constant list is free and not 10.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UserInfo } from '#api/request.ts';
import { estimateCost } from '../cost.ts';
import { compile } from '../program.ts';
import type { CelType } from '../types.ts';
import { authorizerType, authorizerValue } from './authorizer.ts';
import { jsonPatchLibrary } from './json-patch.ts';
import { environmentWith, run } from './testing.ts';

const environment = environmentWith(jsonPatchLibrary, { variables: [{ name: 'authorizer', type: authorizerType }] });
const user: UserInfo = { username: 'someone', groups: [] };
const bindings = new Map([['authorizer', authorizerValue(user, () => ({ decision: 'allow', reason: '' }))]]);

const ints = '[1, 2, 3, 4, 5]';
const uints = '[uint(1), uint(2), uint(3), uint(4), uint(5)]';
const doubles = '[1.0, 2.0, 3.0, 4.0, 5.0]';
const bools = '[false, true, false, true, false]';
const text = "'012345678901'";
const texts = `[${Array(5).fill(text).join(', ')}]`;
const bytes = `[${Array(5).fill(`bytes(${text})`).join(', ')}]`;
const durations = `[${[1, 2, 3, 4, 5].map((second) => `duration('${second}s')`).join(', ')}]`;
const times = `[${[1, 2, 3, 4, 5].map((day) => `timestamp('2011-01-0${day}T00:00:00.000+01:00')`).join(', ')}]`;
const selector = "'spec.nodeName=example-node-name.fully.qualified.domain.name.example.com'";
const resource =
  "authorizer.group('apps').resource('deployments').subresource('status').namespace('test').name('backend')";
const opaque = "url('https:://kubernetes.io/')";
const ipv4 = "ip('192.168.0.1')";
const ipv6 = "ip('2001:db8:3333:4444:5555:6666:7777:8888')";
const cidr4 = "cidr('192.168.0.0/16')";
const cidr6 = "cidr('2001:db8::/32')";

const actual: readonly (readonly [cost: number, ...expressions: string[]])[] = [
  [5, `${ints}.sum()`, `${doubles}.sum()`],
  [5, `${uints}.sum()`, `${durations}.sum()`],
  ...['isSorted', 'max', 'min'].flatMap((name): (readonly [number, ...string[]])[] => [
    [5, ...[ints, doubles, bools, texts].map((list) => `${list}.${name}()`)],
    [5, ...[uints, durations, times].map((list) => `${list}.${name}()`)],
    [5, `${bytes}.${name}()`],
  ]),
  ...['indexOf', 'lastIndexOf'].flatMap((name): (readonly [number, ...string[]])[] => [
    [5, `${ints}.${name}(3)`, `${doubles}.${name}(3.0)`, `${bools}.${name}(true)`, `${texts}.${name}('x')`],
    [5, `${uints}.${name}(uint(3))`, `${durations}.${name}(duration('3s'))`],
    [5, `${bytes}.${name}(bytes('x'))`],
    [5, `'01234567890123456789012345678901234567890123456789'.${name}('123')`],
  ]),
  [
    4,
    ...['getScheme', 'getHostname', 'getHost', 'getPort', 'getEscapedPath', 'getQuery'].map(
      (name) => `${opaque}.${name}()`,
    ),
  ],
  [7, `${opaque} == ${opaque}`],
  [5, `${opaque} == url('http://x.b')`],
  [2, ipv4, cidr4, cidr6],
  [4, ipv6],
  [3, `${ipv4}.family()`, `${ipv4}.isLoopback()`, `${cidr4}.ip()`, `${cidr4}.prefixLength()`, `${cidr6}.masked()`],
  [5, `${ipv4} == ${ipv4}`, `${cidr4} == ${cidr6}`],
  [7, `${ipv6} == ${ipv4}`],
  [3, "ip.isCanonical('192.168.0.1')", "ip.isCanonical('2001:db8::abcd')"],
  [8, "ip.isCanonical('2001:db8:3333:4444:5555:6666:7777:8888')"],
  [7, `${cidr4}.containsCIDR(cidr('192.0.0.0/30'))`, `${cidr4}.containsCIDR('192.0.0.0/30')`],
  [7, `${cidr6}.containsCIDR(cidr('2001:db8::/126'))`, `${cidr6}.containsCIDR('2001:db8::/32')`],
  [4, `${cidr4}.containsIP(ip('192.0.0.1'))`, `${cidr4}.containsIP('192.0.0.1')`],
  [5, `${cidr4}.containsIP(ip('192.169.0.1'))`, `${cidr4}.containsIP('192.169.0.1')`],
  [7, `${cidr6}.containsIP(${ipv6})`],
  [5, `${cidr6}.containsIP('2001:db8::1')`],
  [3, "'ABCDEFGHIJ abcdefghij'.lowerAscii()", "strings.quote('ABCDEFGHIJ abcdefghij')"],
  [9, "'ABCDEFGHIJ abcdefghij'.lowerAscii() == 'abcdefghij ABCDEFGHIJ'.lowerAscii()"],
  [9, "strings.quote('ABCDEFGHIJ abcdefghij') == strings.quote('ABCDEFGHIJ abcdefghij')"],
  [3, "'abc 123 def 123'.replace('123', '456')", "'abc 123 def 123'.replace('', 'x')"],
  [3, "'abc 123 def 123'.replace('123', '456', 1)", "'abc 123 def 123'.split(' ')", "'abc 123 def 123'.split(' ', 1)"],
  [2, "'abc 123 def 123'.substring(5)", "'abc 123 def 123'.substring(5, 8)", "'  abc 123 def 123  '.trim()"],
  [5, "['aa', 'bb', 'cc', 'd', 'e', 'f', 'g', 'h', 'i', 'j'].join(' ')"],
  [3, "['aa', 'bb', 'cc', 'd', 'e', 'f', 'g', 'h', 'i', 'j'].join()"],
  [2, "'abc 123 def 123'.find('123')", "'abc 123 def 123'.findAll('123')", "'abc 123 def 123'.findAll('123', 1)"],
  [2, "jsonpatch.escapeKey('abc/def~ abc/def~')", "authorizer.path('/healthz')"],
  [6, resource],
  [
    1821,
    `authorizer.group('').resource('pods').fieldSelector(${selector})`,
    `authorizer.group('').resource('pods').labelSelector(${selector})`,
  ],
  [350_003, "authorizer.path('/healthz').check('get').allowed()"],
  [350_007, `${resource}.check('create').allowed()`, `${resource}.check('create').error()`],
  [1, 'quantity("12Mi")', 'isQuantity("20M")', 'semver("1.0.0")', 'isSemver("1.0.0")'],
  [3, 'quantity("200M") == quantity("200M")', 'quantity("50M").isLessThan(quantity("50Mi"))'],
  [6, 'quantity("200M") == quantity("0.2G") && quantity("0.2G") == quantity("200M")'],
  [5, 'quantity("50k").add(quantity("20")) == quantity("50.02k")'],
  [4, 'quantity("50k").sub(20) == quantity("49980")', 'semver("1234.56789012345.67890123456789")'],
  [7, 'quantity("50k").add(20).sub(quantity("100k")).sub(-50000).asInteger() > 0'],
  [2, 'quantity("50").isInteger()', 'semver("1.2.3").major()'],
  [3, 'semver("1.0.0").compareTo(semver("1.2.3"))'],
  [1, 'format.named("dns1123subdomain")'],
  [17, 'format.named("dns1123Subdomain").value().validate("my-name")'],
  [10, 'format.named("dns1123Label").value().validate("my-name")'],
  [5, 'format.named("dns1123Label").value() == format.named("dns1123Label").value()'],
  [1, 'sets.contains([], [])', 'sets.equivalent([], [])'],
  [9, 'sets.contains([1, 2, 3, 4], [2, 3])'],
  [5, 'sets.equivalent([1], [1, 1])'],
  [3, 'sets.intersects([1, 1], [1])', '!sets.intersects([1], [2])'],
  [11, "{'a': 1, 'b': 2}.all(k, v, v > 0)"],
  [10, "{'a': 1, 'b': 2}.exists(k, v, v > 0)", "{'a': 1, 'b': 2}.existsOne(k, v, v > 0)"],
  [11, "{'a': 1, 'b': 2}.transformMap(k, v, v + 1)"],
  [15, "{'a': 1, 'b': 2}.transformMap(k, v, v < 5, v + 1)"],
  [71, "{'a': 1, 'b': 2}.transformMapEntry(k, v, {k: v + 1})"],
  [29, '[1, 2].transformList(i, v, v + 1)'],
  [33, '[1, 2].transformList(i, v, v < 5, v + 1)'],
];

test('actual costs are those of upstream', () => {
  const differing: string[] = [];
  for (const [cost, ...expressions] of actual) {
    for (const expression of expressions) {
      const found = run(expression, environment, bindings);
      if (found.cost !== cost) differing.push(`${expression}: ${found.cost}, not ${cost} (${String(found.result)})`);
    }
  }
  assert.deepEqual(differing, []);
});

const estimated: readonly (readonly [min: number, max: number, ...expressions: string[]])[] = [
  [15, 15, `${ints}.sum()`, `${doubles}.max()`, `${bools}.isSorted()`, `${ints}.indexOf(3)`],
  [20, 20, `${uints}.sum()`, `${durations}.sum()`],
  [15, 25, `${texts}.isSorted()`, `${texts}.lastIndexOf('x')`],
  [25, 35, `${bytes}.max()`],
  [5, 5, "'01234567890123456789012345678901234567890123456789'.indexOf('123')"],
  [4, 4, `${opaque}.getScheme()`, `${opaque}.getQuery()`],
  [7, 9, `${opaque} == ${opaque}`],
  [5, 5, `${opaque} == url('http://x.b')`],
  [3, 3, `${ipv4}.family()`, `${cidr4}.ip()`, "ip.isCanonical('192.168.0.1')"],
  [7, 7, `${ipv6} == ${ipv4}`],
  [7, 11, `${cidr4}.containsCIDR(cidr('192.0.0.0/30'))`, `${cidr6}.containsCIDR('2001:db8::/126')`],
  [4, 7, `${cidr4}.containsIP(ip('192.0.0.1'))`, `${cidr4}.containsIP('192.0.0.1')`],
  [7, 10, `${cidr6}.containsIP(${ipv6})`],
  [7, 9, "'ABCDEFGHIJ abcdefghij'.lowerAscii() == 'abcdefghij ABCDEFGHIJ'.lowerAscii()"],
  [7, 11, "strings.quote('ABCDEFGHIJ abcdefghij') == strings.quote('ABCDEFGHIJ abcdefghij')"],
  [3, 3, "'abc 123 def 123'.replace('', 'x')", "'abc 123 def 123'.split(' ', 1)"],
  [11, 23, "['aa', 'bb', 'cc', 'd', 'e', 'f', 'g', 'h', 'i', 'j'].join(' ')"],
  [10, 22, "['aa', 'bb', 'cc', 'd', 'e', 'f', 'g', 'h', 'i', 'j'].join()"],
  [2, 2, "'abc 123 def 123'.findAll('123', 1)", "jsonpatch.escapeKey('abc/def~ abc/def~')"],
  [1821, 1821, `authorizer.group('').resource('pods').fieldSelector(${selector})`],
  [350_007, 350_007, `${resource}.check('create').allowed()`],
  [3, 6, 'quantity("200M") == quantity("0.2G") && quantity("0.2G") == quantity("200M")'],
  [5, 5, 'quantity("50k").add(quantity("20")) == quantity("50.02k")'],
  [34, 34, 'format.named("dns1123Label").value().validate("my-name")'],
  [5, 11, 'format.named("dns1123Label").value() == format.named("dns1123Label").value()'],
  [21, 21, 'sets.contains([], [])'],
  [29, 29, 'sets.contains([1, 2, 3, 4], [2, 3])'],
  [39, 39, 'sets.equivalent([1, 2, 3], [3, 2, 1])'],
  [3, 3, 'semver("1.0.0").compareTo(semver("1.2.3"))'],
  [37, 41, "{'a': 1, 'b': 2}.all(k, v, v > 0)"],
  [71, 71, "{'a': 1, 'b': 2}.transformMap(k, v, v + 1)"],
  [67, 135, "{'a': 1, 'b': 2}.transformMapEntry(k, v, v < 5, {k: v + 1})"],
  [27, 53, '[1, 2].transformList(i, v, v < 5, v + 1)'],
];

const isText = ({ kind }: CelType) => kind === 'string' || kind === 'bytes';

/** As upstream's tests have it, texts of unknown size have 12 characters at most. */
test('estimated costs are those of upstream', () => {
  const differing: string[] = [];
  for (const [min, max, ...expressions] of estimated) {
    for (const expression of expressions) {
      const compiled = compile(expression, environment);
      assert.ok(compiled.ok, expression);
      const found = estimateCost(compiled.checked, environment, ({ type }) =>
        isText(type) ? { min: 0, max: 12 } : undefined,
      );
      if (found.min !== min || found.max !== max) differing.push(`${expression}: ${found.min} to ${found.max}`);
    }
  }
  assert.deepEqual(differing, []);
});
