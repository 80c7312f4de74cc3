/**
 * The real world's Env: the machine's clocks and timers, the kernel's randomness, and a log of JSON lines on standard error
 * (the supervisor gives every process a rotated file there).
 */

import { randomFillSync } from 'node:crypto';
import { type Level, pino } from 'pino';
import type { Clock, Env, LogFields, Logger, Random } from '#base/env.ts';

export interface NodeEnvOptions {
  /** Written into every line as `component`. */
  readonly component: string;
  readonly level?: Level;
  /** File descriptor that log lines go to; standard error unless told. */
  readonly logFd?: number;
}

export function createNodeEnv(options: NodeEnvOptions): Env {
  return { clock: nodeClock, random: nodeRandom, log: createLogger(options) };
}

export const nodeClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
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

export const nodeRandom: Random = {
  next: () => Math.random(),
  bytes: (count) => randomFillSync(new Uint8Array(count)),
};

function createLogger(options: NodeEnvOptions): Logger {
  const sink = pino(
    {
      base: { component: options.component },
      level: options.level ?? 'info',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: pino.stdSerializers.err },
    },
    pino.destination({ fd: options.logFd ?? 2, sync: true }),
  );
  return wrap(sink);
}

function wrap(sink: pino.Logger): Logger {
  return {
    debug: (message, fields) => sink.debug(fields ?? {}, message),
    info: (message, fields) => sink.info(fields ?? {}, message),
    warn: (message, fields) => sink.warn(fields ?? {}, message),
    error: (message, fields) => sink.error(fields ?? {}, message),
    child: (fields: LogFields) => wrap(sink.child(fields)),
  };
}
