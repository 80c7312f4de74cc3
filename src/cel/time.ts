/** Timestamps and time zones of CEL: RFC 3339 with nanoseconds, calendar fields in a zone. Ranges are those of cel-go. */

import { CelError, Duration, Timestamp } from './values.ts';

const nanosPerSecond = 1_000_000_000n;
const nanosPerMs = 1_000_000n;

/** 0001-01-01T00:00:00Z to 9999-12-31T23:59:59.999999999Z, in seconds. */
const minSeconds = -62_135_596_800n;
const maxSeconds = 253_402_300_799n;

const minInt64 = -(2n ** 63n);
const maxInt64 = 2n ** 63n - 1n;

/** The timestamp, or CelError 'timestamp overflow'. */
export function timestampOf(nanos: bigint): Timestamp | CelError {
  const seconds = floorDivide(nanos, nanosPerSecond);
  return seconds < minSeconds || seconds > maxSeconds ? new CelError('timestamp overflow') : new Timestamp(nanos);
}

/** The duration, or CelError 'duration overflow': Go's durations are 64 bits of nanoseconds. */
export function durationOf(nanos: bigint): Duration | CelError {
  return nanos < minInt64 || nanos > maxInt64 ? new CelError('duration overflow') : new Duration(nanos);
}

/** Unix seconds, rounded down. */
export function unixSeconds(timestamp: Timestamp): bigint {
  return floorDivide(timestamp.nanos, nanosPerSecond);
}

const rfc3339 = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:[.,](\d+))?(?:Z|([+-])(\d{2}):(\d{2}))$/;

/** RFC 3339 as Go's time.Parse takes it; undefined for other text and for times out of range. */
export function timestampFromText(text: string): Timestamp | undefined {
  const match = rfc3339.exec(text);
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const offsetHours = Number(match[9] ?? 0);
  const offsetMinutes = Number(match[10] ?? 0);
  if (offsetHours > 24 || offsetMinutes > 60) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  const offset = (offsetHours * 60 + offsetMinutes) * (match[8] === '-' ? -1 : 1);
  const ms = BigInt(date.getTime() - offset * 60_000);
  const made = timestampOf(ms * nanosPerMs + BigInt((match[7] ?? '').padEnd(9, '0').slice(0, 9)));
  return made instanceof CelError ? undefined : made;
}

/** RFC 3339 in UTC with as many fractional digits as there are. */
export function formatTimestamp(timestamp: Timestamp): string {
  const seconds = unixSeconds(timestamp);
  const fraction = String(timestamp.nanos - seconds * nanosPerSecond)
    .padStart(9, '0')
    .replace(/0+$/, '');
  const text = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  return fraction === '' ? `${text}Z` : `${text}.${fraction}Z`;
}

/** Seconds with as many digits as needed and the unit: '3600s', '1.5s'. */
export function formatSeconds(duration: Duration): string {
  return `${plainNumber(Number(duration.nanos / nanosPerSecond) + Number(duration.nanos % nanosPerSecond) / 1e9)}s`;
}

/** A double without exponent. */
function plainNumber(value: number): string {
  const text = String(value);
  return text.includes('e') ? value.toFixed(20).replace(/\.?0+$/, '') : text;
}

/** Calendar fields of a moment: month, day of year and day of week count from 0. */
export interface CalendarFields {
  readonly year: number;
  readonly month: number;
  readonly dayOfMonth: number;
  readonly dayOfYear: number;
  readonly dayOfWeek: number;
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
  readonly milliseconds: number;
}

/** In a zone: '' and 'UTC', an IANA name, or an offset like '-02:30' or '05:30'. CelError for an unknown one. */
export function calendarFields(timestamp: Timestamp, zone: string): CalendarFields | CelError {
  const ms = Number(floorDivide(timestamp.nanos, nanosPerMs));
  const offset = zoneOffsetMs(ms, zone);
  if (offset instanceof CelError) return offset;
  const date = new Date(ms + offset);
  if (Number.isNaN(date.getTime())) return new CelError(`unknown time zone ${zone}`);
  const year = date.getUTCFullYear();
  const start = new Date(0);
  start.setUTCFullYear(year, 0, 1);
  return {
    year,
    month: date.getUTCMonth(),
    dayOfMonth: date.getUTCDate(),
    dayOfYear: Math.floor((date.getTime() - start.getTime()) / 86_400_000),
    dayOfWeek: date.getUTCDay(),
    hours: date.getUTCHours(),
    minutes: date.getUTCMinutes(),
    seconds: date.getUTCSeconds(),
    milliseconds: date.getUTCMilliseconds(),
  };
}

const zoneFormats = new Map<string, Intl.DateTimeFormat>();

function zoneOffsetMs(ms: number, zone: string): number | CelError {
  if (zone === '' || zone === 'UTC') return 0;
  const colon = zone.indexOf(':');
  if (colon >= 0) {
    const match = /^([+-]?\d+):([+-]?\d+)$/.exec(zone);
    if (!match) return new CelError(`strconv.Atoi: parsing "${zone.slice(0, colon)}": invalid syntax`);
    const hours = Number(match[1]);
    const minutes = Number(match[2]);
    return (hours * 60 + (zone.startsWith('-') ? -minutes : minutes)) * 60_000;
  }
  // Go reads zones from files, which have the names of places: '+05' is none.
  if (/^[+-]/.test(zone)) return new CelError(`unknown time zone ${zone}`);
  let format = zoneFormats.get(zone);
  if (!format) {
    try {
      format = new Intl.DateTimeFormat('en-US', {
        timeZone: zone,
        calendar: 'gregory',
        hourCycle: 'h23',
        era: 'short',
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        second: 'numeric',
      });
    } catch {
      return new CelError(`unknown time zone ${zone}`);
    }
    // The names are bounded: Intl takes only those that it knows, in any case of letters.
    if (zoneFormats.size < 1000) zoneFormats.set(zone, format);
  }
  const fields: Record<string, string> = {};
  for (const part of format.formatToParts(ms)) fields[part.type] = part.value;
  const local = new Date(0);
  const year = Number(fields.year);
  local.setUTCFullYear(fields.era === 'BC' ? 1 - year : year, Number(fields.month) - 1, Number(fields.day));
  local.setUTCHours(Number(fields.hour), Number(fields.minute), Number(fields.second));
  return local.getTime() - Math.floor(ms / 1000) * 1000;
}

function floorDivide(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value % by < 0n ? quotient - 1n : quotient;
}

function daysInMonth(year: number, month: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month, 0);
  return date.getUTCDate();
}
