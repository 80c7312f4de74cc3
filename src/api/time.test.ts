import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatMicroTime, formatTime, humanDuration, parseTime } from './time.ts';

test('times format as upstream does and parse strictly', () => {
  assert.equal(formatTime(1_700_000_000_999), '2023-11-14T22:13:20Z');
  assert.equal(formatMicroTime(1_700_000_000_123), '2023-11-14T22:13:20.123000Z');
  assert.equal(parseTime('2023-11-14T22:13:20Z'), 1_700_000_000_000);
  assert.equal(parseTime('2023-11-14T23:13:20+01:00'), 1_700_000_000_000);
  for (const text of ['', '2023-11-14', '2023-02-30T00:00:00Z', '2023-11-14T24:00:00Z', 'yesterday']) {
    assert.equal(parseTime(text), undefined, text);
  }
});

test('humanDuration keeps two or three significant figures', () => {
  const second = 1000;
  const hour = 3600 * second;
  const day = 24 * hour;
  const table: readonly (readonly [number, string])[] = [
    [-5 * second, '<invalid>'],
    [0, '0s'],
    [119 * second, '119s'],
    [125 * second, '2m5s'],
    [600 * second, '10m'],
    [179 * 60 * second, '179m'],
    [3 * hour, '3h'],
    [7.5 * hour, '7h30m'],
    [47 * hour, '47h'],
    [49 * hour, '2d1h'],
    [8 * day, '8d'],
    [800 * day, '2y70d'],
    [9 * 365 * day, '9y'],
  ];
  assert.deepEqual(
    table.map(([ms]) => humanDuration(ms)),
    table.map(([, text]) => text),
  );
});
