import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StatusError } from '#api/errors.ts';
import { parseListOptions, parseResourceVersion } from './list-options.ts';

function refused(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof StatusError);
    return `${error.status.code} ${error.status.reason}: ${error.status.message}`;
  }
  return 'accepted';
}

const range = '400 BadRequest: strconv.ParseInt: parsing "99999999999999999999": value out of range';

test('numbers of the query are refused in the words of upstream (recorded from 1.36.3)', () => {
  const table: readonly (readonly [string, string])[] = [
    ['limit=x', '400 BadRequest: strconv.ParseInt: parsing "x": invalid syntax'],
    ['limit=99999999999999999999', range],
    ['limit=9223372036854775807', 'accepted'],
    ['limit=9223372036854775808', range.replace('99999999999999999999', '9223372036854775808')],
    ['limit=-5', 'accepted'],
    ['timeoutSeconds=x', '400 BadRequest: strconv.ParseInt: parsing "x": invalid syntax'],
  ];
  for (const [query, expected] of table) {
    assert.equal(
      refused(() => parseListOptions(new URLSearchParams(query), false)),
      expected,
      query,
    );
  }
});

test('resourceVersions are refused in the words of upstream (recorded from 1.36.3)', () => {
  const fault = (text: string, what: string) =>
    `400 BadRequest: invalid resource version: resourceVersion: Invalid value: "${text}": strconv.ParseUint: parsing "${text}": ${what}`;
  for (const text of ['x', '-1', '1.5'])
    assert.equal(
      refused(() => parseResourceVersion(text)),
      fault(text, 'invalid syntax'),
    );
  assert.equal(
    refused(() => parseResourceVersion('99999999999999999999')),
    fault('99999999999999999999', 'value out of range'),
  );
  assert.equal(
    refused(() => parseResourceVersion('9'.repeat(1e5))),
    fault('9'.repeat(1e5), 'value out of range'),
  );
  assert.equal(
    refused(() => parseResourceVersion('18446744073709551615')),
    'accepted',
  );
});
