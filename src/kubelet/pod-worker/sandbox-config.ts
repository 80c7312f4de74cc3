/** The sandbox of a pod as the runtime takes it (pkg/kubelet/kuberuntime generatePodSandboxConfig). */

import { quantityMilliValue } from '#api/quantity.ts';
import type { Container } from '#kinds/generated/core-v1.ts';
import type { KubeletConfig } from '../config.ts';
import type { DnsConfig, NamespaceOptions, PodSandboxConfig, PortMapping } from '../cri/runtime.ts';
import { podHostname, sandboxHostname } from '../network/hostname.ts';
import { sandboxLabels } from '../pod/identity.ts';
import { isHostNetwork, type NodePod } from '../pod/node-pod.ts';
import { podLogDirectory } from '../pod/paths.ts';
import { qosClassOf } from '../pod/qos.ts';
import { milliCpuToShares, podCgroupLimits, podResources } from '../pod/resources.ts';
import { sandboxSecurityContext } from '../security/security-context.ts';
import { podSysctls } from '../security/sysctls.ts';

/** '/kubepods/burstable/podUID' below the configured root. */
export function podCgroupName(pod: NodePod, cgroupRoot: string): string {
  const qos = { Guaranteed: '', Burstable: '/burstable', BestEffort: '/besteffort' }[qosClassOf(pod)] ?? '';
  return `${cgroupRoot === '/' ? '' : cgroupRoot}/kubepods${qos}/pod${pod.metadata.uid}`;
}

/** Throws an Error for a hostname that is none. */
export function podSandboxConfig(
  pod: NodePod,
  attempt: number,
  dns: DnsConfig,
  config: KubeletConfig,
  usernsOptions?: NamespaceOptions['usernsOptions'],
): PodSandboxConfig {
  const { name, namespace, uid } = pod.metadata;
  const hostNetwork = isHostNetwork(pod);
  const limits = podCgroupLimits(pod, -1);
  return {
    metadata: { name, namespace, uid, attempt },
    // In the host's network the sandbox has no name of its own: runtimes refuse one.
    hostname: hostNetwork ? '' : sandboxHostname(pod, podHostname(pod, config.clusterDomain)),
    logDirectory: podLogDirectory(config.podLogsDirectory, pod),
    dnsConfig: dns,
    portMappings: hostNetwork
      ? []
      : pod.spec.containers
          .concat((pod.spec.initContainers ?? []).filter((container) => container.restartPolicy === 'Always'))
          .flatMap(portMappings),
    labels: sandboxLabels(pod),
    annotations: pod.metadata.annotations ?? {},
    linux: {
      cgroupParent: podCgroupName(pod, config.cgroupRoot),
      securityContext: sandboxSecurityContext(pod, usernsOptions),
      sysctls: podSysctls(pod),
      resources: {
        cpuShares: milliCpuToShares(quantityMilliValue(podResources(pod, 'requests').cpu ?? '0')),
        ...(limits.cpuQuotaUs === undefined ? {} : { cpuQuota: limits.cpuQuotaUs, cpuPeriod: 100_000 }),
        ...(limits.memoryLimitBytes === undefined ? {} : { memoryLimitInBytes: limits.memoryLimitBytes }),
      },
    },
  };
}

/** Without a host port there is nothing to map. */
function portMappings(container: Container): PortMapping[] {
  return (container.ports ?? [])
    .filter(({ hostPort = 0 }) => hostPort > 0)
    .map(({ protocol = 'TCP', containerPort, hostPort = 0, hostIP = '' }) => ({
      protocol,
      containerPort,
      hostPort,
      hostIp: hostIP,
    }));
}
