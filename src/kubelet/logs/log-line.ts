/**
 * Lines of the CRI log format (KEP-0606 of kubelet, cri-api logging):
 *
 *   2026-11-21T09:29:08.123456789Z stdout F the text of a line
 *   2026-11-21T09:29:08.123456789Z stderr P the start of a line that is too long for one
 *
 * Bytes in, bytes out: the text of a container is never decoded.
 */

export interface LogLine {
  /** RFC 3339 with a fraction, as the runtime wrote it. */
  readonly timestamp: Uint8Array;
  readonly stream: 'Stdout' | 'Stderr';
  /** With its newline, unless more of the line follows. */
  readonly text: Uint8Array;
  readonly partial: boolean;
}

const space = 0x20;
const newline = 0x0a;
const partialTag = 0x50;

/** `line` with its newline, if it has one; undefined for what is not in this format. */
export function parseLogLine(line: Uint8Array): LogLine | undefined {
  const afterTime = line.indexOf(space);
  if (afterTime < minTimestamp || line[4] !== dash) return undefined;
  const afterStream = line.indexOf(space, afterTime + 1);
  const afterTag = line.indexOf(space, afterStream + 1);
  if (afterStream < 0 || afterTag < 0) return undefined;
  const stream = streamName(line.subarray(afterTime + 1, afterStream));
  if (!stream) return undefined;
  // Tags are separated by ':', the first says whether the line goes on.
  const partial =
    line[afterStream + 1] === partialTag && (afterTag === afterStream + 2 || line[afterStream + 2] === colon);
  const end = partial && line[line.length - 1] === newline ? line.length - 1 : line.length;
  return { timestamp: line.subarray(0, afterTime), stream, text: line.subarray(afterTag + 1, end), partial };
}

const minTimestamp = '2026-11-21T09:29:08Z'.length;
const dash = 0x2d;
const colon = 0x3a;

function streamName(bytes: Uint8Array): LogLine['stream'] | undefined {
  if (bytes.length !== 6 || bytes[0] !== 0x73 || bytes[1] !== 0x74 || bytes[2] !== 0x64) return undefined;
  const rest = String.fromCharCode(bytes[3] ?? 0, bytes[4] ?? 0, bytes[5] ?? 0);
  return rest === 'out' ? 'Stdout' : rest === 'err' ? 'Stderr' : undefined;
}

/** Milliseconds since the epoch; NaN for what is no time. */
export function timestampMs(timestamp: Uint8Array): number {
  return Date.parse(String.fromCharCode(...timestamp));
}

/** The timestamp with nine digits of fraction and a space, as `kubectl logs --timestamps` shows it. */
export function timestampPrefix(timestamp: Uint8Array): Uint8Array {
  const text = String.fromCharCode(...timestamp);
  const zone = text.search(/(?:Z|[+-]\d\d:\d\d)$/);
  const fraction = text.slice(20, zone).padEnd(9, '0').slice(0, 9);
  return new TextEncoder().encode(`${text.slice(0, 19)}.${fraction}${text.slice(zone)} `);
}
