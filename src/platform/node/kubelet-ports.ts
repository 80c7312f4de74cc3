/** Everything that a kubelet needs of this machine, put together. */

import type { KubeletConfig } from '#kubelet/config.ts';
import type { KubeletPorts } from '#kubelet/ports.ts';
import { podCgroups } from './cgroup-pods.ts';
import { createCriClient } from './cri-client.ts';
import { kubeletFiles } from './kubelet-files.ts';
import { kubeletMachine } from './kubelet-machine.ts';
import { volumeMounts } from './mount-volumes.ts';
import { probeNetwork } from './probe-network.ts';

export interface NodePorts extends KubeletPorts {
  /** Closes the connection to the runtime. */
  close(): void;
}

/** `criEndpoint` is the runtime's socket. The process must live in the mount and network namespace of the node. */
export function createKubeletPorts(config: Pick<KubeletConfig, 'cgroupRoot'>, criEndpoint: string): NodePorts {
  const { runtime, images, close } = createCriClient({ endpoint: criEndpoint });
  return {
    runtime,
    images,
    files: kubeletFiles,
    mounts: volumeMounts,
    cgroups: podCgroups(config.cgroupRoot),
    machine: kubeletMachine,
    network: probeNetwork,
    close,
  };
}
