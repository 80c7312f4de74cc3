/**
 * A pod in a few words: what `kubectl get pods` shows as Ready, Status and Restarts (upstream: printPod). The status is the phase,
 * or the most telling reason of a container, or what deletion makes of it.
 */

import type { ContainerStatus, Pod } from '#kinds/generated/core-v1.ts';
import { isSidecar } from './resources.ts';

export interface PodSummary {
  /** 'ready/total' containers; sidecars count. */
  readonly ready: string;
  readonly reason: string;
  readonly restarts: number;
  /** When the last container that was restarted had ended. */
  readonly lastRestart: string | undefined;
}

export function summaryOf(pod: Pod): PodSummary {
  const { spec, status, metadata } = pod;
  const gated = status?.conditions?.some(({ type, reason }) => type === 'PodScheduled' && reason === 'SchedulingGated');
  let reason = gated ? 'SchedulingGated' : status?.reason || status?.phase || '';
  const sidecars = new Set((spec?.initContainers ?? []).filter(isSidecar).map(({ name }) => name));
  const total = (spec?.containers?.length ?? 0) + sidecars.size;
  const init = initSummary(pod, sidecars);
  let { ready, restarts, lastRestart } = init;
  if (init.reason !== undefined) reason = init.reason;
  const initialized = status?.conditions?.some(({ type, status: holds }) => type === 'Initialized' && holds === 'True');
  if (init.reason === undefined || initialized) {
    restarts = init.sidecarRestarts;
    lastRestart = init.lastSidecarRestart;
    let running = false;
    let failure = '';
    // From the last to the first: the first container's reason wins.
    for (const container of (status?.containerStatuses ?? []).toReversed()) {
      restarts += container.restartCount ?? 0;
      lastRestart = later(lastRestart, endOfLastRun(container));
      const { waiting, terminated } = container.state ?? {};
      if (waiting?.reason) reason = waiting.reason;
      else if (terminated) {
        reason =
          terminated.reason || (terminated.signal ? `Signal:${terminated.signal}` : `ExitCode:${terminated.exitCode}`);
        if (terminated.exitCode !== 0) failure = reason;
      } else if (container.ready && container.state?.running) {
        running = true;
        ready++;
      }
    }
    if (reason === 'Completed') {
      const isReady = status?.conditions?.some(({ type, status: holds }) => type === 'Ready' && holds === 'True');
      if (running && isReady) reason = 'Running';
      else if (failure !== '') reason = failure;
      else if (running) reason = 'NotReady';
    }
  }
  if (metadata?.deletionTimestamp) {
    if (status?.reason === 'NodeLost') reason = 'Unknown';
    else if (status?.phase !== 'Failed' && status?.phase !== 'Succeeded') reason = 'Terminating';
  }
  return { ready: `${ready}/${total}`, reason, restarts, lastRestart };
}

interface InitSummary {
  readonly ready: number;
  /** Set while initialization goes on or has failed. */
  readonly reason: string | undefined;
  readonly restarts: number;
  readonly sidecarRestarts: number;
  readonly lastRestart: string | undefined;
  readonly lastSidecarRestart: string | undefined;
}

function initSummary({ spec, status }: Pod, sidecars: ReadonlySet<string>): InitSummary {
  let ready = 0;
  let restarts = 0;
  let sidecarRestarts = 0;
  let lastRestart: string | undefined;
  let lastSidecarRestart: string | undefined;
  let reason: string | undefined;
  for (const [index, container] of (status?.initContainerStatuses ?? []).entries()) {
    restarts += container.restartCount ?? 0;
    lastRestart = later(lastRestart, endOfLastRun(container));
    const sidecar = sidecars.has(container.name);
    if (sidecar) {
      sidecarRestarts += container.restartCount ?? 0;
      lastSidecarRestart = later(lastSidecarRestart, endOfLastRun(container));
    }
    const { terminated, waiting } = container.state ?? {};
    if (terminated?.exitCode === 0) continue;
    if (sidecar && container.started) {
      if (container.ready) ready++;
      continue;
    }
    if (terminated) {
      reason = `Init:${terminated.reason || (terminated.signal ? `Signal:${terminated.signal}` : `ExitCode:${terminated.exitCode}`)}`;
    } else if (waiting?.reason && waiting.reason !== 'PodInitializing') {
      reason = `Init:${waiting.reason}`;
    } else {
      reason = `Init:${index}/${spec?.initContainers?.length ?? 0}`;
    }
    break;
  }
  return { ready, reason, restarts, sidecarRestarts, lastRestart, lastSidecarRestart };
}

function endOfLastRun({ lastState }: ContainerStatus): string | undefined {
  return lastState?.terminated?.finishedAt;
}

/** RFC 3339 in UTC compares as text. */
function later(a: string | undefined, b: string | undefined): string | undefined {
  return a === undefined || (b !== undefined && b > a) ? b : a;
}
