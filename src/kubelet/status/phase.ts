/** A pod's phase from its containers' statuses (pkg/kubelet getPhase). */

import type { Container, ContainerStatus, PodPhase } from '#kinds/generated/core-v1.ts';
import { isSidecar, type NodePod } from '../pod/node-pod.ts';
import { shouldRestartAfter } from '../pod/restart.ts';

/**
 * `statuses` are of init and regular containers. `isTerminal`: nothing will be started any more, whatever the policies say.
 * `started`: a regular container of the present sandbox was started.
 */
export function podPhase(
  pod: NodePod,
  statuses: readonly ContainerStatus[],
  isTerminal: boolean,
  started: boolean,
): PodPhase {
  const { spec } = pod;
  const byName = new Map(statuses.map((status) => [status.name, status]));
  let pendingInit = 0;
  let pendingSidecars = 0;
  let running = 0;
  let waiting = 0;
  let unknown = 0;
  for (const container of spec.initContainers ?? []) {
    const status = byName.get(container.name);
    if (!isSidecar(container)) {
      const exitCode = status && endedWith(status);
      if (exitCode === undefined) pendingInit++;
      else if (exitCode !== 0 && !shouldRestartAfter(spec, container, exitCode)) return 'Failed';
      continue;
    }
    if (status?.state?.running) {
      if (!status.started) pendingSidecars++;
      running++;
    } else if (status?.state?.waiting) {
      if (!status.lastState?.terminated) {
        pendingSidecars++;
        waiting++;
      }
    } else if (!status?.state?.terminated) {
      unknown++;
    }
  }
  let stopped = 0;
  let stoppedForGood = 0;
  let succeeded = 0;
  for (const container of spec.containers) {
    const status = byName.get(container.name);
    if (status?.state?.running) running++;
    else if (status?.state?.terminated || status?.state?.waiting) {
      const exitCode = endedWith(status);
      if (exitCode === undefined) waiting++;
      else {
        stopped++;
        if (isOver(pod, container, exitCode)) stoppedForGood++;
        if (exitCode === 0 && status.state.terminated) succeeded++;
      }
    } else {
      unknown++;
    }
  }
  if (pendingInit > 0 || (pendingSidecars > 0 && !started) || waiting > 0) return 'Pending';
  if (unknown > 0) return 'Pending';
  if (running > 0) return 'Running';
  if (stopped === 0) return 'Pending';
  if (!isTerminal && stopped !== stoppedForGood) return 'Running';
  return stopped === succeeded ? 'Succeeded' : 'Failed';
}

/** Exit code of its last end, when it does not run now and has ended before; undefined otherwise. */
function endedWith(status: ContainerStatus): number | undefined {
  if (status.state?.running) return undefined;
  return (status.state?.terminated ?? status.lastState?.terminated)?.exitCode;
}

function isOver(pod: NodePod, container: Container, exitCode: number): boolean {
  return !shouldRestartAfter(pod.spec, container, exitCode);
}
