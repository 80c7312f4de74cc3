/**
 * What the runtime says about one pod: its sandboxes and containers, newest first. Everything the pod worker decides is decided
 * on this snapshot and the pod object; it is read whole, never patched.
 */

import type { CriRuntime, PodSandboxStatus, RuntimeContainerStatus } from '../cri/runtime.ts';
import { isCriError } from '../cri/runtime.ts';
import { type ContainerRecord, containerNameLabel, readContainerRecord } from '../pod/identity.ts';
import { isMissing, type NodeFiles } from '../ports.ts';
import { parseLogTail } from './log-tail.ts';

export type ContainerState = 'created' | 'running' | 'exited' | 'unknown';

export interface ContainerRuntimeStatus {
  readonly id: string;
  readonly name: string;
  readonly state: ContainerState;
  readonly createdAtMs: number;
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
  readonly exitCode: number;
  readonly reason: string;
  /** The runtime's message and the container's own last words. */
  readonly message: string;
  readonly image: string;
  readonly imageRef: string;
  readonly restartCount: number;
  readonly record: ContainerRecord;
  readonly sandboxId?: string;
  readonly logPath: string;
  readonly resources?: RuntimeContainerStatus['resources'];
  readonly user?: RuntimeContainerStatus['user'];
}

export interface PodRuntimeStatus {
  readonly uid: string;
  /** Newest first. */
  readonly sandboxes: readonly PodSandboxStatus[];
  /** Newest first; several of one name are its history. */
  readonly containers: readonly ContainerRuntimeStatus[];
  /** Of the newest sandbox, while it is ready. */
  readonly ips: readonly string[];
}

export function emptyStatus(uid: string): PodRuntimeStatus {
  return { uid, sandboxes: [], containers: [], ips: [] };
}

/** The newest container of a name. */
export function latestContainer(status: PodRuntimeStatus, name: string): ContainerRuntimeStatus | undefined {
  return status.containers.find((container) => container.name === name);
}

export function runningContainers(status: PodRuntimeStatus): readonly ContainerRuntimeStatus[] {
  return status.containers.filter(({ state }) => state === 'running' || state === 'unknown');
}

/** Last bytes of a termination message file, and of a log that stands in for it (pkg/kubelet/container). */
const terminationMessageBytes = 4096;
const terminationLogBytes = 2048;
const terminationLogLines = 80;

const states = {
  CONTAINER_CREATED: 'created',
  CONTAINER_RUNNING: 'running',
  CONTAINER_EXITED: 'exited',
  CONTAINER_UNKNOWN: 'unknown',
} as const;

/** Reads one pod's state. A container that goes away meanwhile is left out. */
export async function readPodRuntimeStatus(
  runtime: CriRuntime,
  files: NodeFiles,
  uid: string,
  known: ReadonlyMap<string, ContainerRuntimeStatus> = new Map(),
): Promise<PodRuntimeStatus> {
  const [listedSandboxes, listedContainers] = await Promise.all([
    runtime.listPodSandboxes({ podUid: uid }),
    runtime.listContainers({ podUid: uid }),
  ]);
  const [sandboxes, containers] = await Promise.all([
    Promise.all(listedSandboxes.map((sandbox) => orUndefined(runtime.podSandboxStatus(sandbox.id)))),
    Promise.all(
      listedContainers.map(async (container) => {
        const before = known.get(container.id);
        // A dead container does not change any more.
        if (before?.state === 'exited' && container.state === 'CONTAINER_EXITED') return before;
        const status = await orUndefined(runtime.containerStatus(container.id));
        return status && (await containerStatus(status, container.podSandboxId, files));
      }),
    ),
  ]);
  const foundSandboxes = sandboxes
    .filter((sandbox) => sandbox !== undefined)
    .sort((a, b) => b.metadata.attempt - a.metadata.attempt || b.createdAtMs - a.createdAtMs);
  const newest = foundSandboxes[0];
  return {
    uid,
    sandboxes: foundSandboxes,
    containers: containers.filter((container) => container !== undefined).sort(newestFirst),
    ips: newest?.state === 'SANDBOX_READY' ? newest.ips : [],
  };
}

