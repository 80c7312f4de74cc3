/**
 * Runtime events from whatever the runtime has: CRI's GetContainerEvents (containerd 1.7 and later, CRI-O), or containerd's
 * own event service on the same socket (1.6).
 *
 * Invariant: an event is handed over only once the runtime's answers to containerStatus and podSandboxStatus show what it says.
 * containerd's task events come before its CRI plugin has heard of them, so an exit is held back until the status has followed.
 */

import { CriError, type CriRuntime, isCriError, type RuntimeEvent } from '#kubelet/cri/runtime.ts';
import type { GrpcService } from './cri-client.ts';

const criEventTypes: Readonly<Record<string, RuntimeEvent['type']>> = {
  CONTAINER_CREATED_EVENT: 'created',
  CONTAINER_STARTED_EVENT: 'started',
  CONTAINER_STOPPED_EVENT: 'stopped',
  CONTAINER_DELETED_EVENT: 'deleted',
};

interface CriEventMessage {
  readonly containerId: string;
  readonly containerEventType: string;
  readonly podSandboxStatus: { readonly metadata: { readonly uid: string } | null } | null;
}

interface ContainerdEnvelope {
  readonly topic: string;
  readonly event: { readonly value: Uint8Array } | null;
}

export async function* runtimeEvents(
  runtime: CriRuntime,
  cri: GrpcService,
  containerd: GrpcService,
  signal: AbortSignal,
): AsyncGenerator<RuntimeEvent, void, void> {
  try {
    for await (const message of cri.stream('GetContainerEvents', {}, signal)) {
      const event = message as CriEventMessage;
      const type = criEventTypes[event.containerEventType];
      const podUid = event.podSandboxStatus?.metadata?.uid;
      if (type) yield { type, containerId: event.containerId, ...(podUid ? { podUid } : {}) };
    }
    throw new CriError('Unavailable', 'the event stream ended');
  } catch (error) {
    if (!isCriError(error, 'Unimplemented')) throw error;
  }
  const filters = ['namespace=="k8s.io",topic=="/tasks/exit"'];
  for await (const message of containerd.stream('Subscribe', { filters }, signal)) {
    const envelope = message as ContainerdEnvelope;
    const { containerId, processId } = decodeTaskExit(envelope.event?.value ?? new Uint8Array());
    // The end of an exec is no news about the container.
    if (containerId === '' || processId !== containerId) continue;
    const podUid = await waitUntilDown(runtime, containerId);
    yield { type: 'stopped', containerId, ...(podUid ? { podUid } : {}) };
  }
  throw new CriError('Unavailable', 'the event stream ended');
}

/** Fields 1 (container_id) and 2 (id) of containerd's TaskExit, which is protobuf inside an Any. */
export function decodeTaskExit(bytes: Uint8Array): { readonly containerId: string; readonly processId: string } {
  const fields = ['', '', ''];
  let at = 0;
  while (at < bytes.length) {
    const tag = bytes[at++] ?? 0;
    // Both fields come first and are short strings: anything else ends what interests us.
    if ((tag & 7) !== 2 || tag >> 3 > 2) break;
    const length = bytes[at++] ?? 0;
    if (length > 127) break;
    fields[tag >> 3] = new TextDecoder().decode(bytes.subarray(at, at + length));
    at += length;
  }
  return { containerId: fields[1] ?? '', processId: fields[2] ?? '' };
}

/** Waits (2 s at most) until the CRI shows the container or sandbox as down; answers its pod's uid. */
async function waitUntilDown(runtime: CriRuntime, id: string): Promise<string | undefined> {
  for (let delayMs = 2; delayMs < 1100; delayMs *= 2) {
    try {
      const status = await runtime.containerStatus(id);
      if (status.state === 'CONTAINER_EXITED') return status.labels['io.kubernetes.pod.uid'];
    } catch (error) {
      if (!isCriError(error, 'NotFound')) return undefined;
      try {
        const sandbox = await runtime.podSandboxStatus(id);
        if (sandbox.state === 'SANDBOX_NOTREADY') return sandbox.metadata.uid;
      } catch {
        return undefined;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, delayMs));
  }
  return undefined;
}
