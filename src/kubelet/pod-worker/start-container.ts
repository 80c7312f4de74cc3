/** Starting one container: image, configuration, create, start, postStart; with upstream's events and reasons at each failure. */

import { isAborted, throwIfAborted } from '#base/abort.ts';
import { messageOf } from '#base/errors.ts';
import type { PodSandboxConfig } from '../cri/runtime.ts';
import { ImageError } from '../images/puller.ts';
import { HookError, runHook } from '../lifecycle/hooks.ts';
import type { ContainerEntry, NodePod } from '../pod/node-pod.ts';
import { containerLogLink, podLogDirectory } from '../pod/paths.ts';
import { latestContainer, type PodRuntimeStatus } from '../runtime-state/pod-runtime-status.ts';
import type { MountedVolume } from '../volumes/volume.ts';
import { abortable } from './abortable.ts';
import { containerConfig } from './container-config.ts';
import { killContainer } from './kill.ts';
import type { PodServices } from './services.ts';

/** Why the container waits: its status says so until it starts. */
export class StartError extends Error {
  override readonly name = 'StartError';
  readonly reason: string;
  readonly retryAtMs: number | undefined;

  constructor(reason: string, message: string, retryAtMs?: number, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
    this.retryAtMs = retryAtMs;
  }
}

export interface StartRequest {
  readonly pod: NodePod;
  readonly entry: ContainerEntry;
  readonly status: PodRuntimeStatus;
  readonly sandboxId: string;
  readonly sandbox: PodSandboxConfig;
  readonly podIPs: readonly string[];
  readonly volumes: ReadonlyMap<string, MountedVolume>;
}

/**
 * `created` is called with the container's id as soon as it is there, `started` when it runs, before its postStart hook. Throws
 * StartError, or AbortedError.
 */
export async function startContainer(
  request: StartRequest,
  services: PodServices,
  progress: { readonly created: (id: string) => void; readonly started: () => void },
  signal: AbortSignal,
): Promise<void> {
  const { pod, entry, status, sandboxId, sandbox } = request;
  const { container } = entry;
  const { runtime } = services.ports;
  const event = (type: 'Normal' | 'Warning', reason: string, message: string) =>
    services.containerEvent(pod, entry, type, reason, message);
  const fail = (reason: string, error: unknown): StartError => {
    event('Warning', 'Failed', `Error: ${messageOf(error)}`);
    return new StartError(reason, messageOf(error), undefined, { cause: error });
  };

  checkCrashLoop(request, services, event);

  // A pull may take minutes: it goes on for others, this pod need not wait for it when it is to end.
  const image = await abortable(
    services.puller.ensure(pod, container, sandbox, () => services.pullSecrets(pod), event),
    signal,
  ).catch((error: unknown) => {
    if (isAborted(error)) throw error;
    if (!(error instanceof ImageError)) throw fail('ErrImagePull', error);
    event('Warning', 'Failed', `Error: ${error.reason}`);
    throw new StartError(error.reason, error.message, error.retryAtMs, { cause: error });
  });
  throwIfAborted(signal);

  const previous = latestContainer(status, container.name);
  const restartCount = previous ? previous.restartCount + 1 : await restartCountFromLogs(pod, container.name, services);
  const volumes = await abortable(withVolumeImages(request, services, event), signal).catch((error: unknown) => {
    if (!(error instanceof ImageError)) throw error;
    throw new StartError(error.reason, error.message, error.retryAtMs, { cause: error });
  });
  const config = await containerConfig(
    {
      pod,
      container,
      restartCount,
      image,
      podIPs: request.podIPs,
      volumes,
      targetId: targetId(pod, entry, status),
      usernsOptions: sandbox.linux.securityContext.namespaceOptions.usernsOptions,
    },
    services,
  ).catch((error: unknown) => {
    if (isAborted(error)) throw error;
    throw fail('CreateContainerConfigError', error);
  });
  throwIfAborted(signal);

  let id: string;
  try {
    id = await runtime.createContainer(sandboxId, config, sandbox);
  } catch (error) {
    throw fail('CreateContainerError', error);
  }
  progress.created(id);
  event('Normal', 'Created', 'Container created');
  throwIfAborted(signal);
  try {
    await runtime.startContainer(id);
  } catch (error) {
    throw fail('RunContainerError', error);
  }
  event('Normal', 'Started', 'Container started');
  progress.started();
  void linkLog(pod, container.name, id, `${sandbox.logDirectory}/${config.logPath}`, services);

  const hook = container.lifecycle?.postStart;
  if (!hook) return;
  try {
    const target = { pod, container, containerId: id, podIP: request.podIPs[0] ?? '' };
    const tools = { clock: services.env.clock, runtime, network: services.ports.network };
    await abortable(runHook(hook, target, tools, signal), signal);
  } catch (error) {
    throwIfAborted(signal);
    event('Warning', 'FailedPostStartHook', 'PostStartHook failed');
    await killContainer(
      { pod, entry, id, message: 'FailedPostStartHook', podIP: request.podIPs[0] ?? '' },
      services,
      signal,
    );
    throw new StartError(
      'PostStartHookError',
      error instanceof HookError ? error.message : messageOf(error),
      undefined,
      {
        cause: error,
      },
    );
  }
}

