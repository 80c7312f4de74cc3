/**
 * status.containerStatuses from facts (pkg/kubelet convertToAPIContainerStatuses): the runtime's containers, the status that was
 * published before (for what the runtime has forgotten), and why a container could not be started.
 */

import { formatTime } from '#api/time.ts';
import type { Container, ContainerState, ContainerStatus, VolumeMountStatus } from '#kinds/generated/core-v1.ts';
import { type ContainerKind, isSidecar, type NodePod } from '../pod/node-pod.ts';
import { allocatedOf } from '../pod/resources.ts';
import { anyRegularContainer, shouldBeStarted } from '../pod-worker/actions.ts';
import { actualResources } from '../pod-worker/resize.ts';
import type { ContainerRuntimeStatus, PodRuntimeStatus } from '../runtime-state/pod-runtime-status.ts';

/** Why a container waits: CrashLoopBackOff, ErrImagePull, CreateContainerConfigError ... */
export interface StartFailure {
  readonly reason: string;
  readonly message: string;
}

export interface ContainerFacts {
  readonly pod: NodePod;
  readonly runtime: PodRuntimeStatus;
  /** 'containerd': scheme of container ids. */
  readonly runtimeName: string;
  readonly failures: ReadonlyMap<string, StartFailure>;
  readonly supportsRecursiveReadOnly: boolean;
}

const lostMessage = 'The container could not be located when the pod was terminated';
const lostReason = 'ContainerStatusUnknown';
const lostExitCode = 137;

