import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatInZone, isTimeZone, parseSchedule } from './schedule.ts';

const next: readonly (readonly [schedule: string, after: string, expected: string | undefined, zone?: string])[] = [
  ['* * * * *', '2026-01-01T00:00:00Z', '2026-01-01T00:01:00Z'],
  ['* * * * *', '2026-01-01T00:00:59Z', '2026-01-01T00:01:00Z'],
  ['*/15 * * * *', '2026-01-01T00:16:00Z', '2026-01-01T00:30:00Z'],
  ['0 9-17/4 * * *', '2026-01-01T09:00:00Z', '2026-01-01T13:00:00Z'],
  ['30 4 1,15 * *', '2026-01-01T04:30:00Z', '2026-01-15T04:30:00Z'],
  ['0 0 * * mon-FRI', '2026-01-02T00:00:00Z', '2026-01-05T00:00:00Z'],
  ['0 0 13 * 5', '2026-02-01T00:00:00Z', '2026-02-06T00:00:00Z'],
  ['0 0 29 feb *', '2026-01-01T00:00:00Z', '2028-02-29T00:00:00Z'],
  ['0 0 31 2 *', '2026-01-01T00:00:00Z', undefined],
  ['@weekly', '2026-01-01T00:00:00Z', '2026-01-04T00:00:00Z'],
  ['@every 1h30m', '2026-01-01T00:10:00Z', '2026-01-01T01:40:00Z'],
  ['0 9 * * *', '2026-01-01T00:00:00Z', '2026-01-01T08:00:00Z', 'Europe/Berlin'],
  ['0 9 * * *', '2026-07-01T00:00:00Z', '2026-07-01T07:00:00Z', 'Europe/Berlin'],
  ['TZ=America/New_York 0 9 * * *', '2026-01-01T00:00:00Z', '2026-01-01T14:00:00Z'],
];

for (const [schedule, after, expected, zone] of next) {
  test(`next of ${schedule} after ${after}`, () => {
    const found = parseSchedule(schedule, zone).next(Date.parse(after));
    assert.equal(found === undefined ? undefined : formatInZone(found), expected);
  });
}

const bad = [
  '',
  '* * * *',
  '60 * * * *',
  '* * 0 * *',
  'a * * * *',
  '5-1 * * * *',
  '*/0 * * * *',
  '@never',
  '@every x',
  'TZ=Nowhere/X * * * * *',
];
for (const schedule of bad) {
  test(`refuses ${JSON.stringify(schedule)}`, () =>
    assert.throws(() => parseSchedule(schedule), { name: 'ScheduleError' }));
}

test('formatInZone and isTimeZone', () => {
  assert.equal(formatInZone(Date.parse('2026-01-01T00:00:00Z'), 'Asia/Kolkata'), '2026-01-01T05:30:00+05:30');
  assert.deepEqual([isTimeZone('Europe/Berlin'), isTimeZone('Nowhere/X')], [true, false]);
});
