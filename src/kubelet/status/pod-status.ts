/** A pod's whole status from facts (pkg/kubelet generateAPIPodStatus): pure; what was published before is one of the facts. */

import type { ContainerStatus, PodCondition, PodPhase, PodStatus } from '#kinds/generated/core-v1.ts';
import { asContainer, isHostNetwork, isSidecar, isTerminalPhase, type NodePod } from '../pod/node-pod.ts';
import { qosClassOf } from '../pod/qos.ts';
import { sandboxNeed } from '../pod-worker/actions.ts';
import type { PodRuntimeStatus } from '../runtime-state/pod-runtime-status.ts';
import { kubeletConditions, podConditions } from './conditions.ts';
import { containerStatuses, type StartFailure } from './container-statuses.ts';
import { podPhase } from './phase.ts';

/** What probes know, by container id without its scheme. */
export interface Readiness {
  /** The startup probe (if any) has succeeded. */
  isStarted(container: ContainerStatus): boolean;
  /** The readiness probe (if any) says yes; asked only of started, running containers. */
  isReady(container: ContainerStatus): boolean;
}

export interface PodStatusFacts {
  readonly pod: NodePod;
  readonly runtime: PodRuntimeStatus;
  /** The last status that the kubelet gave out, or the pod's own. */
  readonly previous: PodStatus;
  readonly runtimeName: string;
  readonly failures: ReadonlyMap<string, StartFailure>;
  readonly readiness: Readiness;
  readonly hostIPs: readonly string[];
  readonly supportsRecursiveReadOnly: boolean;
  /** Every container has ended and none will be started again. */
  readonly isTerminal: boolean;
  /** PodResizePending and PodResizeInProgress, while they hold. */
  readonly resizeConditions?: readonly PodCondition[] | undefined;
  /** A decision of the kubelet that ends the pod: DeadlineExceeded, Evicted. */
  readonly verdict?: { readonly reason: string; readonly message: string; readonly isDisruption?: boolean } | undefined;
}

export function podStatus(facts: PodStatusFacts): PodStatus {
  const { pod, runtime, previous } = facts;
  const { spec } = pod;
  const regular = withReadiness(
    facts,
    containerStatuses(facts, 'regular', spec.containers, previous.containerStatuses ?? []),
  );
  const init = withInitReadiness(
    facts,
    containerStatuses(facts, 'init', spec.initContainers ?? [], previous.initContainerStatuses ?? []),
  );
  const ephemeral = containerStatuses(
    facts,
    'ephemeral',
    (spec.ephemeralContainers ?? []).map(asContainer),
    previous.ephemeralContainerStatuses ?? [],
  );
  const statuses = [...init, ...regular];
  const current = runtime.sandboxes[0]?.id;
  const started = spec.containers.some(({ name }) =>
    runtime.containers.some((container) => container.name === name && container.sandboxId === current),
  );
  let phase = podPhase(pod, statuses, facts.isTerminal, started);
  if (!isTerminalPhase(phase)) {
    if (isTerminalPhase(previous.phase)) phase = previous.phase as PodPhase;
    else if (isTerminalPhase(pod.status.phase)) phase = pod.status.phase as PodPhase;
  }
  let { reason, message } =
    phase === previous.phase
      ? { reason: previous.reason || pod.status.reason, message: previous.message || pod.status.message }
      : {};
  if (facts.verdict && (!isTerminalPhase(previous.phase) || previous.reason === facts.verdict.reason)) {
    phase = 'Failed';
    ({ reason, message } = facts.verdict);
  }
  // The API server's terminal phase is final.
  if (isTerminalPhase(pod.status.phase)) phase = pod.status.phase as PodPhase;

  const foreign = (pod.status.conditions ?? []).filter(({ type }) => !kubeletConditions.has(type));
  const conditions = podConditions({ pod, phase, statuses, sandboxReady: !sandboxNeed(pod, runtime).changed, foreign });
  const disruption = previous.conditions?.find(({ type }) => type === 'DisruptionTarget') ?? disruptionOf(facts);
  const ips = podIPs(facts);
  return {
    ...(pod.metadata.generation ? { observedGeneration: pod.metadata.generation } : {}),
    phase,
    conditions: [
      ...(disruption && !foreign.some(({ type }) => type === 'DisruptionTarget') ? [disruption] : []),
      ...foreign,
      ...(facts.resizeConditions ?? []),
      ...conditions,
    ],
    ...(reason ? { reason } : {}),
    ...(message ? { message } : {}),
    ...(facts.hostIPs[0] ? { hostIP: facts.hostIPs[0], hostIPs: facts.hostIPs.map((ip) => ({ ip })) } : {}),
    ...(ips[0] ? { podIP: ips[0], podIPs: ips.map((ip) => ({ ip })) } : {}),
    ...(previous.startTime ? { startTime: previous.startTime } : {}),
    ...(init.length > 0 ? { initContainerStatuses: init } : {}),
    ...(regular.length > 0 ? { containerStatuses: regular } : {}),
    ...(ephemeral.length > 0 ? { ephemeralContainerStatuses: ephemeral } : {}),
    qosClass: qosClassOf(pod),
  };
}

function disruptionOf({ pod, verdict }: PodStatusFacts): PodCondition | undefined {
  if (!verdict?.isDisruption) return undefined;
  const { generation } = pod.metadata;
  return {
    type: 'DisruptionTarget',
    ...(generation ? { observedGeneration: generation } : {}),
    status: 'True',
    reason: 'TerminationByKubelet',
    message: verdict.message,
  };
}

function podIPs(facts: PodStatusFacts): readonly string[] {
  const { pod, runtime, previous, hostIPs } = facts;
  if (isHostNetwork(pod)) return previous.podIPs?.map(({ ip = '' }) => ip) ?? hostIPs;
  if (runtime.ips.length > 0) return runtime.ips;
  // A sandbox that is down has given its address back, but a pod that has ended keeps showing the one it had.
  return isTerminalPhase(previous.phase) || pod.metadata.deletionTimestamp || facts.isTerminal
    ? (previous.podIPs ?? []).map(({ ip = '' }) => ip)
    : [];
}

function withReadiness(facts: PodStatusFacts, statuses: readonly ContainerStatus[]): ContainerStatus[] {
  return statuses.map((status) => {
    const started = status.state?.running !== undefined && facts.readiness.isStarted(status);
    return { ...status, started, ready: started && facts.readiness.isReady(status) };
  });
}

function withInitReadiness(facts: PodStatusFacts, statuses: readonly ContainerStatus[]): ContainerStatus[] {
  const sidecars = new Set((facts.pod.spec.initContainers ?? []).filter(isSidecar).map(({ name }) => name));
  const [checked, init] = [withReadiness(facts, statuses), statuses];
  return checked.map((status, index) => {
    if (sidecars.has(status.name)) return status;
    const completed = init[index]?.state?.terminated?.exitCode === 0;
    return { ...status, ready: completed };
  });
}
