/** Results and messages as upstream's own tests and documentation have them. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonPatchLibrary } from './json-patch.ts';
import { environmentWith, run } from './testing.ts';

type Cases = Readonly<Record<string, unknown>>;

const environment = environmentWith(jsonPatchLibrary);

function results(name: string, cases: Cases): void {
  test(`${name}: expressions have upstream's results`, () => {
    const found = Object.fromEntries(
      Object.keys(cases).map((expression) => [expression, run(expression, environment).result]),
    );
    assert.deepEqual(found, cases);
  });
}

results('quantity', {
  'quantity("10Mo")':
    "error: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  'quantity("10Mm")': "error: unable to parse quantity's suffix",
  'isQuantity("20Mi")': true,
  'isQuantity("20Mo")': false,
  'quantity("200M") == quantity("0.2G") && quantity("0.2G") == quantity("200M")': true,
  'quantity("200M") == quantity("0.3G")': false,
  'quantity("50M").isLessThan(quantity("50Mi"))': true,
  'quantity("50M").isGreaterThan(quantity("100M"))': false,
  'quantity("50Mi").compareTo(quantity("50M"))': 1n,
  'quantity("50k").add(quantity("20")) == quantity("50.02k")': true,
  'quantity("50k").add(20).isLessThan(quantity("50020"))': false,
  'quantity("50k").sub(20) == quantity("49980")': true,
  'quantity("50k").add(20).sub(quantity("100k")).sub(-50000).asInteger()': 20n,
  'quantity("9999999999999999999999999999999999999G").asInteger()': 'error: cannot convert value to integer',
  'quantity("50").isInteger()': true,
  'quantity("1000m").isInteger()': false,
  'quantity("50.703k").asApproximateFloat()': 50703,
  'sign(quantity("-1"))': -1n,
});

results('ip', {
  'ip("192.168.0.1.0")':
    'error: IP Address "192.168.0.1.0" parse error during conversion from string: ParseAddr("192.168.0.1.0"): IPv4 address too long',
  'ip("2001:db8:::68")':
    'error: IP Address "2001:db8:::68" parse error during conversion from string: ParseAddr("2001:db8:::68"): each colon-separated field must have at least one digit (at ":68")',
  'ip("fe80::1%en0")': 'error: IP address "fe80::1%en0" with zone value is not allowed',
  'ip("::ffff:1.2.3.4")': 'error: IPv4-mapped IPv6 address "::ffff:1.2.3.4" is not allowed',
  'isIP("192.168.0.1")': true,
  'isIP("01.1.1.1")': false,
  'ip.isCanonical("127.0.0.1")': true,
  'ip.isCanonical("2001:DB8::68")': false,
  'ip("2001:db8::68").family()': 6n,
  'ip("0.0.0.0").isUnspecified()': true,
  'ip("127.9.0.1").isLoopback()': true,
  'ip("::1").isLoopback()': true,
  'ip("224.0.0.1").isLinkLocalMulticast()': true,
  'ip("224.0.1.1").isLinkLocalMulticast()': false,
  'ip("ff02::1").isLinkLocalMulticast()': true,
  'ip("169.254.169.254").isLinkLocalUnicast()': true,
  'ip("fe80::1").isLinkLocalUnicast()': true,
  'ip("fd80::1").isLinkLocalUnicast()': false,
  'ip("192.168.0.1").isGlobalUnicast()': true,
  'ip("255.255.255.255").isGlobalUnicast()': false,
  'string(ip("2001:DB8::0:68"))': '2001:db8::68',
  'type(ip("1.2.3.4")) == net.IP': true,
});

results('cidr', {
  'cidr("192.168.0.0/")':
    'error: network address parse error during conversion from string: network address parse error during conversion from string: netip.ParsePrefix("192.168.0.0/"): bad bits after slash: ""',
  'cidr("192.168.0.0/24").containsIP("192.168.0.1")': true,
  'cidr("192.168.0.0/24").containsIP(ip("192.168.1.1"))': false,
  'cidr("192.168.0.0/24").containsIP("nonsense")': 'error: no such overload',
  'cidr("192.168.0.0/24").containsCIDR(cidr("192.168.0.0/25"))': true,
  'cidr("192.168.0.0/24").containsCIDR("192.168.0.0/23")': false,
  'cidr("192.168.0.1/24").masked() == cidr("192.168.0.0/24")': true,
  'cidr("2001:db8::/32").prefixLength()': 32n,
  'string(cidr("2001:db8::1/32").ip())': '2001:db8::1',
  'isCIDR("192.168.0.0/33")': false,
  'string(cidr("192.168.0.1/24"))': '192.168.0.1/24',
});

results('url', {
  'url("https://example.com:80/").getHost()': 'example.com:80',
  'url("https://[::1]:80/").getHostname()': '::1',
  'url("https://example.com:80/").getPort()': '80',
  'url("/path").getHost()': '',
  'url("https://example.com/path with spaces/").getEscapedPath()': '/path%20with%20spaces/',
  'url("https://example.com/path?k1=a&k2=b&k1=c%20d").getQuery()': { k1: ['a', 'c d'], k2: ['b'] },
  'url("https://user:pass@example.com:80/path?query=val#fragment").getScheme()': 'https',
  'url("HTTPS://a/#x").getEscapedPath()': '/',
  'url("https:://kubernetes.io/").getHost()': '',
  'url("../relative-path")':
    'error: URL parse error during conversion from string: parse "../relative-path": invalid URI for request',
  'url("https://a:b/")':
    'error: URL parse error during conversion from string: parse "https://a:b/": invalid port ":b" after host',
  'url("")': 'error: URL parse error during conversion from string: parse "": empty url',
  'isURL("https://user:pass@example.com:80/path?query=val#fragment")': true,
  'isURL("/absolute-path")': true,
  'isURL("https://a:b:c/")': false,
  'isURL("../relative-path")': false,
  'url("http://a/%zz") == url("http://a/")':
    'error: URL parse error during conversion from string: parse "http://a/%zz": invalid URL escape "%zz"',
  'url("http://a/b?c#d") == url("HTTP://a/b?c#d")': true,
});

results('regex', {
  '"abc 123".find("[0-9]*")': '',
  '"abc 123".find("xyz")': '',
  '"123 abc 456".findAll("[0-9]+")': ['123', '456'],
  '"123 abc 456".findAll("[0-9]+", 1)': ['123'],
  '"123 abc 456".findAll("[0-9]+", 0)': [],
  '"baaac".findAll("a*")': ['', 'aaa', ''],
  '"a".find("[" + "b")': 'error: Illegal regex: error parsing regexp: missing closing ]: `[b`',
});

results('lists', {
  '[1, 2, 3].isSorted()': true,
  '["a", "c", "b"].isSorted()': false,
  '[1, 3].sum()': 4n,
  '[1.0, 3.0].sum()': 4,
  '[].sum()': 0n,
  '[9223372036854775807, 1].sum()': 'error: integer overflow',
  '[1, 3].max()': 3n,
  '["b", "a"].min()': 'a',
  '([] + [1]).filter(i, i > 1).min()': 'error: min called on empty list',
  '[1, 2, 2, 3].indexOf(2)': 1n,
  '["a", "b", "b", "c"].lastIndexOf("b")': 2n,
  '[1.0].indexOf(1.1)': -1n,
  '[1, 2, 3, 4].slice(1, 3)': [2n, 3n],
  '[1].slice(0, 2)': 'error: cannot slice(0, 2), list is length 1',
  '[1].slice(1, 0)': 'error: cannot slice(1, 0), start index must be less than or equal to end index',
  '[[1], [2, 3]].flatten()': [1n, 2n, 3n],
  '[[[1]], [[2]]].flatten(2)': [1n, 2n],
  '[3, 1, 2].sort()': [1n, 2n, 3n],
  '["ab", "c"].sortBy(s, s.size())': ['c', 'ab'],
  'lists.range(3)': [0n, 1n, 2n],
  '[1, 2].reverse()': [2n, 1n],
  '[1, 2, 1].distinct()': [1n, 2n],
  '[1].first().value() + [2].last().value()': 3n,
});

results('sets', {
  'sets.contains([1, 2, 3, 4], [2, 3])': true,
  'sets.contains([1], [1, 2])': false,
  'sets.equivalent([1], [1, 1])': true,
  'sets.equivalent([2, 1], [1])': false,
  'sets.intersects([1], [2, 1])': true,
  'sets.intersects([], [1])': false,
});

results('strings', {
  '"hello".charAt(4) + "hello".charAt(5)': 'o',
  '"hello".charAt(6)': 'error: index out of range: 6',
  '"hello mellow".indexOf("ello", 2)': 7n,
  '"hello mellow".indexOf("")': 0n,
  '"ta©o©αT".indexOf("©", 3)': 4n,
  '"hello mellow".lastIndexOf("ello", 6)': 1n,
  '"hello".lastIndexOf("")': 5n,
  '"TacoCÆt".lowerAscii() + "TacoCÆt".upperAscii()': 'tacocÆtTACOCÆT',
  '"hello hello".replace("he", "we", 1)': 'wello hello',
  '"ab".replace("", "_")': '_a_b_',
  '"ab".replace("", "_", 2)': '_a_b',
  '"hello hello".replace("he", "we", 0)': 'hello hello',
  '"a,b,c".split(",", 2)': ['a', 'b,c'],
  '"ab".split("")': ['a', 'b'],
  '"a,b".split(",", 0)': [],
  '"tacocat".substring(0, 4)': 'taco',
  '"tacocat".substring(4, 0)': 'error: invalid substring range. start: 4, end: 0',
  '"tacocat".substring(40)': 'error: index out of range: 40',
  '"  \\u0085x\\u00a0 ".trim()': 'x',
  '["x", "y"].join("-") + ["x", "y"].join()': 'x-yxy',
  'strings.quote("a\\n\\"\\\\")': '"a\\n\\"\\\\"',
});

results('format', {
  '"%s and %d%%".format([dyn("a"), dyn(1)])': 'a and 1%',
  '"%.3f".format([1.2345])': '1.234',
  '"%.0f %.0f".format([0.5, 1234567.5])': '0 1,234,568',
  '"%.6e".format([1052.032911275])': '1.052033×10⁰³',
  '"%e".format([0.00271828])': '2.718280×10⁻⁰³',
  '"%f %f".format(["NaN", "-Infinity"])': 'NaN -∞',
  '"%b %o %x %X".format([5, 11, -30, 30])': '101 13 -1e 1E',
  '"%X".format(["Hello"])': '48656C6C6F',
  '"%s".format([[0.000000002]])': '[0.000000]',
  '"%s".format([duration("1h45m47s")])': '6347s',
  '"%s".format([[dyn("abc"), dyn(null), dyn(timestamp("2023-02-03T23:31:20Z"))]])':
    '["abc", null, timestamp("2023-02-03T23:31:20Z")]',
  '"%s".format([{"b": b"xyz", "a": b"x"}])': '{"a":b"x", "b":b"xyz"}',
  '("%" + "a").format([1])': 'error: could not parse formatting clause: unrecognized formatting clause "a"',
  '"%d".format([dyn("x")])':
    'error: error during formatting: decimal clause can only be used on integers, was given string',
  '"%d %d".format([1] + [])': 'error: index 1 out of range',
});

results('named formats', {
  'format.dns1123Label().validate("my-label-name")': 'none',
  'format.qualifiedName().validate("apiextensions.k8s.io/v1beta1")': 'none',
  'format.dns1123LabelPrefix().validate("my-label-prefix-")': 'none',
  'format.uri().validate("http://example.com")': 'none',
  'format.uuid().validate("123e4567-e89b-12d3-a456-426614174000")': 'none',
  'format.byte().validate("aGVsbG8")': { some: ['invalid base64'] },
  'format.date().validate("2020-01-32")': { some: ['invalid date'] },
  'format.datetime().validate("2021-01-01T00:00:00Z")': 'none',
  'format.dns1035Label().validate("contains a space")': {
    some: [
      "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
    ],
  },
  'format.named("unknown").hasValue()': false,
  'format.named("labelValue").value() == format.labelValue()': true,
  'format.uri() == format.uuid()': false,
});

results('semver', {
  'semver("v1.0")': 'error: No Major.Minor.Patch elements found',
  'isSemver("1.2.3-beta.1+build.1")': true,
  'isSemver("01.01.01")': false,
  'semver("01.1.1")': 'error: Major number must not contain leading zeroes "01"',
  'isSemver("01.01.01", true)': true,
  'isSemver(" 1.0.0", true)': false,
  'isSemver("", true)': false,
  'semver("v01.01", true) == semver("1.1.0")': true,
  'semver("1.0.0-alpha").isLessThan(semver("1.0.0"))': true,
  'semver("1.0.0-2").compareTo(semver("1.0.0-alpha"))': -1n,
  'semver("1.2.3").compareTo(semver("1.0.0"))': 1n,
  'semver("1.2.3").minor()': 2n,
});

results('optional', {
  'optional.of(1).value()': 1n,
  'optional.none().value()': 'error: optional.none() dereference',
  'optional.ofNonZeroValue("").hasValue()': false,
  'optional.none().orValue(1)': 1n,
  'optional.of(1).or(optional.of(1 / 0)).value()': 1n,
  'optional.of(2).optMap(x, x * 2)': { some: 4n },
  'optional.none().optFlatMap(x, optional.of(x))': 'none',
  '{"a": {"b": 1}}[?"a"].optFlatMap(a, a[?"b"])': { some: 1n },
  'optional.unwrap([optional.of(1), optional.none()])': [1n],
  '[optional.of(1), optional.none()].unwrapOpt()': [1n],
  '[].first().hasValue()': false,
});

results('jsonpatch', {
  'jsonpatch.escapeKey("k8s.io/my~label")': 'k8s.io~1my~0label',
  '[JSONPatch{op: "add", path: "/a", value: 1}]': [{ op: 'add', path: '/a', value: 1n }],
  'Object{spec: Object.spec{replicas: 3}}': { spec: { replicas: 3n } },
});