/** Images that the container mounts as volumes are pulled by their own policy; the runtime mounts them by id. */
async function withVolumeImages(
  { pod, entry, sandbox, volumes }: StartRequest,
  services: PodServices,
  event: (type: 'Normal' | 'Warning', reason: string, message: string) => void,
): Promise<ReadonlyMap<string, MountedVolume>> {
  const mounted = new Set((entry.container.volumeMounts ?? []).map(({ name }) => name));
  const resolved = new Map(volumes);
  for (const { name, image } of pod.spec.volumes ?? []) {
    const volume = volumes.get(name);
    if (!image || !volume || !mounted.has(name)) continue;
    const subject = { image: image.reference, imagePullPolicy: image.pullPolicy };
    const found = await services.puller.ensure(pod, subject, sandbox, () => services.pullSecrets(pod), event);
    resolved.set(name, { ...volume, image: { image: found.id, userSpecifiedImage: image.reference ?? '' } });
  }
  return resolved;
}

/** A container that ended just now waits before it is started again. */
function checkCrashLoop(
  { pod, entry, status }: StartRequest,
  services: PodServices,
  event: (type: 'Warning', reason: string, message: string) => void,
): void {
  const { container } = entry;
  const ended = status.containers.find(({ name, state }) => name === container.name && state === 'exited');
  if (!ended) return;
  const { name, namespace, uid } = pod.metadata;
  const key = `${uid}_${container.name}_${ended.record.hash}`;
  const now = services.env.clock.now();
  const until = services.crashLoop.waitingUntil(key, now, ended.finishedAtMs);
  const podName = `${name}_${namespace}(${uid})`;
  if (until === undefined) {
    services.crashLoop.next(key, now, ended.finishedAtMs);
    return;
  }
  event('Warning', 'BackOff', `Back-off restarting failed container ${container.name} in pod ${podName}`);
  const wait = goSeconds(services.crashLoop.waitMs(key));
  throw new StartError(
    'CrashLoopBackOff',
    `back-off ${wait} restarting failed container=${container.name} pod=${podName}`,
    until,
  );
}

/** '10s', '1m20s', '5m0s' */
function goSeconds(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}

function targetId(pod: NodePod, entry: ContainerEntry, status: PodRuntimeStatus): string | undefined {
  if (entry.kind !== 'ephemeral') return undefined;
  const target = pod.spec.ephemeralContainers?.[entry.index]?.targetContainerName;
  if (!target) return undefined;
  const found = latestContainer(status, target);
  if (!found) throw new StartError('CreateContainerConfigError', `unable to find target container ${target}`);
  return found.id;
}

/** When the runtime has forgotten earlier instances, their logs still tell how many there were. */
async function restartCountFromLogs(pod: NodePod, container: string, services: PodServices): Promise<number> {
  const { files } = services.ports;
  const directory = `${podLogDirectory(services.config.podLogsDirectory, pod)}/${container}`;
  if (!(await files.stat(directory))) return 0;
  let count = 0;
  for (const name of await files.list(directory)) {
    const number = /^(\d+)\.log/.exec(name)?.[1];
    if (number !== undefined) count = Math.max(count, Number(number) + 1);
  }
  return count;
}

async function linkLog(
  pod: NodePod,
  container: string,
  id: string,
  logPath: string,
  services: PodServices,
): Promise<void> {
  try {
    const link = containerLogLink(services.config.containerLogsDirectory, pod, container, id);
    await services.ports.files.link(logPath, link);
  } catch (error) {
    services.env.log.debug('log link failed', { container: id, error: messageOf(error) });
  }
}
