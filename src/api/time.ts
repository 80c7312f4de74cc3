/** Time and MicroTime: RFC 3339 text in objects, milliseconds in code; and ages as kubectl prints them. */

const rfc3339 = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:[.,]\d+)?(?:Z|[+-]\d{2}:\d{2})$/;

/** metav1.Time: whole seconds, UTC. */
export function formatTime(ms: number): string {
  const second = Math.floor(ms / 1000);
  if (second !== latest.second) latest = { second, text: `${new Date(second * 1000).toISOString().slice(0, 19)}Z` };
  return latest.text;
}

/** A write formats the time several times, and thousands of writes have the same second. */
let latest = { second: Number.NaN, text: '' };

/** metav1.MicroTime: six fractional digits, UTC; the clock gives milliseconds. */
export function formatMicroTime(ms: number): string {
  return `${new Date(Math.floor(ms)).toISOString().slice(0, 23)}000Z`;
}

/** Milliseconds since the epoch, or undefined for what is not RFC 3339. */
export function parseTime(text: string): number | undefined {
  const match = rfc3339.exec(text);
  if (!match) return undefined;
  const ms = Date.parse(text.replace(',', '.'));
  if (Number.isNaN(ms)) return undefined;
  // Date.parse takes February 30 as March 1 or 2; Go refuses it.
  const day = Number(match[3]);
  return day <= daysInMonth(Number(match[1]), Number(match[2])) && Number(match[4]) < 24 ? ms : undefined;
}

function daysInMonth(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** Age as kubectl prints it: '5s', '3m12s', '47h', '8d' (apimachinery util/duration HumanDuration). */
export function humanDuration(ms: number): string {
  const seconds = Math.trunc(ms / 1000);
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.trunc(seconds / 60);
  if (minutes < 10) return withRest(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.trunc(minutes / 60);
  if (hours < 8) return withRest(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  const days = Math.trunc(hours / 24);
  if (hours < 24 * 8) return withRest(days, 'd', hours % 24, 'h');
  if (hours < 24 * 365 * 2) return `${days}d`;
  const years = Math.trunc(days / 365);
  if (hours < 24 * 365 * 8) return withRest(years, 'y', days % 365, 'd');
  return `${years}y`;
}

/** Age of a timestamp in a table cell: '<unknown>' when there is none. */
export function ageOf(timestamp: string | undefined | null, nowMs: number): string {
  const ms = timestamp ? parseTime(timestamp) : undefined;
  return ms === undefined ? '<unknown>' : humanDuration(nowMs - ms);
}

function withRest(value: number, unit: string, rest: number, restUnit: string): string {
  return rest === 0 ? `${value}${unit}` : `${value}${unit}${rest}${restUnit}`;
}
