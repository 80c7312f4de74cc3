/**
 * The plan of a pod: from its object and what the runtime says to what must be done now (pkg/kubelet/kuberuntime
 * computePodActions). Pure; asked again after everything that it ordered was done or something changed.
 *
 * Invariants
 * 1. Nothing is started in a sandbox that must go; a new sandbox begins with the first init container again.
 * 2. Regular containers are started only when every init container has completed and every sidecar has started.
 * 3. At most one instance of a container runs: what is in an unknown state is killed before it is started again.
 * 4. A plan for a pod that is done only kills.
 */

import type { Container } from '#kinds/generated/core-v1.ts';
import { containerHash } from '../pod/identity.ts';
import { asContainer, isHostNetwork, isSidecar, type NodePod } from '../pod/node-pod.ts';
import { mayRestart, shouldRestartAfter, shouldRestartAfterKill } from '../pod/restart.ts';
import {
  type ContainerRuntimeStatus,
  latestContainer,
  type PodRuntimeStatus,
} from '../runtime-state/pod-runtime-status.ts';
import { namespaceOptions } from '../security/security-context.ts';
import { planInitContainers } from './init-actions.ts';
import { resizeNeed } from './resize.ts';

/** Why a container is killed; decides which grace period counts. */
export type KillReason = 'startupProbe' | 'livenessProbe' | 'unknown' | 'definitionChanged' | 'resize';

export interface ContainerKill {
  readonly id: string;
  readonly container: Container;
  /** Of the Killing event. */
  readonly message: string;
  readonly reason: KillReason;
}

export interface ContainerResize {
  readonly container: Container;
  readonly current: ContainerRuntimeStatus;
}

export interface PodActions {
  /** Everything is stopped, sandbox included. */
  readonly killPod: boolean;
  readonly createSandbox: boolean;
  /** The sandbox that goes (when a new one is made) or in which containers are started; undefined when there is none. */
  readonly sandboxId: string | undefined;
  /** Of the sandbox to make. */
  readonly attempt: number;
  readonly kill: readonly ContainerKill[];
  /** In the order of their start. */
  readonly initContainers: readonly Container[];
  readonly ephemeralContainers: readonly Container[];
  readonly containers: readonly Container[];
  /** Running containers to be given other resources. */
  readonly resize: readonly ContainerResize[];
}

/** What the last probes said about running containers, by container id; undefined when none has been run. */
export interface ProbeFindings {
  liveness(containerId: string): 'success' | 'failure' | 'unknown' | undefined;
  startup(containerId: string): 'success' | 'failure' | 'unknown' | undefined;
}

export interface SandboxNeed {
  readonly changed: boolean;
  readonly attempt: number;
  readonly sandboxId: string | undefined;
}

/** Whether the pod needs a new sandbox: it has none, not exactly one that is ready, or one without its network. */
export function sandboxNeed(pod: NodePod, status: PodRuntimeStatus): SandboxNeed {
  const newest = status.sandboxes[0];
  if (!newest) return { changed: true, attempt: 0, sandboxId: undefined };
  const next = newest.metadata.attempt + 1;
  const ready = status.sandboxes.filter(({ state }) => state === 'SANDBOX_READY').length;
  if (ready > 1 || newest.state !== 'SANDBOX_READY') return { changed: true, attempt: next, sandboxId: newest.id };
  if (newest.namespaces.network !== namespaceOptions(pod).network)
    return { changed: true, attempt: next, sandboxId: undefined };
  if (!isHostNetwork(pod) && newest.ips.length === 0) return { changed: true, attempt: next, sandboxId: newest.id };
  return { changed: false, attempt: newest.metadata.attempt, sandboxId: newest.id };
}

