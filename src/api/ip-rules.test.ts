import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FieldError } from './field-error.ts';
import {
  checkCIDR,
  checkEndpointIP,
  checkIP,
  checkLegacyCIDR,
  checkLegacyIP,
  cidrWarnings,
  ipWarnings,
  isDualStack,
} from './ip-rules.ts';

type Check = (value: string, path: string, errors: FieldError[]) => void;

const findings = (check: Check, value: string): string[] => {
  const errors: FieldError[] = [];
  check(value, 'f', errors);
  return errors.map(({ message }) => message.slice(message.indexOf(': ', 'Invalid value: '.length) + 2));
};

const ipMessage = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
const cidrMessage = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';

const table: readonly (readonly [Check, string, readonly string[]])[] = [
  [checkLegacyIP, '10.0.0.1', []],
  [checkLegacyIP, '1.2.3', [ipMessage]],
  [checkLegacyIP, '010.0.0.1', ['must not have leading 0s']],
  [checkIP, 'fe80::1', []],
  [checkIP, '10.0.0.01', ['must not have leading 0s']],
  [checkLegacyCIDR, '10.0.0.0/8', []],
  [checkLegacyCIDR, '10.0.0.0', [cidrMessage]],
  [checkLegacyCIDR, '10.0.0.0/33', [cidrMessage]],
  [checkLegacyCIDR, '10.0.0.1/8', ['must not have bits set beyond the prefix length']],
  [checkLegacyCIDR, '10.0.0.0/08', ['must not have leading 0s in IP or prefix length']],
  [checkCIDR, '2001:db8::/32', []],
  [checkEndpointIP, '8.8.8.8', []],
  [checkEndpointIP, '0.0.0.0', ['may not be unspecified (0.0.0.0)']],
  [checkEndpointIP, '127.1.2.3', ['may not be in the loopback range (127.0.0.0/8, ::1/128)']],
  [checkEndpointIP, '169.254.0.1', ['may not be in the link-local range (169.254.0.0/16, fe80::/10)']],
  [checkEndpointIP, 'ff12::1', ['may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)']],
  [checkEndpointIP, '::ffff:127.0.0.1', ['may not be in the loopback range (127.0.0.0/8, ::1/128)']],
  [checkEndpointIP, '224.0.0.9', ['may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)']],
];

describe('rules of addresses', () => {
  for (const [check, value, messages] of table) {
    test(`${check.name} ${value}`, () => {
      assert.deepEqual(findings(check, value), messages);
    });
  }
});

test('checkLegacyIP takes what was stored, and no IPv4 in IPv6', () => {
  const errors: FieldError[] = [];
  checkLegacyIP('010.0.0.1', 'f', errors, ['010.0.0.1']);
  assert.deepEqual(errors, []);
  checkLegacyIP('::ffff:1.2.3.4', 'f', errors);
  assert.deepEqual(
    errors.map(({ message }) => message),
    ['Invalid value: "::ffff:1.2.3.4": must not be an IPv4-mapped IPv6 address'],
  );
});

test('checkIP wants the canonical form', () => {
  const errors: FieldError[] = [];
  checkIP('2001:db8:0:0::1', 'f', errors);
  assert.deepEqual(
    errors.map(({ message }) => message),
    ['Invalid value: "2001:db8:0:0::1": must be in canonical form ("2001:db8::1")'],
  );
});

test('warnings say how an address should be written', () => {
  assert.deepEqual(ipWarnings('1.2.3.4', 'f'), []);
  assert.deepEqual(ipWarnings('2001:db8:0::1', 'f'), [
    'f: IPv6 address "2001:db8:0::1" should be in RFC 5952 canonical format ("2001:db8::1")',
  ]);
  assert.deepEqual(ipWarnings('::ffff:1.2.3.4', 'f'), [
    'f: non-standard IP address "::ffff:1.2.3.4" is invalid: use "1.2.3.4"',
  ]);
  assert.deepEqual(cidrWarnings('10.0.0.1/8', 'f'), [
    'f: CIDR value "10.0.0.1/8" is ambiguous in this context (should be "10.0.0.0/8" or "10.0.0.1/32"?)',
  ]);
});

test('isDualStack knows families', () => {
  assert.deepEqual(
    [['1.1.1.1', '::1'], ['1.1.1.1', '1.1.1.2'], ['x']].map((addresses) => isDualStack(addresses)),
    [true, false, undefined],
  );
});
