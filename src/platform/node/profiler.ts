/** V8's profilers by the inspector of this process. The inspector is loaded when somebody first asks, and ends with the profile. */

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { gzipSync } from 'node:zlib';
import { type LoopDelay, type Profiler, ProfilerBusy } from '#apiserver/zpages/debug.ts';
import { type CpuProfile, cpuIntervalMicros, type HeapProfile, heapIntervalBytes } from '#apiserver/zpages/pprof.ts';
import { sleep } from '#base/abort.ts';
import { nodeClock } from './env.ts';

const traceCategories = [
  'node.async_hooks',
  'node.dns.native',
  'node.environment',
  'node.fs.sync',
  'node.http',
  'node.net.native',
  'v8',
];
const delayResolutionMs = 1;
const delayPercentiles = [50, 90, 99, 99.9];

export function createNodeProfiler(): Profiler {
  const exclusive = oneAtATime();
  return {
    cpu: (durationMs, signal) =>
      exclusive('cpu profiling', async (session): Promise<CpuProfile> => {
        await session.post('Profiler.enable');
        await session.post('Profiler.setSamplingInterval', { interval: cpuIntervalMicros });
        await session.post('Profiler.start');
        await sleep(nodeClock, durationMs, signal);
        return (await session.post('Profiler.stop')).profile;
      }),
    heap: (durationMs, which, signal) =>
      exclusive('heap profiling', async (session): Promise<HeapProfile> => {
        const collected = which === 'alloc';
        await session.post('HeapProfiler.startSampling', {
          samplingInterval: heapIntervalBytes,
          includeObjectsCollectedByMajorGC: collected,
          includeObjectsCollectedByMinorGC: collected,
        });
        await sleep(nodeClock, durationMs, signal);
        const { profile } = await session.post('HeapProfiler.stopSampling');
        // The protocol's types leave out the samples and the numbers of nodes, which V8 gives.
        return profile as SamplingHeapProfile & HeapProfile;
      }),
    trace: (durationMs, signal) =>
      exclusive('tracing', async (session): Promise<readonly object[]> => {
        const events: object[] = [];
        session.on('NodeTracing.dataCollected', ({ params }) => events.push(...params.value));
        const complete = new Promise<void>((resolve) => session.once('NodeTracing.tracingComplete', () => resolve()));
        await session.post('NodeTracing.start', { traceConfig: { includedCategories: [...traceCategories] } });
        await sleep(nodeClock, durationMs, signal);
        await session.post('NodeTracing.stop');
        await complete;
        return events;
      }),
    loopDelay: async (durationMs, signal): Promise<LoopDelay> => {
      const delays = monitorEventLoopDelay({ resolution: delayResolutionMs });
      delays.enable();
      try {
        await sleep(nodeClock, durationMs, signal);
      } finally {
        delays.disable();
      }
      // What is measured is the time between two ticks, of which the resolution is no delay.
      const ms = (nanos: number) => (Number.isFinite(nanos) ? Math.max(0, nanos / 1e6 - delayResolutionMs) : 0);
      return {
        count: delays.count,
        mean: ms(delays.mean),
        max: ms(delays.max),
        percentiles: delayPercentiles.map((percent) => [percent, ms(delays.percentile(percent))]),
      };
    },
    waitsFor: () => process.getActiveResourcesInfo(),
    gzip: (bytes) => gzipSync(bytes),
  };
}

type SamplingHeapProfile = import('node:inspector').HeapProfiler.SamplingHeapProfile;
type Session = import('node:inspector/promises').Session;

/** By name, as one process has one profiler of each kind. */
function oneAtATime() {
  const running = new Set<string>();
  return async <T>(what: string, run: (session: Session) => Promise<T>): Promise<T> => {
    if (running.has(what)) throw new ProfilerBusy(`${what} already in use`);
    running.add(what);
    try {
      const { Session } = await import('node:inspector/promises');
      const session = new Session();
      session.connect();
      try {
        return await run(session);
      } finally {
        // Ends what runs in it too, when the client is gone.
        session.disconnect();
      }
    } finally {
      running.delete(what);
    }
  };
}
