/** GET /containerLogs/{namespace}/{pod}/{container}: which log is meant, and its text. */

import { newInvalid } from '#api/errors.ts';
import type { ApiRequest, ApiResponse } from '#api/request.ts';
import { parseLogOptions } from '#api/streaming/log-options.ts';
import type { ContainerStatus, Pod } from '#kinds/generated/core-v1.ts';
import { readLog } from '../logs/log-reader.ts';
import { HttpError } from './http-error.ts';
import { findPod, type KubeletServerOptions } from './server.ts';

export async function containerLogs(
  { host, logFiles, env }: KubeletServerOptions,
  request: ApiRequest,
  parts: readonly string[],
): Promise<ApiResponse> {
  const [namespace, name = '', container = ''] = parts;
  if (parts.length !== 3) throw new HttpError(404, '404: Page Not Found');
  const parsed = parseLogOptions(request.query);
  if (!parsed) throw new HttpError(400, '{"message": "Unable to decode query."}');
  if (parsed.errors.length > 0) throw newInvalid({ group: '', kind: 'PodLogOptions' }, name, parsed.errors);
  const { options } = parsed;
  const pod = findPod(host, namespace, name);
  if (!pod) throw new HttpError(404, `pod ${JSON.stringify(name)} does not exist`);
  if (!hasContainer(pod, container)) {
    throw new HttpError(404, `container ${JSON.stringify(container)} not found in pod ${JSON.stringify(name)}`);
  }
  const id = loggedContainerId(pod, container, options.previous);
  const { path, life } = await host.containers.log(id);
  const sinceMs =
    options.sinceSeconds === undefined ? options.sinceTimeMs : env.clock.now() - options.sinceSeconds * 1000;
  const log = readLog(
    logFiles,
    {
      path,
      stream: options.stream,
      timestamps: options.timestamps,
      ...(sinceMs === undefined ? {} : { sinceMs }),
      ...(options.tailLines === undefined ? {} : { tailLines: options.tailLines }),
      ...(options.limitBytes === undefined ? {} : { limitBytes: options.limitBytes }),
      ...(options.follow ? { follow: life } : {}),
    },
    request.signal,
  );
  return {
    type: 'bytes',
    status: 200,
    contentType: 'text/plain',
    body: options.follow ? fromTheStart(log) : await started(log),
  };
}

/** An empty chunk first: the client gets its answer's head before the container has written anything. */
async function* fromTheStart(log: AsyncGenerator<Uint8Array, void, void>): AsyncGenerator<Uint8Array, void, void> {
  yield new Uint8Array();
  yield* log;
}

/** Waits for the first chunk: what fails before it is an error and not a broken answer. */
async function started(log: AsyncGenerator<Uint8Array, void, void>): Promise<AsyncIterable<Uint8Array>> {
  let first: IteratorResult<Uint8Array, void>;
  try {
    first = await log.next();
  } catch (cause) {
    throw new HttpError(400, cause instanceof Error ? cause.message : String(cause), { cause });
  }
  return (async function* () {
    try {
      if (!first.done) yield first.value;
      yield* log;
    } finally {
      await log.return();
    }
  })();
}

function hasContainer({ spec }: Pod, name: string): boolean {
  const containers = [
    ...(spec?.containers ?? []),
    ...(spec?.initContainers ?? []),
    ...(spec?.ephemeralContainers ?? []),
  ];
  return containers.some((container) => container.name === name);
}

/** Id of the container whose log is meant; throws HttpError with upstream's reason when there is none (validateContainerLogStatus). */
export function loggedContainerId(pod: Pod, name: string, previous: boolean): string {
  const subject = `container ${JSON.stringify(name)} in pod ${JSON.stringify(pod.metadata?.name)}`;
  const refuse = (reason: string) => new HttpError(400, reason);
  const status = containerStatus(pod, name);
  if (!status) throw refuse(`${subject} is not available`);
  const last = status.lastState?.terminated;
  const { waiting, running, terminated } = status.state ?? {};
  if (previous) {
    if (!last?.containerID) throw refuse(`previous terminated ${subject} not found`);
    return last.containerID;
  }
  if (running) return status.containerID ?? '';
  if (terminated || last) {
    const id = terminated?.containerID || last?.containerID;
    if (!id) throw refuse(`${subject} is terminated`);
    return id;
  }
  switch (waiting?.reason) {
    case 'ErrImagePull':
      throw refuse(`${subject} is waiting to start: image can't be pulled`);
    case 'ImagePullBackOff':
      throw refuse(`${subject} is waiting to start: trying and failing to pull image`);
    case undefined:
      throw refuse(`${subject} is waiting to start - no logs yet`);
    default:
      throw refuse(`${subject} is waiting to start: ${waiting?.reason}`);
  }
}

function containerStatus({ status }: Pod, name: string): ContainerStatus | undefined {
  const all = [status?.containerStatuses, status?.initContainerStatuses, status?.ephemeralContainerStatuses];
  return all.flatMap((statuses) => statuses ?? []).find((found) => found.name === name);
}
