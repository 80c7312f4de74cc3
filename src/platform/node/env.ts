/**
 * The real world's Env: the machine's clocks and timers, the kernel's randomness, and a log of JSON lines on standard error
 * (the supervisor gives every process a rotated file there).
 */

import { randomFillSync } from 'node:crypto';
import { writeSync } from 'node:fs';
import type { Clock, Env, LogFields, Logger, Random } from '#base/env.ts';

/** From the least to the most important. */
const levels = ['debug', 'info', 'warn', 'error'] as const;
export type Level = (typeof levels)[number];

export interface NodeEnvOptions {
  /** Written into every line as `component`. */
  readonly component: string;
  readonly level?: Level;
  /** File descriptor that log lines go to; standard error unless told. */
  readonly logFd?: number;
}

/** The real world's, whose log can be made to tell more or less while it runs. */
export interface NodeEnv extends Env {
  readonly verbosity: { set(level: number): void };
}

/** klog's level from which on messages are for debugging. */
const debugVerbosity = 4;

export function createNodeEnv(options: NodeEnvOptions): NodeEnv {
  const threshold = { least: levels.indexOf(options.level ?? 'info') };
  const usual = threshold.least;
  const verbosity = {
    set: (level: number) => {
      threshold.least = level >= debugVerbosity ? 0 : usual;
    },
  };
  return { clock: nodeClock, random: nodeRandom, log: createLogger(options, threshold), verbosity };
}

/** The global is a getter, which costs more than what it gives. */
const processTime = globalThis.performance;

export const nodeClock: Clock = {
  now: () => Date.now(),
  monotonic: () => processTime.now(),
  after(delayMs, run) {
    // Node turns a delay beyond 2^31-1 ms into 1 ms: split what is longer.
    if (delayMs > longestTimerMs) {
      let timer = nodeClock.after(longestTimerMs, () => {
        timer = nodeClock.after(delayMs - longestTimerMs, run);
      });
      return { cancel: () => timer.cancel() };
    }
    const handle = setTimeout(run, Math.max(0, delayMs));
    return { cancel: () => clearTimeout(handle) };
  },
};

const longestTimerMs = 2 ** 31 - 1;

const nodeRandom: Random = {
  next: () => Math.random(),
  bytes: (count) => (count > pool.length ? randomFillSync(new Uint8Array(count)) : fromPool(count)),
};

/** Asking the kernel costs more than all else that a uid takes: random bytes are fetched for many uids at once. */
const pool = new Uint8Array(4096);
let poolUsed = pool.length;

function fromPool(count: number): Uint8Array {
  if (poolUsed + count > pool.length) {
    randomFillSync(pool);
    poolUsed = 0;
  }
  const bytes = pool.slice(poolUsed, poolUsed + count);
  // What was given away is not kept: it may become a key.
  pool.fill(0, poolUsed, poolUsed + count);
  poolUsed += count;
  return bytes;
}

/**
 * JSON lines, written at once: a process that dies has said what it said. Thirty lines of our own, because pino costs 11 MB of
 * memory and 20 ms of start in each of a cluster's processes.
 */
function createLogger(options: NodeEnvOptions, threshold: { readonly least: number }): Logger {
  const fd = options.logFd ?? 2;
  const logger = (fixed: LogFields): Logger => {
    const write = (level: Level, message: string, fields: LogFields | undefined) => {
      if (levels.indexOf(level) < threshold.least) return;
      const line = { level, time: new Date().toISOString(), ...fixed, ...fields, msg: message };
      try {
        writeSync(fd, `${JSON.stringify(line, readable)}\n`);
      } catch {
        // A full disk or a closed pipe must not end the process that wanted to tell of it.
      }
    };
    return {
      debug: (message, fields) => write('debug', message, fields),
      info: (message, fields) => write('info', message, fields),
      warn: (message, fields) => write('warn', message, fields),
      error: (message, fields) => write('error', message, fields),
      child: (fields) => logger({ ...fixed, ...fields }),
    };
  };
  return logger({ component: options.component });
}

/** Errors have nothing enumerable: their type, message and stack are what a reader wants. */
function readable(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (!(value instanceof Error)) return value;
  const { message, stack, cause } = value;
  return { type: value.name, message, stack, ...(cause === undefined ? {} : { cause }) };
}
