/**
 * Env: everything a component may ask of the world that is not another component.
 *
 * Outside src/platform nothing reads a clock, sets a timer or draws a random number by itself; it is handed an Env. Two worlds
 * provide one: src/platform/node (the real one) and src/platform/sim (virtual time and seeded chance), so the whole control
 * plane runs deterministically in tests.
 */

export interface Env {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

export interface Clock {
  /** Wall-clock time in milliseconds since the Unix epoch. May jump. */
  now(): number;
  /** Milliseconds from an arbitrary start; never jumps or goes back. For durations and deadlines. */
  monotonic(): number;
  /** Calls `run` once after `delayMs` (not before); never throws out of the timer. */
  after(delayMs: number, run: () => void): Timer;
}

export interface Timer {
  /** Idempotent; a cancelled timer never runs. */
  cancel(): void;
}

export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Cryptographically strong in the real world, seeded in the simulated one. */
  bytes(count: number): Uint8Array;
}

export type LogFields = Readonly<Record<string, unknown>>;

/** Constant message, values as fields. `child` adds fields to every line (a component's name, a node, a controller). */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  child(fields: LogFields): Logger;
}

/** A version 4 UUID (RFC 9562) from the environment's randomness: metadata.uid. */
export function uuid(random: Random): string {
  const bytes = random.bytes(16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toHex();
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Name suffix alphabet without vowels and look-alikes, as upstream's generated names use (apimachinery util/rand). */
const suffixAlphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** Random suffix of `length` characters for generated names: `web-x7k2p`. */
export function nameSuffix(random: Random, length = 5): string {
  let suffix = '';
  for (let i = 0; i < length; i++) suffix += suffixAlphabet[Math.floor(random.next() * suffixAlphabet.length)];
  return suffix;
}
