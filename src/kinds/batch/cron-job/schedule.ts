/**
 * Cron schedules: 'minute hour day-of-month month day-of-week' with lists, ranges, steps and names, '@daily' and the like, '@every 1h30m',
 * and an optional 'TZ=Europe/Berlin ' before (the language of github.com/robfig/cron, which upstream uses).
 */

export interface Schedule {
  /** The first time of the schedule after this one, in ms since the epoch; undefined when there is none within five years. */
  next(afterMs: number): number | undefined;
}

export class ScheduleError extends Error {
  override readonly name = 'ScheduleError';
}

const macros: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

interface FieldBounds {
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const bounds: readonly FieldBounds[] = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  { min: 1, max: 12, names: ['', 'jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'] },
  { min: 0, max: 6, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
];

/** Throws ScheduleError. Without a time zone in the text `timeZone` counts, without that UTC. */
export function parseSchedule(text: string, timeZone?: string): Schedule {
  const match = /^(?:CRON_)?TZ=(\S+)\s+(.*)$/.exec(text.trim());
  const zone = match?.[1] ?? timeZone ?? 'UTC';
  if (!isTimeZone(zone)) throw new ScheduleError(`provided bad location ${zone}: unknown time zone ${zone}`);
  const spec = match?.[2] ?? text.trim();
  if (spec === '') throw new ScheduleError('empty spec string');
  if (spec.startsWith('@every ')) return everySchedule(spec.slice('@every '.length));
  const expanded = spec.startsWith('@') ? macros[spec] : spec;
  if (expanded === undefined) throw new ScheduleError(`unrecognized descriptor: ${spec}`);
  const fields = expanded.split(/\s+/);
  if (fields.length !== 5)
    throw new ScheduleError(`expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`);
  return new CronSchedule(
    fields.map((field, index) => parseField(field, bounds[index] as FieldBounds)),
    zone,
  );
}

export function isTimeZone(zone: string): boolean {
  try {
    formatterOf(zone);
    return true;
  } catch {
    return false;
  }
}

/** The values of a field, and whether it is unrestricted ('*'): days of month and week restrict each other only when both do. */
interface Field {
  readonly values: ReadonlySet<number>;
  readonly any: boolean;
}

function parseField(text: string, { min, max, names }: FieldBounds): Field {
  const values = new Set<number>();
  let any = false;
  for (const part of text.split(',')) {
    const [range = '', stepText, ...more] = part.split('/');
    if (more.length > 0) throw new ScheduleError(`too many slashes: ${part}`);
    const [startText = '', endText, ...rest] = range.split('-');
    if (rest.length > 0) throw new ScheduleError(`too many hyphens: ${part}`);
    const step = stepText === undefined ? 1 : parseNumber(stepText);
    const open = startText === '*' || startText === '?';
    const start = open ? min : parseValue(startText, names);
    const end =
      open || (endText === undefined && stepText !== undefined) ? max : parseValue(endText ?? startText, names);
    if (open && step === 1) any = true;
    if (start < min) throw new ScheduleError(`beginning of range (${start}) below minimum (${min}): ${part}`);
    if (end > max) throw new ScheduleError(`end of range (${end}) above maximum (${max}): ${part}`);
    if (start > end) throw new ScheduleError(`beginning of range (${start}) beyond end of range (${end}): ${part}`);
    if (step === 0) throw new ScheduleError(`step of range should be a positive number: ${part}`);
    for (let value = start; value <= end; value += step) values.add(value);
  }
  return { values, any };
}

function parseValue(text: string, names: readonly string[] | undefined): number {
  const named = text === '' ? -1 : (names?.indexOf(text.toLowerCase()) ?? -1);
  return named >= 0 ? named : parseNumber(text);
}

function parseNumber(text: string): number {
  if (!/^\d+$/.test(text))
    throw new ScheduleError(`failed to parse int from ${text}: strconv.Atoi: parsing "${text}": invalid syntax`);
  return Number(text);
}

const unitsMs: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

function everySchedule(text: string): Schedule {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text)
    throw new ScheduleError(`failed to parse duration @every ${text}: time: ${durationFault(text)}`);
  const totalMs = parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (unitsMs[unit ?? ''] ?? 0), 0);
  const periodMs = Math.max(1000, Math.floor(totalMs / 1000) * 1000);
  return { next: (afterMs) => Math.floor(afterMs / 1000) * 1000 + periodMs };
}

