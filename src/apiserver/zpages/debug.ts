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
  gzip(bytes: Uint8Array): Uint8Array;
}

export class ProfilerBusy extends Error {}

/** How much the log tells: klog's levels, of which 4 and more are for debugging. */
export interface Verbosity {
  set(level: number): void;
}

const cpuSeconds = 30;
/** Allocations are only known from when one looks on. */
const heapSeconds = 5;
const longestSeconds = 600;

const descriptions = {
  allocs: 'All allocations of the next seconds (?seconds=N, 5 unless told), by where they were made, sampled',
  heap: 'Allocations of the next seconds (?seconds=N, 5 unless told) that are in use at their end, sampled',
  profile: 'What the CPU does in the next seconds (?seconds=N, 30 unless told)',
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
