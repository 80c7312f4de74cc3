/**
 * /debug/pprof and /debug/flags (apiserver server/routes): profiles of this process, and the verbosity of its log. Who may ask is
 * authorization's decision, by path; nothing here costs anything while nobody asks.
 */

import type { ApiRequest, ApiResponse, ResponseHeaders } from '#api/request.ts';
import type { Clock } from '#base/env.ts';
import { type CpuProfile, encodeCpuProfile, encodeHeapProfile, type HeapProfile } from './pprof.ts';

/** The engine's profilers. Each rejects with ProfilerBusy while somebody else's profile is being made. */
export interface Profiler {
  cpu(durationMs: number, signal: AbortSignal): Promise<CpuProfile>;
  /** Allocations of that time: those that are still in use at its end, or all. */
  heap(durationMs: number, which: 'inuse' | 'alloc', signal: AbortSignal): Promise<HeapProfile>;
  /** What the engine and the process's own code tell of that time, as trace events of Chrome's format, which Perfetto and others show. */
  trace(durationMs: number, signal: AbortSignal): Promise<readonly object[]>;
  /** How long work held the event loop in that time, so that other work had to wait. */
  loopDelay(durationMs: number, signal: AbortSignal): Promise<LoopDelay>;
  /** What the process waits for, by name: sockets, timers, files; once for each. */
  waitsFor(): readonly string[];
  gzip(bytes: Uint8Array): Uint8Array;
}

/** Milliseconds. */
export interface LoopDelay {
  readonly count: number;
  readonly mean: number;
  readonly max: number;
  readonly percentiles: readonly (readonly [percent: number, ms: number])[];
}

export class ProfilerBusy extends Error {}

/** How much the log tells: klog's levels, of which 4 and more are for debugging. */
export interface Verbosity {
  set(level: number): void;
}

const cpuSeconds = 30;
/** Allocations are only known from when one looks on. */
const heapSeconds = 5;
/** Go's. */
const traceSeconds = 1;
const blockSeconds = 5;
const longestSeconds = 600;

const descriptions = {
  allocs: 'All allocations of the next seconds (?seconds=N, 5 unless told), by where they were made, sampled',
  block: 'How long work held the event loop in the next seconds (?seconds=N, 5 unless told)',
  goroutine: 'What the process waits for: its sockets, timers and files, in place of goroutines',
  heap: 'Allocations of the next seconds (?seconds=N, 5 unless told) that are in use at their end, sampled',
  profile: 'What the CPU does in the next seconds (?seconds=N, 30 unless told)',
  trace: 'Events of the engine in the next seconds (?seconds=N, 1 unless told), as JSON in the format of Chrome traces',
} as const;

export async function profilePage(
  request: ApiRequest,
  profiler: Profiler,
  clock: Clock,
): Promise<ApiResponse | undefined> {
  const { path, query, signal } = request;
  if (path === '/debug/pprof') {
    return { ...html(''), status: 302, headers: { location: '/debug/pprof/' } };
  }
  if (!path.startsWith('/debug/pprof/')) return undefined;
  const name = path.slice('/debug/pprof/'.length);
  if (name === '') return html(profileIndex());
  const startedMs = clock.now();
  const begun = clock.monotonic();
  const times = () => ({ startedMs, durationMs: clock.monotonic() - begun });
  try {
    switch (name) {
      case 'profile': {
        const profile = await profiler.cpu(secondsOf(query, cpuSeconds) * 1000, signal);
        return attachment(name, profiler.gzip(encodeCpuProfile(profile, times())));
      }
      case 'heap':
      case 'allocs': {
        const which = name === 'heap' ? 'inuse' : 'alloc';
        const profile = await profiler.heap(secondsOf(query, heapSeconds) * 1000, which, signal);
        return attachment(name, profiler.gzip(encodeHeapProfile(profile, which, times())));
      }
      case 'trace': {
        const traceEvents = await profiler.trace(secondsOf(query, traceSeconds) * 1000, signal);
        return attachment(name, encoder.encode(JSON.stringify({ traceEvents })));
      }
      case 'block':
        return plain(200, blockText(await profiler.loopDelay(secondsOf(query, blockSeconds) * 1000, signal)));
      case 'goroutine':
        return plain(200, waitsText(profiler.waitsFor()));
      default:
        return plain(404, 'Unknown profile\n', { 'x-go-pprof': '1' });
    }
  } catch (error) {
    if (!(error instanceof ProfilerBusy)) throw error;
    return plain(500, `Could not enable profiling: ${error.message}\n`, { 'x-go-pprof': '1' });
  }
}