export function planPod(pod: NodePod, status: PodRuntimeStatus, probes: ProbeFindings): PodActions {
  const need = sandboxNeed(pod, status);
  const idle: PodActions = {
    killPod: need.changed,
    createSandbox: need.changed,
    sandboxId: need.sandboxId,
    attempt: need.attempt,
    kill: [],
    initContainers: [],
    ephemeralContainers: [],
    containers: [],
    resize: [],
  };
  if (need.changed) return planNewSandbox(pod, status, idle);

  const ephemeralContainers = (pod.spec.ephemeralContainers ?? [])
    .map(asContainer)
    .filter(({ name }) => !latestContainer(status, name));
  const init = planInitContainers(pod, status, probes);
  const kill = [...init.kill];
  if (init.failed) return { ...idle, killPod: true };
  if (!init.done) return { ...idle, kill, ephemeralContainers, initContainers: init.start };

  const containers: Container[] = [];
  const resize = sidecarsOf(pod).flatMap((container) => {
    const current = latestContainer(status, container.name);
    return current?.state === 'running' && resizeNeed(pod, container, current) === 'update'
      ? [{ container, current }]
      : [];
  });
  let kept = 0;
  for (const container of pod.spec.containers) {
    const current = latestContainer(status, container.name);
    if (current?.state !== 'running') {
      if (!shouldBeStarted(pod, container, current)) continue;
      containers.push(container);
      if (current?.state === 'unknown') kill.push(killBeforeRestart(container, current));
      continue;
    }
    const reason = reasonToKill(pod, container, current, probes);
    if (!reason) {
      if (resizeNeed(pod, container, current) === 'update') resize.push({ container, current });
      kept++;
      continue;
    }
    const restart =
      reason.reason === 'definitionChanged' ||
      reason.reason === 'resize' ||
      shouldRestartAfterKill(pod.spec, container);
    if (restart) containers.push(container);
    kill.push({
      id: current.id,
      container,
      ...reason,
      message: restart ? `${reason.message}, will be restarted` : reason.message,
    });
  }
  // Nothing runs and nothing will: sidecars do not keep a pod alive.
  const done = kept === 0 && containers.length === 0;
  return {
    ...idle,
    killPod: done,
    kill,
    ephemeralContainers,
    initContainers: done ? [] : init.start,
    containers,
    resize,
  };
}

function planNewSandbox(pod: NodePod, status: PodRuntimeStatus, idle: PodActions): PodActions {
  const { spec } = pod;
  const anyMayRestart = spec.containers.some((container) => mayRestart(spec, container));
  // A pod that ran once and lost its sandbox is over. Without any container it never ran: then the sandbox is tried again.
  if (!anyMayRestart && idle.attempt !== 0 && status.containers.length > 0) return { ...idle, createSandbox: false };
  const containers = spec.containers.filter((container) => {
    const runOnce = (container.restartPolicy ?? spec.restartPolicy) === 'OnFailure';
    const current = latestContainer(status, container.name);
    return !(runOnce && current?.state === 'exited' && current.exitCode === 0);
  });
  if (containers.length === 0 && anyRegularContainer(pod, status)) return { ...idle, createSandbox: false };
  const firstInit = spec.initContainers?.[0];
  return firstInit ? { ...idle, initContainers: [firstInit] } : { ...idle, containers };
}

/** Whether a container that does not run is to be started (again). Deleted pods start nothing. */
export function shouldBeStarted(
  pod: NodePod,
  container: Container,
  current: ContainerRuntimeStatus | undefined,
): boolean {
  if (pod.metadata.deletionTimestamp !== undefined) return false;
  if (!current || current.state === 'unknown' || current.state === 'created') return true;
  return current.state === 'exited' && shouldRestartAfter(pod.spec, container, current.exitCode);
}

/** Regular containers exist only after initialization. */
export function anyRegularContainer(pod: NodePod, status: PodRuntimeStatus): boolean {
  return pod.spec.containers.some(({ name }) => latestContainer(status, name) !== undefined);
}

function reasonToKill(
  pod: NodePod,
  container: Container,
  current: ContainerRuntimeStatus,
  probes: ProbeFindings,
): { readonly message: string; readonly reason: KillReason } | undefined {
  if (definitionChanged(container, current)) {
    return { message: `Container ${container.name} definition changed`, reason: 'definitionChanged' };
  }
  if (probes.liveness(current.id) === 'failure') {
    return { message: `Container ${container.name} failed liveness probe`, reason: 'livenessProbe' };
  }
  if (probes.startup(current.id) === 'failure') {
    return { message: `Container ${container.name} failed startup probe`, reason: 'startupProbe' };
  }
  if (resizeNeed(pod, container, current) === 'restart') {
    return { message: `Container ${container.name} resize requires restart`, reason: 'resize' };
  }
  return undefined;
}

/** Its image was changed in the pod's spec: the only edit that restarts a container. */
export function definitionChanged(container: Container, current: ContainerRuntimeStatus): boolean {
  return current.record.hash !== '' && current.record.hash !== containerHash(container);
}

export function killBeforeRestart(
  container: Container,
  current: ContainerRuntimeStatus,
  what = 'Container',
): ContainerKill {
  return {
    id: current.id,
    container,
    message: `${what} is in "${current.state}" state, try killing it before restart`,
    reason: 'unknown',
  };
}

/** A sidecar that has to run as long as the pod does. */
export function sidecarsOf(pod: NodePod): readonly Container[] {
  return (pod.spec.initContainers ?? []).filter(isSidecar);
}
