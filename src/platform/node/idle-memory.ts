/**
 * Gives memory back to the machine when a process has come to rest.
 *
 * V8 collects what a start or a busy minute leaves behind only when something else needs room, which in an idle process is never: 15 to
 * 25 MB stay. So a process that was busy and is not any more collects once, thoroughly: bytecode of functions that only the start
 * used goes too. Then it gives back what else it does not use. Before and after, nothing but a look at the used CPU time every few
 * seconds.
 */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { memoryReleaser } from './release-memory.ts';

const intervalMs = 5_000;

/** Below this much CPU time in an interval a process is at rest; idle ones use a tenth. */
const restMicros = 100_000;

/** Intervals of rest before it collects. */
const restIntervals = 2;

/** Watches this process until it ends. */
export function giveBackMemoryAtRest(): void {
  let before = process.cpuUsage();
  let resting = 0;
  let release: ReturnType<typeof memoryReleaser> | undefined;
  setInterval(async () => {
    const { user, system } = process.cpuUsage(before);
    before = process.cpuUsage();
    resting = user + system < restMicros ? resting + 1 : 0;
    if (resting !== restIntervals) return;
    collect();
    release ??= memoryReleaser();
    (await release)?.();
    // What collecting cost does not make it busy.
    before = process.cpuUsage();
  }, intervalMs).unref();
}

/** A function of V8 that is there only when asked for. */
function collect(): void {
  setFlagsFromString('--expose-gc');
  const gc: unknown = runInNewContext('gc');
  if (typeof gc === 'function') gc({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}