export function flagPage({ method, path, body }: ApiRequest, verbosity: Verbosity): ApiResponse | undefined {
  if (path !== '/debug/flags' && !path.startsWith('/debug/flags/')) return undefined;
  if (path !== '/debug/flags/v') return html(flagIndex);
  if (method !== 'PUT') return plain(406, 'unsupported http method\n');
  const text = body?.type === 'bytes' ? new TextDecoder().decode(body.bytes) : '';
  if (!/^\d{1,9}$/.test(text)) {
    return plain(400, `strconv.ParseUint: parsing ${JSON.stringify(text.slice(0, 64))}: invalid syntax\n`);
  }
  verbosity.set(Number(text));
  return plain(200, `successfully set klog.logging.verbosity to ${Number(text)}\n`);
}

function secondsOf(query: URLSearchParams, absent: number): number {
  const seconds = Number(query.get('seconds') ?? absent);
  return seconds > 0 ? Math.min(seconds, longestSeconds) : absent;
}

/** In the form of upstream's text, whose stacks are what waits here. */
function waitsText(waits: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const wait of waits) counts.set(wait, (counts.get(wait) ?? 0) + 1);
  const lines = [...counts].sort(([, a], [, b]) => b - a).map(([wait, count]) => `${count} @ ${wait}\n`);
  return `goroutine profile: total ${waits.length}\n${lines.join('')}`;
}

function blockText({ count, mean, max, percentiles }: LoopDelay): string {
  const ms = (value: number) => `${value.toFixed(3)} ms`;
  const lines = percentiles.map(([percent, value]) => `p${percent} ${ms(value)}\n`);
  return `--- contention:\nevent loop delays: ${count}\nmean ${ms(mean)}\n${lines.join('')}max ${ms(max)}\n`;
}

const profileIndex = (): string =>
  `<html>\n<head><title>/debug/pprof/</title></head>\n<body>\n/debug/pprof/\n<ul>\n${Object.entries(descriptions)
    .map(([name, text]) => `<li><a href='${name}'>${name}</a>: ${text}</li>`)
    .join('\n')}\n</ul>\n</body>\n</html>\n`;

const flagIndex = `<html>
<head><title>/debug/flags/</title></head>
<body>
/debug/flags/<br>
flags:<br>
<ul>
<li>v</li>
</ul>
</body>
</html>
`;

const encoder = new TextEncoder();

function html(body: string): Extract<ApiResponse, { readonly type: 'bytes' }> {
  return { type: 'bytes', status: 200, contentType: 'text/html; charset=utf-8', body: encoder.encode(body) };
}

function plain(status: number, body: string, more: ResponseHeaders = {}): ApiResponse {
  const headers = { 'x-content-type-options': 'nosniff', ...more };
  return { type: 'bytes', status, contentType: 'text/plain; charset=utf-8', body: encoder.encode(body), headers };
}

function attachment(name: string, body: Uint8Array): ApiResponse {
  const headers = {
    'x-content-type-options': 'nosniff',
    'content-disposition': `attachment; filename="${name}"`,
  };
  return { type: 'bytes', status: 200, contentType: 'application/octet-stream', body, headers };
}
