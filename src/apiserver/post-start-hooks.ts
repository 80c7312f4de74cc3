/**
 * What a server does after it began to serve, each a health check under upstream's name (apiserver server/hooks.go): the check fails until the
 * work is done, so that /readyz says what a start waits for.
 */

import type { HealthCheck } from './health.ts';

/** Those of work that ends all at once; what is not there has none. */
export function startHooks(
  isStarted: () => boolean,
  names: Readonly<Record<string, unknown>>,
): Readonly<Record<string, HealthCheck>> {
  const check = () => {
    if (!isStarted()) throw notFinished();
    return true;
  };
  const present = Object.entries(names).filter(([, part]) => part !== undefined);
  return Object.fromEntries(present.map(([name]) => [`poststarthook/${name}`, check]));
}

/** Those that end one by one. */
export class PostStartHooks<Name extends string> {
  readonly checks: Readonly<Record<string, HealthCheck>>;
  private readonly unfinished: Set<Name>;

  constructor(names: readonly Name[]) {
    this.unfinished = new Set(names);
    this.checks = Object.fromEntries(names.map((name) => [`poststarthook/${name}`, () => this.check(name)]));
  }

  /** Idempotent. */
  finished(...names: readonly Name[]): void {
    for (const name of names) this.unfinished.delete(name);
  }

  private check(name: Name): boolean {
    if (this.unfinished.has(name)) throw notFinished();
    return true;
  }
}

function notFinished(): Error {
  return new Error('not finished');
}
