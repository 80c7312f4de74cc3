/** NodePod: a Pod as the kubelet works with it: what the API server guarantees for every stored pod is not optional here. */

import type { ObjectMeta } from '#api/generated/meta-v1.ts';
import type { Container, EphemeralContainer, Pod, PodSpec, PodStatus } from '#kinds/generated/core-v1.ts';

export interface NodePod extends Pod {
  readonly metadata: ObjectMeta & { readonly name: string; readonly namespace: string; readonly uid: string };
  readonly spec: PodSpec;
  readonly status: PodStatus;
}

/** Undefined for an object that no API server would hand out. */
export function asNodePod(pod: Pod): NodePod | undefined {
  const { metadata, spec } = pod;
  if (!metadata?.name || !metadata.namespace || !metadata.uid || !spec) return undefined;
  return pod.status ? (pod as NodePod) : ({ ...pod, status: {} } as NodePod);
}

/** 'web_default(0c5e...)': how upstream names a pod in messages (pkg/kubelet/util/format). */
export function podText(pod: NodePod): string {
  return `${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})`;
}

export type ContainerKind = 'init' | 'regular' | 'ephemeral';

export interface ContainerEntry {
  readonly kind: ContainerKind;
  /** Ephemeral containers have all fields of a container that matter here. */
  readonly container: Container;
  readonly index: number;
}

/** Every container of the pod: init, regular, ephemeral. */
export function containersOf(pod: NodePod): ContainerEntry[] {
  const { initContainers = [], containers, ephemeralContainers = [] } = pod.spec;
  return [
    ...initContainers.map((container, index) => ({ kind: 'init' as const, container, index })),
    ...containers.map((container, index) => ({ kind: 'regular' as const, container, index })),
    ...ephemeralContainers.map((container, index) => ({
      kind: 'ephemeral' as const,
      container: asContainer(container),
      index,
    })),
  ];
}

export function findContainer(pod: NodePod, name: string): ContainerEntry | undefined {
  return containersOf(pod).find(({ container }) => container.name === name);
}

/** An ephemeral container's own fields are a subset of a container's, with the same meaning. */
export function asContainer(container: EphemeralContainer): Container {
  return container as Container;
}

/** 'spec.containers{web}': the fieldPath of events about a container. */
export function containerFieldPath(entry: ContainerEntry): string {
  const list = { init: 'initContainers', regular: 'containers', ephemeral: 'ephemeralContainers' }[entry.kind];
  return `spec.${list}{${entry.container.name}}`;
}

export function isHostNetwork(pod: NodePod): boolean {
  return pod.spec.hostNetwork === true;
}

/** A sidecar: an init container that goes on running beside the regular ones (KEP-753). */
export function isSidecar(container: Container): boolean {
  return container.restartPolicy === 'Always';
}

export function isTerminalPhase(phase: string | undefined): boolean {
  return phase === 'Succeeded' || phase === 'Failed';
}

const configSource = 'kubernetes.io/config.source';
export const mirrorAnnotation = 'kubernetes.io/config.mirror';

/** From a manifest on the node's disk, not from the API server. */
export function isStaticPod(pod: Pod): boolean {
  const source = pod.metadata?.annotations?.[configSource];
  return source !== undefined && source !== 'api';
}

/** The API server's image of a static pod. */
export function isMirrorPod(pod: Pod): boolean {
  return pod.metadata?.annotations?.[mirrorAnnotation] !== undefined;
}