/** As Go's time.ParseDuration words it. */
function durationFault(text: string): string {
  const unit = /^[+-]?(?:[\d.]+(?:h|ms|m|s|us|ns))*[\d.]+([^\d.]*)/.exec(text)?.[1];
  if (unit === undefined) return `invalid duration "${text}"`;
  return unit === '' ? `missing unit in duration "${text}"` : `unknown unit "${unit}" in duration "${text}"`;
}

const minuteMs = 60_000;
const dayMs = 86_400_000;
const horizonDays = 5 * 366;

class CronSchedule implements Schedule {
  private readonly fields: readonly Field[];
  private readonly zone: string;

  constructor(fields: readonly Field[], zone: string) {
    this.fields = fields;
    this.zone = zone;
  }

  /** Searches in wall-clock time, as if it were UTC, and translates what it finds. */
  next(afterMs: number): number | undefined {
    const [minutes, hours] = this.fields;
    if (!minutes || !hours) return undefined;
    let wallMs = Math.floor((afterMs + offsetMs(this.zone, afterMs)) / minuteMs) * minuteMs + minuteMs;
    for (let day = Math.floor(wallMs / dayMs), last = day + horizonDays; day <= last; day++, wallMs = day * dayMs) {
      if (!this.isDay(new Date(day * dayMs))) continue;
      for (; wallMs < (day + 1) * dayMs; wallMs += minuteMs) {
        const minuteOfDay = Math.floor((wallMs - day * dayMs) / minuteMs);
        if (!hours.values.has(Math.floor(minuteOfDay / 60)) || !minutes.values.has(minuteOfDay % 60)) continue;
        const foundMs = fromWall(this.zone, wallMs);
        // When clocks are set back a wall-clock time comes twice; the schedule runs at the first.
        if (foundMs > afterMs) return foundMs;
      }
    }
    return undefined;
  }

  private isDay(date: Date): boolean {
    const [, , daysOfMonth, months, daysOfWeek] = this.fields;
    if (!daysOfMonth || !months || !daysOfWeek || !months.values.has(date.getUTCMonth() + 1)) return false;
    const ofMonth = daysOfMonth.values.has(date.getUTCDate());
    const ofWeek = daysOfWeek.values.has(date.getUTCDay());
    return daysOfMonth.any || daysOfWeek.any ? ofMonth && ofWeek : ofMonth || ofWeek;
  }
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(zone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(zone);
  if (!formatter) {
    const numeric = 'numeric' as const;
    const parts = { year: numeric, month: numeric, day: numeric, hour: numeric, minute: numeric, second: numeric };
    formatter = new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', ...parts });
    formatters.set(zone, formatter);
  }
  return formatter;
}

/** What the zone's clocks are ahead of UTC at this time. */
function offsetMs(zone: string, atMs: number): number {
  if (zone === 'UTC') return 0;
  const parts: Partial<Record<string, number>> = {};
  for (const { type, value } of formatterOf(zone).formatToParts(atMs)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(atMs / 1000) * 1000;
}

function fromWall(zone: string, wallMs: number): number {
  const guessMs = wallMs - offsetMs(zone, wallMs);
  return wallMs - offsetMs(zone, guessMs);
}

/** RFC 3339 with the zone's offset: '2026-03-01T09:00:00+01:00'. */
export function formatInZone(atMs: number, zone = 'UTC'): string {
  const offset = offsetMs(zone, atMs);
  const text = new Date(atMs + offset).toISOString().slice(0, 19);
  if (offset === 0) return `${text}Z`;
  const minutes = Math.abs(offset) / minuteMs;
  const twoDigits = (value: number) => String(Math.floor(value)).padStart(2, '0');
  return `${text}${offset < 0 ? '-' : '+'}${twoDigits(minutes / 60)}:${twoDigits(minutes % 60)}`;
}
