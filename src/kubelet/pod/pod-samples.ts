/** Pods and runtime states for tests of the kubelet's pure parts. */

import type { Container, PodSpec, PodStatus } from '#kinds/generated/core-v1.ts';
import type { PodSandboxStatus } from '../cri/runtime.ts';
import type { ContainerRuntimeStatus, PodRuntimeStatus } from '../runtime-state/pod-runtime-status.ts';
import { containerHash } from './identity.ts';
import type { NodePod } from './node-pod.ts';

export function samplePod(
  spec: Partial<PodSpec> & { readonly containers: readonly Container[] },
  status: PodStatus = {},
): NodePod {
  return {
    metadata: { name: 'web', namespace: 'shop', uid: 'u1', generation: 1 },
    spec: { restartPolicy: 'Always', ...spec },
    status,
  };
}

export function sampleSandbox(state: PodSandboxStatus['state'] = 'SANDBOX_READY', attempt = 0): PodSandboxStatus {
  return {
    id: `sandbox${attempt}`,
    metadata: { name: 'web', namespace: 'shop', uid: 'u1', attempt },
    state,
    createdAtMs: 1000 + attempt,
    labels: {},
    annotations: {},
    ips: ['10.0.0.1'],
    namespaces: { network: 'POD', pid: 'CONTAINER', ipc: 'POD' },
  };
}

export function sampleContainer(
  container: Container,
  state: ContainerRuntimeStatus['state'],
  more: Partial<ContainerRuntimeStatus> = {},
): ContainerRuntimeStatus {
  return {
    id: `${container.name}-${more.restartCount ?? 0}`,
    name: container.name,
    state,
    createdAtMs: 2000 + (more.restartCount ?? 0),
    startedAtMs: Date.UTC(2026, 0, 1, 10),
    finishedAtMs: state === 'exited' ? Date.UTC(2026, 0, 1, 11) : 0,
    exitCode: 0,
    reason: '',
    message: '',
    image: container.image ?? '',
    imageRef: 'sha256:1',
    restartCount: 0,
    record: {
      hash: containerHash(container),
      restartCount: more.restartCount ?? 0,
      terminationMessagePath: '',
      terminationMessagePolicy: '',
      ports: [],
    },
    sandboxId: 'sandbox0',
    logPath: '',
    ...more,
  };
}

export function sampleRuntime(
  containers: readonly ContainerRuntimeStatus[],
  sandboxes: readonly PodSandboxStatus[] = [sampleSandbox()],
): PodRuntimeStatus {
  return {
    uid: 'u1',
    sandboxes,
    containers: [...containers].sort((a, b) => b.createdAtMs - a.createdAtMs),
    ips: sandboxes[0]?.state === 'SANDBOX_READY' ? sandboxes[0].ips : [],
  };
}
