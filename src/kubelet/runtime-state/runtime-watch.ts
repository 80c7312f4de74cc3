/**
 * Hears of changes in the runtime: by its events where it has them, else by relisting once a second, and only while something
 * runs that may end. After a broken stream everything is looked at once.
 */

import { aborted, sleep } from '#base/abort.ts';
import type { Env } from '#base/env.ts';
import { messageOf } from '#base/errors.ts';
import { type CriRuntime, isCriError, type RuntimeContainerState } from '../cri/runtime.ts';
import { podUidLabel } from '../pod/identity.ts';

export interface RuntimeWatchConfig {
  readonly env: Env;
  readonly runtime: CriRuntime;
  /** Something of this pod has ended. */
  readonly onChange: (podUid: string) => void;
  /** Events may have been missed. */
  readonly onLost: () => void;
}

const relistMs = 1000;
const settleMs = 1000;
const reconnectMs = { initial: 100, max: 5000 } as const;

export class RuntimeWatch {
  private readonly config: RuntimeWatchConfig;
  private readonly enders = new Map<string, Set<() => void>>();
  private known = new Map<string, RuntimeContainerState>();

  constructor(config: RuntimeWatchConfig) {
    this.config = config;
  }

  /** Resolves when the container may have ended, or the signal fires. */
  containerEnded(id: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const waiting = this.enders.get(id) ?? new Set();
      this.enders.set(id, waiting);
      const done = () => {
        waiting.delete(done);
        if (waiting.size === 0) this.enders.delete(id);
        signal.removeEventListener('abort', done);
        resolve();
      };
      waiting.add(done);
      if (signal.aborted) done();
      else signal.addEventListener('abort', done, { once: true });
    });
  }

  /** Watches until the signal fires; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { env, runtime } = this.config;
    let failures = 0;
    while (!signal.aborted) {
      // What happened before the stream was open is not on it: everything is looked at once more when it surely is.
      const settled = env.clock.after(settleMs, () => this.config.onLost());
      try {
        for await (const event of runtime.events(signal)) {
          failures = 0;
          if (event.type !== 'stopped' && event.type !== 'deleted') continue;
          this.tell(event.containerId);
          if (event.podUid) this.config.onChange(event.podUid);
        }
      } catch (error) {
        settled.cancel();
        if (signal.aborted) return;
        if (isCriError(error, 'Unimplemented')) return this.relist(signal);
        env.log.debug('runtime event stream broke', { error: messageOf(error) });
      }
      await sleep(env.clock, Math.min(reconnectMs.max, reconnectMs.initial * 2 ** failures++), signal).catch(() => {});
      this.tellAll();
      if (!signal.aborted) this.config.onLost();
    }
  }

  private async relist(signal: AbortSignal): Promise<void> {
    const { env, runtime } = this.config;
    while (!signal.aborted) {
      await Promise.race([sleep(env.clock, relistMs, signal).catch(() => {}), aborted(signal)]);
      if (signal.aborted) return;
      try {
        const containers = await runtime.listContainers();
        const now = new Map(containers.map(({ id, state }) => [id, state]));
        for (const { id, state, labels } of containers) {
          if (this.known.get(id) !== 'CONTAINER_RUNNING' || state === 'CONTAINER_RUNNING') continue;
          this.tell(id);
          const uid = labels[podUidLabel];
          if (uid) this.config.onChange(uid);
        }
        this.known = now;
      } catch (error) {
        env.log.debug('relist failed', { error: messageOf(error) });
      }
    }
  }

  private tell(containerId: string): void {
    // Each takes itself off the set.
    for (const done of this.enders.get(containerId) ?? []) done();
  }

  private tellAll(): void {
    for (const id of this.enders.keys()) this.tell(id);
  }
}
