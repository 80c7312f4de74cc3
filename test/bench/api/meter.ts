/** What processes use: CPU time, memory, bytes written; of a process and all that it has started. */

import { readdirSync, readFileSync } from 'node:fs';
import { allPids } from '#platform/node/process-table.ts';

/** USER_HZ of every Linux that Node runs on. */
const ticksPerSecond = 100;

export interface Meter {
  readonly cpuSeconds: number;
  /** Each shared page counted by its share. */
  readonly pssBytes: number;
  readonly writtenBytes: number;
}

export function meter(pids: readonly number[]): Meter {
  const family = [...pids, ...descendants(new Set(pids))];
  const sum = (of: (pid: number) => number) => family.reduce((total, pid) => total + orZero(() => of(pid)), 0);
  return { cpuSeconds: cpuSeconds(pids), pssBytes: sum(pssOf), writtenBytes: sum(writtenOf) };
}

/** Cheaper than all of it: for the two ends of a phase. */
export function cpuSeconds(pids: readonly number[]): number {
  const family = [...pids, ...descendants(new Set(pids))];
  return family.reduce((total, pid) => total + orZero(() => ticksOf(pid)), 0) / ticksPerSecond;
}

function descendants(roots: ReadonlySet<number>): readonly number[] {
  const known = new Set(roots);
  const found: number[] = [];
  // A child has a greater pid than its parent but for wrapped counters, which the second look finds.
  for (let look = 0; look < 2; look++) {
    for (const pid of allPids()) {
      if (known.has(pid) || !known.has(orZero(() => Number(statOf(pid)[1])))) continue;
      known.add(pid);
      found.push(pid);
    }
  }
  return found;
}

/** Fields of /proc/PID/stat from the third (state) on. */
function statOf(pid: number): readonly string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** User and system time of the process and of its children that have ended. */
function ticksOf(pid: number): number {
  return statOf(pid)
    .slice(11, 15)
    .reduce((total, ticks) => total + Number(ticks), 0);
}

function pssOf(pid: number): number {
  const [, kib] = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1')) ?? [];
  return Number(kib ?? 0) * 1024;
}

function writtenOf(pid: number): number {
  const [, bytes] = /^write_bytes: (\d+)/m.exec(readFileSync(`/proc/${pid}/io`, 'latin1')) ?? [];
  return Number(bytes ?? 0);
}

/** A process may end while it is looked at. */
function orZero(read: () => number): number {
  try {
    return read();
  } catch {
    return 0;
  }
}

/** Every thread of the process; for telling which of them is the limit. Seconds of CPU by name. */
export function threadSeconds(pid: number): ReadonlyMap<string, number> {
  const seconds = new Map<string, number>();
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    const stat = readFileSync(`/proc/${pid}/task/${task}/stat`, 'latin1');
    const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    seconds.set(name, (seconds.get(name) ?? 0) + (Number(fields[11]) + Number(fields[12])) / ticksPerSecond);
  }
  return seconds;
}
