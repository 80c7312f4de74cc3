/**
 * What the runtime keeps for us: names, labels and annotations of sandboxes and containers, as upstream writes them
 * (pkg/kubelet/kuberuntime/labels.go). They are the kubelet's only memory across its own death, and other tools read them.
 */

import type { Container, ContainerPort, LifecycleHandler } from '#kinds/generated/core-v1.ts';
import type { StringMap } from '../cri/runtime.ts';
import type { NodePod } from './node-pod.ts';

export const podNameLabel = 'io.kubernetes.pod.name';
export const podNamespaceLabel = 'io.kubernetes.pod.namespace';
export const podUidLabel = 'io.kubernetes.pod.uid';
export const containerNameLabel = 'io.kubernetes.container.name';

const hashAnnotation = 'io.kubernetes.container.hash';
const restartCountAnnotation = 'io.kubernetes.container.restartCount';
const terminationMessagePathAnnotation = 'io.kubernetes.container.terminationMessagePath';
const terminationMessagePolicyAnnotation = 'io.kubernetes.container.terminationMessagePolicy';
const preStopHandlerAnnotation = 'io.kubernetes.container.preStopHandler';
const portsAnnotation = 'io.kubernetes.container.ports';
const deletionGracePeriodAnnotation = 'io.kubernetes.pod.deletionGracePeriod';
const terminationGracePeriodAnnotation = 'io.kubernetes.pod.terminationGracePeriod';

export function sandboxLabels(pod: NodePod): StringMap {
  return { ...pod.metadata.labels, ...podIdentity(pod) };
}

export function containerLabels(pod: NodePod, container: Container): StringMap {
  return { ...podIdentity(pod), [containerNameLabel]: container.name };
}

function podIdentity(pod: NodePod): StringMap {
  const { name, namespace, uid } = pod.metadata;
  return { [podNameLabel]: name, [podNamespaceLabel]: namespace, [podUidLabel]: uid };
}

export function containerAnnotations(pod: NodePod, container: Container, restartCount: number): StringMap {
  const annotations: Record<string, string> = {
    [hashAnnotation]: containerHash(container),
    [restartCountAnnotation]: String(restartCount),
    [terminationMessagePathAnnotation]: container.terminationMessagePath ?? '',
    [terminationMessagePolicyAnnotation]: container.terminationMessagePolicy ?? '',
  };
  const { deletionGracePeriodSeconds } = pod.metadata;
  const { terminationGracePeriodSeconds } = pod.spec;
  if (deletionGracePeriodSeconds !== undefined)
    annotations[deletionGracePeriodAnnotation] = String(deletionGracePeriodSeconds);
  if (terminationGracePeriodSeconds !== undefined) {
    annotations[terminationGracePeriodAnnotation] = String(terminationGracePeriodSeconds);
  }
  if (container.lifecycle?.preStop) annotations[preStopHandlerAnnotation] = JSON.stringify(container.lifecycle.preStop);
  if (container.ports?.length) annotations[portsAnnotation] = JSON.stringify(container.ports);
  return annotations;
}

/** What is read back from a container's annotations; a container that somebody else made has the defaults. */
export interface ContainerRecord {
  readonly hash: string;
  readonly restartCount: number;
  readonly terminationMessagePath: string;
  readonly terminationMessagePolicy: string;
  readonly terminationGracePeriodSeconds?: number;
  readonly preStop?: LifecycleHandler;
  readonly ports: readonly ContainerPort[];
}

export function readContainerRecord(annotations: StringMap): ContainerRecord {
  const grace = Number(annotations[deletionGracePeriodAnnotation] ?? annotations[terminationGracePeriodAnnotation]);
  const preStop = parsed<LifecycleHandler>(annotations[preStopHandlerAnnotation]);
  return {
    hash: annotations[hashAnnotation] ?? '',
    restartCount: Number(annotations[restartCountAnnotation] ?? 0) || 0,
    terminationMessagePath: annotations[terminationMessagePathAnnotation] ?? '',
    terminationMessagePolicy: annotations[terminationMessagePolicyAnnotation] ?? '',
    ports: parsed<readonly ContainerPort[]>(annotations[portsAnnotation]) ?? [],
    ...(Number.isFinite(grace) ? { terminationGracePeriodSeconds: grace } : {}),
    ...(preStop ? { preStop } : {}),
  };
}

function parsed<T>(text: string | undefined): T | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}

/**
 * Hash of the part of a container that cannot change under a running one: name and image (upstream's v1.31 and later hash
 * these two only, so that a new field never restarts the world). FNV-1a, 64 bits, hexadecimal.
 */
export function containerHash(container: Container): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(JSON.stringify({ name: container.name, image: container.image ?? '' }))) {
    hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
  }
  return hash.toString(16);
}
