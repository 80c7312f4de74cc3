/**
 * The init phase of a plan: init containers run one after the other, sidecars among them stay (KEP-753).
 *
 * The list is walked from its end: the runtime may have lost (or collected) what completed long ago, so the last init container
 * that is known tells how far the pod has come, and all before it count as done.
 */

import type { Container } from '#kinds/generated/core-v1.ts';
import { isSidecar, type NodePod } from '../pod/node-pod.ts';
import { shouldRestartAfter, shouldRestartAfterKill } from '../pod/restart.ts';
import {
  type ContainerRuntimeStatus,
  latestContainer,
  type PodRuntimeStatus,
} from '../runtime-state/pod-runtime-status.ts';
import { type ContainerKill, definitionChanged, killBeforeRestart, type ProbeFindings } from './actions.ts';

export interface InitPlan {
  /** Regular containers may run. */
  readonly done: boolean;
  /** An init container failed for good: so has the pod. */
  readonly failed: boolean;
  readonly start: readonly Container[];
  readonly kill: readonly ContainerKill[];
}

const nothingToInit: InitPlan = { done: true, failed: false, start: [], kill: [] };
const failedForGood: InitPlan = { done: false, failed: true, start: [], kill: [] };

export function planInitContainers(pod: NodePod, status: PodRuntimeStatus, probes: ProbeFindings): InitPlan {
  const initContainers = pod.spec.initContainers ?? [];
  if (initContainers.length === 0) return nothingToInit;
  // Containers of an earlier sandbox do not tell that this one is initialized; only live ones surely do.
  const live = pod.spec.containers.some(({ name }) => {
    const state = latestContainer(status, name)?.state;
    return state === 'created' || state === 'running';
  });
  let done = live;
  let initializedUpTo = live;
  const start: number[] = [];
  const kill: ContainerKill[] = [];

  for (let index = initContainers.length - 1; index >= 0; index--) {
    const container = initContainers[index];
    if (!container) continue;
    const current = latestContainer(status, container.name);
    const sidecar = isSidecar(container);
    if (!current) {
      // It ran once, and what is known of it was removed.
      if (initializedUpTo && sidecar) start.push(index);
      continue;
    }
    if (initializedUpTo && !sidecar) continue;
    const completed = () => {
      if (index === initContainers.length - 1) done = true;
      else if (!initializedUpTo) start.push(index + 1);
    };
    const step = sidecar ? sidecarStep(container, current, probes) : initStep(pod, container, current);
    if (step.type === 'fail') return failedForGood;
    if (step.kill) kill.push(step.kill);
    if (step.type === 'completed' || step.type === 'completedThenRestart') completed();
    if (step.type === 'restart' || step.type === 'completedThenRestart') start.push(index);
    initializedUpTo = true;
  }
  if (!initializedUpTo) start.push(0);
  const order = [...new Set(start)].sort((a, b) => a - b);
  return { done, failed: false, start: order.flatMap((index) => initContainers[index] ?? []), kill };
}

type Step = {
  readonly type: 'wait' | 'completed' | 'restart' | 'completedThenRestart' | 'fail';
  readonly kill?: ContainerKill;
};

function initStep(pod: NodePod, container: Container, current: ContainerRuntimeStatus): Step {
  switch (current.state) {
    case 'created':
      // Create and start are one step: it could not be started.
      return { type: 'restart' };
    case 'running':
      return { type: 'wait' };
    case 'exited':
      if (current.exitCode === 0) return { type: 'completed' };
      return { type: shouldRestartAfter(pod.spec, container, current.exitCode) ? 'restart' : 'fail' };
    case 'unknown':
      if (!shouldRestartAfterKill(pod.spec, container)) return { type: 'fail' };
      return { type: 'restart', kill: killBeforeRestart(container, current, 'Init container') };
  }
}

function sidecarStep(container: Container, current: ContainerRuntimeStatus, probes: ProbeFindings): Step {
  switch (current.state) {
    case 'created':
    case 'exited':
      return { type: 'restart' };
    case 'unknown':
      return { type: 'restart', kill: killBeforeRestart(container, current, 'Init container') };
    case 'running': {
      const killed = (message: string, reason: ContainerKill['reason']): ContainerKill => ({
        id: current.id,
        container,
        message: `Init container ${container.name} ${message}`,
        reason,
      });
      if (container.startupProbe) {
        const startup = probes.startup(current.id);
        if (startup === 'failure') return { type: 'restart', kill: killed('failed startup probe', 'startupProbe') };
        if (startup !== 'success') return { type: 'wait' };
      }
      if (definitionChanged(container, current)) {
        return { type: 'completedThenRestart', kill: killed('definition changed', 'definitionChanged') };
      }
      if (container.livenessProbe && probes.liveness(current.id) === 'failure') {
        return { type: 'completedThenRestart', kill: killed('failed liveness probe', 'livenessProbe') };
      }
      return { type: 'completed' };
    }
  }
}
