/**
 * Long-lived processes of a cluster: started in sessions of their own with a log file, or found again by pid and start time.
 *
 * Children tell of their end by themselves. Of an adopted process only /proc knows: it is looked at twice a second, which
 * happens only after a supervisor died.
 */

import { closeSync, copyFileSync, existsSync, mkdirSync, openSync, renameSync, statSync, truncateSync } from 'node:fs';
import { dirname } from 'node:path';
import { startDaemon } from './exec.ts';
import { identify, isAlive, type ProcessId, signalProcess } from './process-table.ts';

export interface DaemonCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly logFile: string;
}

export interface Daemon {
  readonly identity: ProcessId;
  readonly ended: Promise<string>;
  signal(name: NodeJS.Signals): void;
}

const lookIntervalMs = 500;
/** A log larger than this is put aside as FILE.1 (the one before is deleted). */
const maxLogBytes = 20 << 20;

export function startProcess(command: DaemonCommand): Daemon {
  const logFd = openLog(command.logFile);
  try {
    const child = startDaemon(command.program, command.args, { env: { ...command.env }, logFd });
    const ended = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(signal === null ? `exit status ${code}` : `killed by ${signal}`));
    });
    child.unref();
    if (child.pid === undefined) throw new Error(`${command.program} cannot be started`);
    // It may have ended already; then `ended` tells.
    const identity = identify(child.pid) ?? { pid: child.pid, startTime: -1 };
    return { identity, ended, signal: (name) => void signalProcess(identity, name) };
  } finally {
    closeSync(logFd);
  }
}

export function adoptProcess(identity: ProcessId): Daemon | undefined {
  if (!isAlive(identity)) return undefined;
  const ended = new Promise<string>((resolve) => {
    const timer = setInterval(() => {
      if (isAlive(identity)) return;
      clearInterval(timer);
      resolve('gone');
    }, lookIntervalMs);
  });
  return { identity, ended, signal: (name) => void signalProcess(identity, name) };
}

function openLog(path: string): number {
  mkdirSync(dirname(path), { recursive: true });
  if (existsSync(path) && statSync(path).size > maxLogBytes) renameSync(path, `${path}.1`);
  return openSync(path, 'a', 0o640);
}

/** Puts a log aside that a running process writes: it appends, so that an emptied file goes on from its start. */
export function rotateLiveLog(path: string): void {
  if (!existsSync(path) || statSync(path).size <= maxLogBytes) return;
  copyFileSync(path, `${path}.1`);
  truncateSync(path);
}
