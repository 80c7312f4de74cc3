/**
 * Rotation of container logs (pkg/kubelet/logs/container_log_manager.go): a log above the limit is renamed, the runtime goes on in a
 * new file, older parts are compressed and the oldest go.
 */

import { sleep } from '#base/abort.ts';
import type { Env } from '#base/env.ts';
import { messageOf } from '#base/errors.ts';
import type { KubeletConfig } from '../config.ts';
import type { KubeletPorts } from '../ports.ts';
import type { ContainerRuntimeStatus } from '../runtime-state/pod-runtime-status.ts';

export interface LogRotatorConfig {
  readonly env: Env;
  readonly config: KubeletConfig;
  readonly ports: KubeletPorts;
  readonly containers: () => readonly ContainerRuntimeStatus[];
}

const checkMs = 10_000;

export class LogRotator {
  private readonly config: LogRotatorConfig;

  constructor(config: LogRotatorConfig) {
    this.config = config;
  }

  /** Looks at the logs of running containers until the signal fires; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { env, containers } = this.config;
    while (!signal.aborted) {
      await sleep(env.clock, checkMs, signal).catch(() => {});
      if (signal.aborted) return;
      for (const container of containers()) {
        if (container.state !== 'running' || container.logPath === '') continue;
        await this.check(container).catch((error: unknown) =>
          env.log.warn('log rotation failed', { container: container.id, error: messageOf(error) }),
        );
      }
    }
  }

  private async check({ id, logPath }: ContainerRuntimeStatus): Promise<void> {
    const { config, ports } = this.config;
    const stat = await ports.files.stat(logPath);
    if (!stat) {
      // Its log was taken away: without a new one its output is lost.
      await ports.runtime.reopenContainerLog(id);
      return;
    }
    if (stat.size <= config.containerLogMaxSizeBytes) return;
    await this.rotate(id, logPath);
  }

  /** Renames the log and has the runtime begin a new one. */
  async rotate(id: string, logPath: string): Promise<void> {
    const { config, env, ports } = this.config;
    const { files } = ports;
    const slash = logPath.lastIndexOf('/');
    const [directory, name] = [logPath.slice(0, slash), logPath.slice(slash + 1)];
    const parts = (await files.list(directory)).filter((entry) => entry.startsWith(`${name}.`)).sort();
    const temporary = parts.filter((entry) => entry.endsWith('.tmp'));
    const rotated = parts.filter((entry) => !entry.endsWith('.tmp'));
    // With the current log and the one rotated now, maxFiles are left.
    const excess = rotated.splice(0, Math.max(0, rotated.length - (config.containerLogMaxFiles - 2)));
    for (const entry of [...temporary, ...excess]) await files.remove(`${directory}/${entry}`);
    for (const entry of rotated) {
      if (!entry.endsWith('.gz')) await files.compress(`${directory}/${entry}`);
    }
    const target = `${logPath}.${timestamp(env.clock.now())}`;
    await files.rename(logPath, target);
    try {
      await ports.runtime.reopenContainerLog(id);
    } catch (error) {
      // The runtime still writes into the renamed file.
      await files.rename(target, logPath);
      throw error;
    }
  }
}

/** '20260101-100000' */
function timestamp(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
}
