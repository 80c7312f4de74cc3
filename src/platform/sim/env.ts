/** The simulated world's Env: virtual time, seeded chance, and a log kept as values or thrown away. */

import type { Env, LogFields, Logger } from '#base/env.ts';
import { SimClock } from './clock.ts';
import { SimRandom } from './random.ts';

export interface SimEnv extends Env {
  readonly clock: SimClock;
  readonly random: SimRandom;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface SimEnvOptions {
  readonly seed?: number | string;
  /** Called for every log line; lines are dropped unless told. */
  readonly onLog?: (level: LogLevel, message: string, fields: LogFields) => void;
}

export function createSimEnv(options: SimEnvOptions = {}): SimEnv {
  return {
    clock: new SimClock(),
    random: new SimRandom(options.seed ?? 0),
    log: createSimLogger(options.onLog ?? (() => {}), {}),
  };
}

function createSimLogger(write: NonNullable<SimEnvOptions['onLog']>, bound: LogFields): Logger {
  const line = (level: LogLevel) => (message: string, fields?: LogFields) =>
    write(level, message, { ...bound, ...fields });
  return {
    debug: line('debug'),
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
    child: (fields) => createSimLogger(write, { ...bound, ...fields }),
  };
}