/** Statuses of one of the three lists, in the order in which upstream publishes them. */
export function containerStatuses(
  facts: ContainerFacts,
  kind: ContainerKind,
  containers: readonly Container[],
  previous: readonly ContainerStatus[],
): ContainerStatus[] {
  const before = new Map(previous.map((status) => [status.name, status]));
  const statuses = containers.map((container) => containerStatus(facts, kind, container, before.get(container.name)));
  // Init containers keep the order of the spec, others are sorted.
  return kind === 'init' ? statuses : statuses.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function containerStatus(
  facts: ContainerFacts,
  kind: ContainerKind,
  container: Container,
  previous: ContainerStatus | undefined,
): ContainerStatus {
  const { pod, runtime } = facts;
  const history = runtime.containers.filter(({ name }) => name === container.name);
  const [latest, earlier] = history;
  let status = latest
    ? fromRuntime(facts, container, latest, earlier, previous)
    : withoutRuntime(facts, container, previous);
  if (kind === 'init') {
    if (latest?.state === 'exited' && latest.exitCode === 0) return status;
    if (!latest && anyRegularContainer(pod, runtime) && !isSidecar(container) && status.state?.waiting) {
      return {
        ...status,
        state: {
          terminated: {
            exitCode: 0,
            reason: 'Completed',
            message:
              'Unable to get init container status from container runtime and pod has been initialized, treat it as exited normally',
          },
        },
      };
    }
  }
  const failure = facts.failures.get(container.name);
  if (failure && shouldBeStarted(pod, container, latest)) {
    status = {
      ...status,
      ...(status.state?.terminated ? { lastState: status.state } : {}),
      state: { waiting: { reason: failure.reason, ...(failure.message ? { message: failure.message } : {}) } },
    };
  }
  return status;
}

function fromRuntime(
  facts: ContainerFacts,
  container: Container,
  latest: ContainerRuntimeStatus,
  earlier: ContainerRuntimeStatus | undefined,
  previous: ContainerStatus | undefined,
): ContainerStatus {
  const state = stateOf(facts, latest, previous);
  const lost = latest.state === 'unknown' && state.terminated !== undefined;
  const lastState = earlier
    ? stateOf(facts, earlier, undefined)
    : previous?.lastState?.terminated && !sameInstance(facts, latest, previous)
      ? previous.lastState
      : (previous?.lastState ?? {});
  const mounts = previous?.volumeMounts ?? mountStatuses(container, facts.supportsRecursiveReadOnly);
  return {
    name: container.name,
    state,
    lastState: lastState ?? {},
    ready: false,
    restartCount: lost ? (previous?.restartCount ?? 0) + 1 : latest.restartCount,
    image: latest.image,
    imageID: latest.imageRef,
    containerID: containerId(facts, latest),
    ...(latest.state === 'running' && previous?.started !== undefined && sameInstance(facts, latest, previous)
      ? { started: previous.started }
      : {}),
    ...allocatedOf(container),
    resources: actualResources(facts.pod, container, latest),
    ...(mounts.length > 0 ? { volumeMounts: mounts } : {}),
    ...(latest.user ? { user: { linux: userOf(latest.user) } } : {}),
  };
}

function userOf(
  user: NonNullable<ContainerRuntimeStatus['user']>,
): NonNullable<NonNullable<ContainerStatus['user']>['linux']> {
  const { uid, gid, supplementalGroups } = user;
  return { uid, gid, ...(supplementalGroups.length > 0 ? { supplementalGroups } : {}) };
}

function sameInstance(facts: ContainerFacts, latest: ContainerRuntimeStatus, previous: ContainerStatus): boolean {
  return previous.containerID === containerId(facts, latest);
}

export function containerId(facts: Pick<ContainerFacts, 'runtimeName'>, container: { readonly id: string }): string {
  return `${facts.runtimeName}://${container.id}`;
}

function stateOf(
  facts: ContainerFacts,
  container: ContainerRuntimeStatus,
  previous: ContainerStatus | undefined,
): ContainerState {
  switch (container.state) {
    case 'running':
      return { running: { startedAt: formatTime(container.startedAtMs) } };
    case 'exited':
      return {
        terminated: {
          exitCode: container.exitCode,
          ...(container.reason ? { reason: container.reason } : {}),
          ...(container.message ? { message: container.message } : {}),
          startedAt: formatTime(container.startedAtMs),
          finishedAt: formatTime(container.finishedAtMs),
          containerID: containerId(facts, container),
        },
      };
    case 'created':
      return { waiting: {} };
    case 'unknown':
      // What ran and cannot be found any more has ended: waiting would mean that it never ran.
      if (previous?.state?.running) {
        return { terminated: { exitCode: lostExitCode, reason: lostReason, message: lostMessage } };
      }
      return { waiting: {} };
  }
}

function withoutRuntime(
  facts: ContainerFacts,
  container: Container,
  previous: ContainerStatus | undefined,
): ContainerStatus {
  // An end that was published stays true though the runtime has collected the container.
  if (previous?.state?.terminated) return previous;
  const { pod } = facts;
  const reason = (pod.spec.initContainers ?? []).length > 0 ? 'PodInitializing' : 'ContainerCreating';
  const wasRunning = previous?.state?.running !== undefined;
  const lostWhileRunning = wasRunning && !previous?.lastState?.terminated;
  const mounts = mountStatuses(container, facts.supportsRecursiveReadOnly);
  return {
    name: container.name,
    state: { waiting: { reason } },
    lastState: lostWhileRunning
      ? {
          terminated: {
            exitCode: lostExitCode,
            reason: lostReason,
            message: 'The container could not be located when the pod was deleted.  The container used to be Running',
          },
        }
      : (previous?.lastState ?? {}),
    ready: false,
    restartCount:
      (previous?.restartCount ?? 0) + (lostWhileRunning && pod.metadata.deletionTimestamp === undefined ? 1 : 0),
    image: container.image ?? '',
    imageID: '',
    ...(mounts.length > 0 ? { volumeMounts: mounts } : {}),
  };
}

function mountStatuses(container: Container, supportsRecursiveReadOnly: boolean): readonly VolumeMountStatus[] {
  return (container.volumeMounts ?? []).map(({ name, mountPath, readOnly, recursiveReadOnly }) => ({
    name,
    mountPath,
    ...(readOnly
      ? {
          readOnly: true,
          recursiveReadOnly: isRecursive(recursiveReadOnly, supportsRecursiveReadOnly) ? 'Enabled' : 'Disabled',
        }
      : {}),
  }));
}

/** How a read-only mount treats mounts below it (KEP-3857). */
export function isRecursive(mode: string | undefined, supported: boolean): boolean {
  return mode === 'Enabled' || (mode === 'IfPossible' && supported);
}
