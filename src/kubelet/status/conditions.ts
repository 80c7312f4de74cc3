/** The kubelet's conditions of a pod (pkg/kubelet/status/generate.go), without transition times: who publishes sets them. */

import type { Container, ContainerStatus, PodCondition, PodPhase } from '#kinds/generated/core-v1.ts';
import { isSidecar, type NodePod } from '../pod/node-pod.ts';

/** Conditions that only the kubelet writes (pkg/kubelet/types PodConditionByKubelet). */
export const kubeletConditions: ReadonlySet<string> = new Set([
  'PodScheduled',
  'Ready',
  'Initialized',
  'ContainersReady',
  'PodReadyToStartContainers',
  'PodResizePending',
  'PodResizeInProgress',
  'AllContainersRestarting',
]);

export interface ConditionFacts {
  readonly pod: NodePod;
  readonly phase: PodPhase;
  /** Init and regular containers. */
  readonly statuses: readonly ContainerStatus[];
  /** A sandbox with its network is there. */
  readonly sandboxReady: boolean;
  /** Those of others, for readiness gates. */
  readonly foreign: readonly PodCondition[];
}

type Finding = Pick<PodCondition, 'status' | 'reason' | 'message'>;

export function podConditions(facts: ConditionFacts): PodCondition[] {
  const containersReady = containersReadiness(facts);
  const observed = facts.pod.metadata.generation;
  const generation = observed ? { observedGeneration: observed } : {};
  const condition = (type: PodCondition['type'], finding: Finding): PodCondition => ({
    type,
    ...generation,
    ...finding,
  });
  return [
    condition('PodReadyToStartContainers', { status: facts.sandboxReady ? 'True' : 'False' }),
    condition('Initialized', initialization(facts)),
    condition('Ready', readiness(facts, containersReady)),
    condition('ContainersReady', containersReady),
    condition('PodScheduled', { status: 'True' }),
  ];
}

function statusOf(facts: ConditionFacts, container: Container): ContainerStatus | undefined {
  return facts.statuses.find(({ name }) => name === container.name);
}

function listed(names: readonly string[]): string {
  return `[${names.join(' ')}]`;
}

function containersReadiness(facts: ConditionFacts): Finding {
  const { pod, phase } = facts;
  const awaited = [...(pod.spec.initContainers ?? []).filter(isSidecar), ...pod.spec.containers];
  const unknown = awaited.filter((container) => !statusOf(facts, container)).map(({ name }) => name);
  const unready = awaited.filter((container) => statusOf(facts, container)?.ready === false).map(({ name }) => name);
  if (phase === 'Succeeded' && unknown.length === 0) return { status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed' };
  const messages = [
    ...(unknown.length > 0 ? [`containers with unknown status: ${listed(unknown)}`] : []),
    ...(unready.length > 0 ? [`containers with unready status: ${listed(unready)}`] : []),
  ];
  if (messages.length === 0) return { status: 'True' };
  return { status: 'False', reason: 'ContainersNotReady', message: messages.join(', ') };
}

function readiness(facts: ConditionFacts, containersReady: Finding): Finding {
  if (containersReady.status !== 'True') return containersReady;
  const messages: string[] = [];
  for (const { conditionType } of facts.pod.spec.readinessGates ?? []) {
    const gate = facts.foreign.find(({ type }) => type === conditionType);
    if (!gate) messages.push(`corresponding condition of pod readiness gate "${conditionType}" does not exist.`);
    else if (gate.status !== 'True') {
      messages.push(`the status of pod readiness gate "${conditionType}" is not "True", but ${gate.status}`);
    }
  }
  if (messages.length === 0) return { status: 'True' };
  return { status: 'False', reason: 'ReadinessGatesNotReady', message: messages.join(', ') };
}

function initialization(facts: ConditionFacts): Finding {
  const { pod, phase } = facts;
  const initContainers = pod.spec.initContainers ?? [];
  const unknown = initContainers.filter((container) => !statusOf(facts, container)).map(({ name }) => name);
  const incomplete = initContainers
    .filter((container) => {
      const status = statusOf(facts, container);
      return status && !(isSidecar(container) ? status.started : status.ready);
    })
    .map(({ name }) => name);
  if (phase === 'Succeeded' && unknown.length === 0) return { status: 'True', reason: 'PodCompleted' };
  // Sidecars that restart do not undo an initialization.
  const started = pod.spec.containers.some((container) => {
    const status = statusOf(facts, container);
    return status?.state?.running || status?.state?.terminated || status?.lastState?.terminated;
  });
  if (started) return { status: 'True' };
  const messages = [
    ...(unknown.length > 0 ? [`containers with unknown status: ${listed(unknown)}`] : []),
    ...(incomplete.length > 0 ? [`containers with incomplete status: ${listed(incomplete)}`] : []),
  ];
  if (messages.length === 0) return { status: 'True' };
  return { status: 'False', reason: 'ContainersNotInitialized', message: messages.join(', ') };
}
