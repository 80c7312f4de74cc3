/** getFullYear and the other parts of timestamps (in UTC or a zone) and of durations. */

import type { FunctionDeclaration, Overload } from '../environment.ts';
import type { CalendarFields } from '../time.ts';
import { calendarFields } from '../time.ts';
import { durationType, intType, stringType, timestampType } from '../types.ts';
import type { Duration, Result, Timestamp } from '../values.ts';
import { CelError } from '../values.ts';

type Part = (fields: CalendarFields) => number;

function ofTimestamp(id: string, idWithZone: string, part: Part): readonly Overload[] {
  const read = (timestamp: Timestamp, zone: string): Result => {
    const fields = calendarFields(timestamp, zone);
    return fields instanceof CelError ? fields : BigInt(part(fields));
  };
  return [
    {
      id,
      member: true,
      parameters: [timestampType],
      result: intType,
      implementation: (timestamp: Timestamp) => read(timestamp, ''),
    },
    { id: idWithZone, member: true, parameters: [timestampType, stringType], result: intType, implementation: read },
  ];
}

function ofDuration(id: string, nanosPerUnit: bigint): Overload {
  return {
    id,
    member: true,
    parameters: [durationType],
    result: intType,
    implementation: (duration: Duration) => duration.nanos / nanosPerUnit,
  };
}

function calendar(name: string, suffix: string, part: Part, ...durations: readonly Overload[]): FunctionDeclaration {
  // Upstream's id of getSeconds with a zone has no 'with'.
  const idWithZone = suffix === 'seconds' ? 'timestamp_to_seconds_tz' : `timestamp_to_${suffix}_with_tz`;
  return { name, overloads: [...ofTimestamp(`timestamp_to_${suffix}`, idWithZone, part), ...durations] };
}

export const calendarFunctions: readonly FunctionDeclaration[] = [
  calendar('getFullYear', 'year', ({ year }) => year),
  calendar('getMonth', 'month', ({ month }) => month),
  calendar('getDayOfYear', 'day_of_year', ({ dayOfYear }) => dayOfYear),
  calendar('getDayOfMonth', 'day_of_month', ({ dayOfMonth }) => dayOfMonth - 1),
  calendar('getDate', 'day_of_month_1_based', ({ dayOfMonth }) => dayOfMonth),
  calendar('getDayOfWeek', 'day_of_week', ({ dayOfWeek }) => dayOfWeek),
  calendar('getHours', 'hours', ({ hours }) => hours, ofDuration('duration_to_hours', 3_600_000_000_000n)),
  calendar('getMinutes', 'minutes', ({ minutes }) => minutes, ofDuration('duration_to_minutes', 60_000_000_000n)),
  calendar('getSeconds', 'seconds', ({ seconds }) => seconds, ofDuration('duration_to_seconds', 1_000_000_000n)),
  calendar(
    'getMilliseconds',
    'milliseconds',
    ({ milliseconds }) => milliseconds,
    ofDuration('duration_to_milliseconds', 1_000_000n),
  ),
];
