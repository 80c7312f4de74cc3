/** Reaching into containers through CRI: from a pod and a container's name to the runtime's streaming URLs and log files. */

import { sleep } from '#base/abort.ts';
import type { Clock } from '#base/env.ts';
import type { Pod } from '#kinds/generated/core-v1.ts';
import { type CriRuntime, isCriError } from '../cri/runtime.ts';
import type { ContainerLife } from '../logs/log-reader.ts';
import { containerNameLabel } from '../pod/identity.ts';
import type { ContainerAccess } from './server.ts';

export interface RuntimeAccessOptions {
  readonly runtime: CriRuntime;
  readonly clock: Clock;
  /**
   * Resolves when this container may have ended; the kubelet's runtime state knows from events. Without it the runtime is asked
   * once a second while a log is followed.
   */
  readonly containerEnded?: (containerId: string, signal: AbortSignal) => Promise<void>;
}

/** Upstream's logForceCheckPeriod. */
const lifeCheckMs = 1_000;

/** Time for a command of /run. */
const runTimeoutSeconds = 120;

export function createRuntimeAccess({ runtime, clock, containerEnded }: RuntimeAccessOptions): ContainerAccess {
  /** The newest running container of this name. */
  const containerId = async (pod: Pod, name: string): Promise<string> => {
    const found = (await runtime.listContainers({ podUid: pod.metadata?.uid ?? '' }))
      .filter(({ labels, state }) => labels[containerNameLabel] === name && state === 'CONTAINER_RUNNING')
      .sort((a, b) => b.createdAtMs - a.createdAtMs)[0];
    if (!found) throw new Error(`container not found (${JSON.stringify(name)})`);
    return found.id;
  };

  const isRunning = async (id: string): Promise<boolean> => {
    try {
      return (await runtime.containerStatus(id)).state === 'CONTAINER_RUNNING';
    } catch (error) {
      // A runtime that is away says nothing about its containers: most outlive it.
      if (isCriError(error, 'Unavailable')) return true;
      if (isCriError(error, 'NotFound')) return false;
      throw error;
    }
  };

  const ended = async (id: string, signal: AbortSignal): Promise<void> => {
    if (containerEnded) return containerEnded(id, signal);
    while (!signal.aborted && (await isRunning(id))) await sleep(clock, lifeCheckMs, signal).catch(() => {});
  };

  return {
    exec: async (pod, container, command, streams) =>
      urlOf(await runtime.exec(await containerId(pod, container), { command, ...streams })),
    attach: async (pod, container, streams) => urlOf(await runtime.attach(await containerId(pod, container), streams)),
    portForward: async (pod, ports) => {
      const sandboxes = await runtime.listPodSandboxes({ podUid: pod.metadata?.uid ?? '' });
      const ready = sandboxes
        .filter(({ state }) => state === 'SANDBOX_READY')
        .sort((a, b) => b.createdAtMs - a.createdAtMs)[0];
      if (!ready) throw new Error(`failed to find sandboxID for pod ${pod.metadata?.name}_${pod.metadata?.namespace}`);
      return urlOf(await runtime.portForward(ready.id, ports));
    },
    run: async (pod, container, command) => {
      const { stdout, stderr, exitCode } = await runtime.execSync(
        await containerId(pod, container),
        command,
        runTimeoutSeconds,
      );
      if (exitCode !== 0)
        throw new Error(`command '${command.join(' ')}' exited with ${exitCode}: ${new TextDecoder().decode(stderr)}`);
      const output = new Uint8Array(stdout.length + stderr.length);
      output.set(stdout);
      output.set(stderr, stdout.length);
      return output;
    },
    log: async (containerId) => {
      const id = containerId.replace(/^[^:]*:\/\//, '');
      const { logPath } = await runtime.containerStatus(id);
      const life: ContainerLife = { isRunning: () => isRunning(id), ended: (signal) => ended(id, signal) };
      return { path: logPath, life };
    },
  };
}

/** Where the runtime streams: by HTTP. */
function urlOf(text: string): URL {
  const url = URL.parse(text);
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new Error(
    `the container runtime streams at no address that can be called: ${JSON.stringify(text.slice(0, 200))}`,
  );
}