/** The snapshot with a sandbox that was just made. */
export async function withSandbox(
  runtime: CriRuntime,
  status: PodRuntimeStatus,
  id: string,
): Promise<PodRuntimeStatus> {
  const sandbox = await runtime.podSandboxStatus(id);
  return { ...status, sandboxes: [sandbox, ...status.sandboxes], ips: sandbox.ips };
}

/** The snapshot with these containers as they are now. */
export async function withContainers(
  runtime: CriRuntime,
  files: NodeFiles,
  status: PodRuntimeStatus,
  containers: readonly { readonly id: string; readonly sandboxId: string }[],
): Promise<PodRuntimeStatus> {
  const read = await Promise.all(
    containers.map(async ({ id, sandboxId }) => {
      const found = await orUndefined(runtime.containerStatus(id));
      return found && containerStatus(found, sandboxId, files);
    }),
  );
  const ids = new Set(containers.map(({ id }) => id));
  const others = status.containers.filter(({ id }) => !ids.has(id));
  const all = [...read.filter((container) => container !== undefined), ...others];
  return { ...status, containers: all.sort(newestFirst) };
}

/** By count before time: the clock may have been set back between two starts, the count never is. */
function newestFirst(a: ContainerRuntimeStatus, b: ContainerRuntimeStatus): number {
  return b.restartCount - a.restartCount || b.createdAtMs - a.createdAtMs;
}

async function orUndefined<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isCriError(error, 'NotFound')) return undefined;
    throw error;
  }
}

async function containerStatus(
  status: RuntimeContainerStatus,
  sandboxId: string,
  files: NodeFiles,
): Promise<ContainerRuntimeStatus> {
  const record = readContainerRecord(status.annotations);
  const state = states[status.state];
  const message = state === 'exited' ? await withLastWords(status, record, files) : status.message;
  return {
    id: status.id,
    name: status.labels[containerNameLabel] ?? status.metadata.name,
    state,
    createdAtMs: status.createdAtMs,
    startedAtMs: status.startedAtMs,
    finishedAtMs: status.finishedAtMs,
    exitCode: status.exitCode,
    reason: status.reason,
    message,
    image: status.image.image,
    imageRef: status.imageRef,
    restartCount: record.restartCount,
    record,
    sandboxId,
    logPath: status.logPath,
    ...(status.resources ? { resources: status.resources } : {}),
    ...(status.user ? { user: status.user } : {}),
  };
}

/** The runtime's message, then what the container wrote to its termination message file or, failing that, to its log. */
async function withLastWords(
  status: RuntimeContainerStatus,
  record: ContainerRecord,
  files: NodeFiles,
): Promise<string> {
  const fallback =
    record.terminationMessagePolicy === 'FallbackToLogsOnError' &&
    status.exitCode !== 0 &&
    status.reason !== 'ContainerCannotRun';
  let words = await terminationMessage(status, record.terminationMessagePath, files);
  if (words === '' && fallback) {
    words = parseLogTail(
      await tail(files, status.logPath, 4 * terminationLogBytes),
      terminationLogLines,
      terminationLogBytes,
    );
  }
  if (words === '') return status.message;
  return status.message === '' ? words : `${status.message}: ${words}`;
}

async function terminationMessage(status: RuntimeContainerStatus, path: string, files: NodeFiles): Promise<string> {
  const mount = path === '' ? undefined : status.mounts.find(({ containerPath }) => containerPath === path);
  return mount ? decoder.decode(await tail(files, mount.hostPath, terminationMessageBytes)) : '';
}

const decoder = new TextDecoder();

async function tail(files: NodeFiles, path: string, maxBytes: number): Promise<Uint8Array> {
  try {
    return await files.readTail(path, maxBytes);
  } catch (error) {
    if (isMissing(error)) return new Uint8Array();
    throw error;
  }
}
