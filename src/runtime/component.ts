/**
 * Component: a part of the cluster that runs until it is told to stop. One process or many is only a question of which
 * transport its client has.
 */

import type { Env } from '#base/env.ts';
import type { Client } from '#client/client.ts';

export interface ComponentWorld<Config> {
  readonly env: Env;
  readonly client: Client;
  readonly config: Config;
}

export interface Component<Config = void> {
  readonly name: string;
  /**
   * Resolves once the component serves (its caches are synced); `stopped` resolves after the signal fired and everything that it
   * started has ended, or rejects when the component cannot go on.
   */
  start(world: ComponentWorld<Config>, signal: AbortSignal): Promise<{ readonly stopped: Promise<void> }>;
}
