/**
 * Ending containers: preStop hook, stop signal, kill; sidecars after the regular containers, in reverse order (KEP-753).
 *
 * The grace period is one budget for the hook and the signal. Aborting `signal` stops the waiting, not the stop: it happens when
 * the budget was shortened, and the caller asks again with less.
 */

import { isAborted, sleep } from '#base/abort.ts';
import { messageOf } from '#base/errors.ts';
import type { Container } from '#kinds/generated/core-v1.ts';
import { runHook } from '../lifecycle/hooks.ts';
import { type ContainerEntry, findContainer, isSidecar, type NodePod } from '../pod/node-pod.ts';
import {
  type ContainerRuntimeStatus,
  type PodRuntimeStatus,
  runningContainers,
} from '../runtime-state/pod-runtime-status.ts';
import type { KillReason } from './actions.ts';
import type { PodServices } from './services.ts';

/** Even an impatient stop gives this long. */
const minimumGraceSeconds = 2;

export interface ContainerStop {
  readonly pod: NodePod;
  readonly entry: ContainerEntry;
  readonly id: string;
  /** Of the Killing event; 'Stopping container NAME' when absent. */
  readonly message?: string;
  readonly reason?: KillReason;
  /** In place of the pod's own. */
  readonly graceSeconds?: number;
  /** No preStop hook: it ran already. */
  readonly skipHook?: boolean;
  /** Resolves when those that must end first have. */
  readonly turn?: Promise<unknown>;
  readonly podIP: string;
}

export async function killContainer(stop: ContainerStop, services: PodServices, signal: AbortSignal): Promise<void> {
  const { pod, entry, id } = stop;
  const { clock } = services.env;
  const { container } = entry;
  let remaining = stop.graceSeconds ?? gracePeriodOf(pod, container, stop.reason);
  services.containerEvent(pod, entry, 'Normal', 'Killing', stop.message || `Stopping container ${container.name}`);

  const begun = clock.monotonic();
  const budget = remaining;
  const left = () => budget - Math.floor((clock.monotonic() - begun) / 1000);
  const hook = container.lifecycle?.preStop;
  if (hook && !stop.skipHook && remaining > 0) {
    const hookEnd = new AbortController();
    const target = { pod, container, containerId: id, podIP: stop.podIP };
    const tools = { clock, runtime: services.ports.runtime, network: services.ports.network };
    const running = runHook(hook, target, tools, hookEnd.signal).catch((error: unknown) => {
      if (hookEnd.signal.aborted || isAborted(error)) return;
      services.env.log.warn('preStop hook failed', { container: container.name, error: messageOf(error) });
      services.containerEvent(pod, entry, 'Warning', 'FailedPreStopHook', 'PreStopHook failed');
    });
    await within(running, remaining * 1000, services, signal);
    hookEnd.abort();
    remaining = left();
  }
  if (stop.turn && remaining > 0) {
    await within(stop.turn, remaining * 1000, services, signal);
    remaining = left();
  }
  await services.ports.runtime.stopContainer(id, Math.max(remaining, minimumGraceSeconds), signal);
}

/** Waits for `task` at most this long; rejects only when aborted. */
async function within(task: Promise<unknown>, ms: number, services: PodServices, signal: AbortSignal): Promise<void> {
  const timeout = new AbortController();
  const stop = () => timeout.abort();
  signal.addEventListener('abort', stop, { once: true });
  try {
    await Promise.race([task, sleep(services.env.clock, ms, timeout.signal)]);
  } finally {
    signal.removeEventListener('abort', stop);
    timeout.abort();
  }
}

/** Seconds: the pod's own, or that of the probe that failed. */
export function gracePeriodOf(pod: NodePod, container: Container, reason?: KillReason): number {
  const { deletionGracePeriodSeconds } = pod.metadata;
  if (deletionGracePeriodSeconds !== undefined) return deletionGracePeriodSeconds;
  const ofPod = pod.spec.terminationGracePeriodSeconds ?? minimumGraceSeconds;
  if (reason === 'startupProbe') return container.startupProbe?.terminationGracePeriodSeconds ?? ofPod;
  if (reason === 'livenessProbe') return container.livenessProbe?.terminationGracePeriodSeconds ?? ofPod;
  return ofPod;
}

export interface PodStop {
  readonly pod: NodePod;
  readonly status: PodRuntimeStatus;
  /** Undefined: each container's own. */
  readonly graceSeconds: number | undefined;
  /** Containers whose hook has been run before. */
  readonly hooksDone: Set<string>;
}

/** Ends every running container and the sandboxes. Rejects with the first failure after all were tried. */
export async function killPod(stop: PodStop, services: PodServices, signal: AbortSignal): Promise<void> {
  const { pod, status, graceSeconds, hooksDone } = stop;
  const podIP = status.ips[0] ?? '';
  const ended = new Map<string, PromiseWithResolvers<void>>();
  const running = runningContainers(status);
  for (const { name } of running) if (!ended.has(name)) ended.set(name, Promise.withResolvers<void>());
  const results = await Promise.allSettled(
    running.map(async (container) => {
      const entry = findContainer(pod, container.name) ?? strangerEntry(container);
      const turn = isSidecar(entry.container) && entry.kind === 'init' ? afterOthers(pod, entry, ended) : undefined;
      const skipHook = hooksDone.has(container.id);
      hooksDone.add(container.id);
      try {
        await killContainer(
          {
            pod,
            entry,
            id: container.id,
            podIP,
            skipHook,
            ...(turn ? { turn } : {}),
            ...(graceSeconds === undefined ? {} : { graceSeconds }),
          },
          services,
          signal,
        );
      } finally {
        ended.get(container.name)?.resolve();
      }
    }),
  );
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
  await Promise.all(status.sandboxes.map(({ id }) => services.ports.runtime.stopPodSandbox(id)));
}

/** A sidecar waits for all regular containers and for the sidecars that were started after it. */
function afterOthers(
  pod: NodePod,
  entry: ContainerEntry,
  ended: ReadonlyMap<string, PromiseWithResolvers<void>>,
): Promise<unknown> {
  const later = (pod.spec.initContainers ?? []).slice(entry.index + 1).filter(isSidecar);
  return Promise.all([...pod.spec.containers, ...later].map(({ name }) => ended.get(name)?.promise));
}

/** A container that the pod's spec does not (any more) know: what its annotations say is enough to stop it. */
function strangerEntry(container: ContainerRuntimeStatus): ContainerEntry {
  const { preStop, ports } = container.record;
  return {
    kind: 'regular',
    index: 0,
    container: { name: container.name, ports, ...(preStop ? { lifecycle: { preStop } } : {}) },
  };
}
