/** Where the node keeps what belongs to pods: upstream's layout below the root directory, so that tools find it. */

import type { NodePod } from './node-pod.ts';

export function podDirectory(root: string, uid: string): string {
  return `${root}/pods/${uid}`;
}

/** `plugin` is upstream's escaped name: 'kubernetes.io~empty-dir'. */
export function volumeDirectory(root: string, uid: string, plugin: string, name: string): string {
  return `${podDirectory(root, uid)}/volumes/${plugin}/${name}`;
}

/** Volumes whose content must not reach a disk (secrets, tokens): one tmpfs for the node, laid out like pods/. */
export function memoryDirectory(root: string): string {
  return `${root}/memory`;
}

/** Files of the kubelet for one container: termination logs. */
export function podContainerDirectory(root: string, uid: string, container: string): string {
  return `${podDirectory(root, uid)}/containers/${container}`;
}

export function hostsFilePath(root: string, uid: string): string {
  return `${podDirectory(root, uid)}/etc-hosts`;
}

/** '/var/log/pods/NAMESPACE_NAME_UID' */
export function podLogDirectory(podLogs: string, pod: NodePod): string {
  const { namespace, name, uid } = pod.metadata;
  return `${podLogs}/${namespace}_${name}_${uid}`;
}

/** Below the pod's log directory: 'web/0.log'. */
export function containerLogPath(container: string, restartCount: number): string {
  return `${container}/${restartCount}.log`;
}

/** '/var/log/containers/POD_NAMESPACE_CONTAINER-ID.log', a link to the log file for log collectors. */
export function containerLogLink(containerLogs: string, pod: NodePod, container: string, id: string): string {
  const { namespace, name } = pod.metadata;
  // File names end at 255 bytes; upstream cuts the part before the id.
  const prefix = `${name}_${namespace}_${container}`.slice(0, 255 - id.length - '-.log'.length);
  return `${containerLogs}/${prefix}-${id}.log`;
}
