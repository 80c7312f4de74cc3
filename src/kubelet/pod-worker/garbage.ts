/** Dead containers and sandboxes: what is kept for logs and history, and what goes (pkg/kubelet/kuberuntime/kuberuntime_gc.go). */

import type { StringMap } from '../cri/runtime.ts';
import { containerNameLabel, podNameLabel, podNamespaceLabel } from '../pod/identity.ts';
import type { NodePod } from '../pod/node-pod.ts';
import { containerLogLink, podContainerDirectory } from '../pod/paths.ts';
import type { PodRuntimeStatus } from '../runtime-state/pod-runtime-status.ts';
import type { PodServices } from './services.ts';

/** Of each container the newest instance and the last dead ones before it are kept; of dead sandboxes those that hold one. */
export async function collectContainers(status: PodRuntimeStatus, pod: NodePod, services: PodServices): Promise<void> {
  const { runtime, files } = services.ports;
  const { maxPerPodContainerCount, rootDirectory } = services.config;
  const seen = new Map<string, number>();
  const keptSandboxes = new Set(status.sandboxes[0] ? [status.sandboxes[0].id] : []);
  for (const container of status.containers) {
    const newer = seen.get(container.name) ?? 0;
    seen.set(container.name, newer + 1);
    const isOld = newer > maxPerPodContainerCount && container.state === 'exited';
    if (!isOld) {
      if (container.sandboxId) keptSandboxes.add(container.sandboxId);
      continue;
    }
    await runtime.removeContainer(container.id);
    await files.remove(containerLogLink(services.config.containerLogsDirectory, pod, container.name, container.id));
    if (container.logPath) await removeLogs(container.logPath, services);
    await files.remove(
      `${podContainerDirectory(rootDirectory, pod.metadata.uid, container.name)}/${container.restartCount}`,
    );
  }
  for (const { id, state } of status.sandboxes) {
    if (state === 'SANDBOX_NOTREADY' && !keptSandboxes.has(id)) await runtime.removePodSandbox(id);
  }
}

function logLinkOf(id: string, labels: StringMap, services: PodServices): string {
  const metadata = { name: labels[podNameLabel] ?? '', namespace: labels[podNamespaceLabel] ?? '', uid: '' };
  const pod = { metadata, spec: { containers: [] }, status: {} };
  return containerLogLink(services.config.containerLogsDirectory, pod, labels[containerNameLabel] ?? '', id);
}

/** The log of one instance with its rotated parts: 'web/3.log', 'web/3.log.20260101-100000.gz'. */
async function removeLogs(logPath: string, services: PodServices): Promise<void> {
  const { files } = services.ports;
  const slash = logPath.lastIndexOf('/');
  const [directory, name] = [logPath.slice(0, slash), logPath.slice(slash + 1)];
  if (!(await files.stat(directory))) return;
  for (const entry of await files.list(directory)) {
    if (entry === name || entry.startsWith(`${name}.`)) await files.remove(`${directory}/${entry}`);
  }
}

/** Takes everything of a pod out of the runtime, running or not. */
export async function removePodFromRuntime(uid: string, services: PodServices): Promise<void> {
  const { runtime } = services.ports;
  const [containers, sandboxes] = await Promise.all([
    runtime.listContainers({ podUid: uid }),
    runtime.listPodSandboxes({ podUid: uid }),
  ]);
  const ready = sandboxes.filter(({ state }) => state === 'SANDBOX_READY');
  await Promise.all(ready.map(({ id }) => runtime.stopPodSandbox(id)));
  // Runtimes take a sandbox's containers with it; those that do not are asked one by one.
  await Promise.all(containers.map(({ id }) => runtime.removeContainer(id)));
  await Promise.all(sandboxes.map(({ id }) => runtime.removePodSandbox(id)));
  await Promise.all(containers.map(({ id, labels }) => services.ports.files.remove(logLinkOf(id, labels, services))));
}
