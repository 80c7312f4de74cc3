/** metav1.Duration: Go's duration text ('1h30m', '1.5s', '300ms') and nanoseconds. */

const unitNanos: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

/** Whoever says more than a few units means nothing by it. */
const maxLength = 1000;

/** Nanoseconds, or undefined for what Go's time.ParseDuration refuses. */
export function parseDuration(text: string): bigint | undefined {
  if (text.length > maxLength) return undefined;
  const match = /^([+-]?)((?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|\u00b5s|\u03bcs|ms|s|m|h))+$/.exec(text);
  if (!match) return text === '0' ? 0n : undefined;
  let nanos = 0n;
  for (const [, whole = '', fraction = '', unit = ''] of text.matchAll(
    /(\d*)(?:\.(\d*))?(ns|us|\u00b5s|\u03bcs|ms|s|m|h)/g,
  )) {
    const scale = unitNanos[unit] ?? 0n;
    nanos += BigInt(whole || '0') * scale;
    if (fraction !== '') nanos += (BigInt(fraction) * scale) / 10n ** BigInt(fraction.length);
  }
  return match[1] === '-' ? -nanos : nanos;
}

/** As Go prints durations: '1h30m0s', '1.5s', '300ms', '0s'. */
export function formatDuration(nanos: bigint): string {
  if (nanos < 0n) return `-${formatDuration(-nanos)}`;
  if (nanos === 0n) return '0s';
  if (nanos < 1_000n) return `${nanos}ns`;
  if (nanos < 1_000_000n) return `${decimal(nanos, 1_000n)}µs`;
  if (nanos < 1_000_000_000n) return `${decimal(nanos, 1_000_000n)}ms`;
  const seconds = `${decimal(nanos % 60_000_000_000n, 1_000_000_000n)}s`;
  const minutes = nanos / 60_000_000_000n;
  if (minutes === 0n) return seconds;
  return minutes < 60n ? `${minutes}m${seconds}` : `${minutes / 60n}h${minutes % 60n}m${seconds}`;
}

function decimal(nanos: bigint, unit: bigint): string {
  const fraction = String(nanos % unit)
    .padStart(String(unit).length - 1, '0')
    .replace(/0+$/, '');
  return fraction === '' ? String(nanos / unit) : `${nanos / unit}.${fraction}`;
}
