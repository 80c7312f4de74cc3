/** What a sandbox needs before it is made: directories and a cgroup on the node, and its description for the runtime. */

import { messageOf } from '#base/errors.ts';
import type { PodSandboxConfig } from '../cri/runtime.ts';
import { podResolver } from '../network/resolver.ts';
import type { NodePod } from '../pod/node-pod.ts';
import { podDirectory, podLogDirectory } from '../pod/paths.ts';
import type { PodCgroupLimits } from '../pod/resources.ts';
import { podCgroupName, podSandboxConfig } from './sandbox-config.ts';
import type { PodServices } from './services.ts';

/** Idempotent. A failure is said in an event and thrown. */
export async function prepareNode(pod: NodePod, limits: PodCgroupLimits, services: PodServices): Promise<void> {
  const { ports, config } = services;
  const directory = podDirectory(config.rootDirectory, pod.metadata.uid);
  services.podsChanged();
  try {
    await Promise.all([
      ports.files.makeDirectory(`${directory}/volumes`, 0o750),
      ports.files.makeDirectory(`${directory}/containers`, 0o750),
      ports.files.makeDirectory(podLogDirectory(config.podLogsDirectory, pod), 0o755),
      ports.cgroups.create(podCgroupName(pod, config.cgroupRoot), limits),
    ]);
  } catch (error) {
    const message = `unable to ensure pod container exists: ${messageOf(error)}`;
    services.event(pod, 'Warning', 'FailedCreatePodContainer', message);
    throw error;
  }
}

/** The sandbox with the pod's resolver and user namespace. What cannot be described is said in an event and thrown. */
export async function describeSandbox(pod: NodePod, attempt: number, services: PodServices): Promise<PodSandboxConfig> {
  const { clusterDNS, clusterDomain } = services.config;
  const { config: dns, warnings } = podResolver(pod, await services.nodeDns(), { clusterDNS, clusterDomain });
  for (const warning of warnings) services.event(pod, 'Warning', 'DNSConfigForming', warning);
  try {
    const userns = await services.userNamespaces.optionsOf(pod, services.node().supportsUserNamespaces);
    return podSandboxConfig(pod, attempt, dns, services.config, userns);
  } catch (error) {
    services.event(pod, 'Warning', 'FailedCreatePodSandBox', `Failed to create pod sandbox: ${messageOf(error)}`);
    throw error;
  }
}
