/** Dead containers and sandboxes: what is kept for logs and history, and what goes (pkg/kubelet/kuberuntime/kuberuntime_gc.go). */

import type { NodePod } from '../pod/node-pod.ts';
import { podContainerDirectory } from '../pod/paths.ts';
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
    if (container.logPath) await removeLogs(container.logPath, services);
    await files.remove(
      `${podContainerDirectory(rootDirectory, pod.metadata.uid, container.name)}/${container.restartCount}`,
    );
  }
  for (const { id, state } of status.sandboxes) {
    if (state === 'SANDBOX_NOTREADY' && !keptSandboxes.has(id)) await runtime.removePodSandbox(id);
  }
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
  await Promise.all(sandboxes.map(({ id }) => runtime.stopPodSandbox(id)));
  await Promise.all(containers.map(({ id }) => runtime.removeContainer(id)));
  await Promise.all(sandboxes.map(({ id }) => runtime.removePodSandbox(id)));
}
