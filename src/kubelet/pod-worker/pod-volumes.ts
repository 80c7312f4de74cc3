/** The volumes of one pod: set up once, tried again with growing pauses, kept up to date. */

import { isAborted } from '#base/abort.ts';
import { messageOf } from '#base/errors.ts';
import type { NodePod } from '../pod/node-pod.ts';
import type { MountedVolume } from '../volumes/volume.ts';
import type { PodServices } from './services.ts';

const retryMs = { initial: 500, max: 122_000 } as const;

export class PodVolumes {
  private readonly services: PodServices;
  /** Looks at the pod again after so many milliseconds. */
  private readonly wakeIn: (ms: number) => void;
  private settingUp: Promise<ReadonlyMap<string, MountedVolume>> | undefined;
  private failures = 0;
  private stale = false;
  private nextRefreshMs: number | undefined;

  constructor(services: PodServices, wakeIn: (ms: number) => void) {
    this.services = services;
    this.wakeIn = wakeIn;
  }

  /** What the volumes were made from has changed. */
  markStale(): void {
    this.stale = true;
  }

  /** Undefined when a volume cannot be set up now: the pod waits, and is woken when what it refers to changes. */
  async setUp(pod: NodePod, isWanted: () => boolean): Promise<ReadonlyMap<string, MountedVolume> | undefined> {
    this.settingUp ??= this.services.volumes.setUp(pod);
    try {
      const mounted = await this.settingUp;
      this.failures = 0;
      return mounted;
    } catch (error) {
      this.settingUp = undefined;
      if (isAborted(error) || !isWanted()) return undefined;
      this.services.event(pod, 'Warning', 'FailedMount', messageOf(error));
      this.wakeIn(Math.min(retryMs.max, retryMs.initial * 2 ** this.failures++));
      return undefined;
    }
  }

  /** Content follows what it was made from: after a change at once, and from time to time for tokens. */
  async refresh(pod: NodePod): Promise<void> {
    const { env, config, event, volumes } = this.services;
    if (!volumes.hasRefreshing(pod)) return;
    const now = env.clock.monotonic();
    const due = this.nextRefreshMs !== undefined && now >= this.nextRefreshMs;
    if (this.stale || due) {
      this.stale = false;
      await volumes.refresh(pod).catch((error: unknown) => event(pod, 'Warning', 'FailedMount', messageOf(error)));
    }
    // Spread out, so that the pods of a node do not all look at once.
    if (due || this.nextRefreshMs === undefined) {
      this.nextRefreshMs = now + config.syncFrequencyMs * (1 + 0.5 * env.random.next());
    }
    this.wakeIn(this.nextRefreshMs - env.clock.monotonic());
  }

  /** Takes them away, after what may still be setting them up. */
  async tearDown(uid: string): Promise<void> {
    await this.settingUp?.catch(() => {});
    await this.services.volumes.tearDown(uid);
  }
}
