/** Exponential back-off: how long to wait before the n-th retry of something. */

export interface BackoffConfig {
  readonly initialMs: number;
  readonly maxMs: number;
  readonly factor: number;
  /** Adds up to this share at random, so that many clients do not retry in step; 0 for exact delays. */
  readonly jitter: number;
}

/** Delay before retry number `attempt` (0 is the first retry), in milliseconds. `draw` is uniform in [0, 1). */
export function backoffDelayMs(config: BackoffConfig, attempt: number, draw: () => number): number {
  const base = Math.min(config.maxMs, config.initialMs * config.factor ** attempt);
  return config.jitter === 0 ? base : base * (1 + config.jitter * draw());
}
