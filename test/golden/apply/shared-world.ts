/** One API server for the tests of a suite, with a clock that goes on when it is told. */

import { after, before } from 'node:test';
import { assert } from '#base/errors.ts';
import { createNodeEnv } from '#platform/node/env.ts';
import { startWorld, type World } from '../validation/world.ts';
import { crds } from './kinds.ts';
import { define } from './steps.ts';

export interface SharedWorld {
  /** To be called in tests. */
  readonly world: () => World;
  /** Begins the next second, and tells it (RFC 3339). */
  readonly tick: () => string;
}

export function sharedWorld(): SharedWorld {
  const env = createNodeEnv({ component: 'test', level: 'error' });
  const { clock } = env;
  const monotonic = () => clock.monotonic();
  let now = Date.UTC(2026, 0, 1);
  let started: World | undefined;
  before(async () => {
    const told = { now: () => now, monotonic, after: (delayMs: number, run: () => void) => clock.after(delayMs, run) };
    started = await startWorld({ env: { ...env, clock: told } });
    for (const crd of crds) await define(crd, started.send);
  });
  after(() => started?.close());
  return {
    world: () => {
      assert(started, 'the world starts before the tests');
      return started;
    },
    tick: () => {
      now += 1000;
      return new Date(now).toISOString().replace('.000Z', 'Z');
    },
  };
}
