/** The machine and the network of a kubelet whose runtime, disk and time are simulated. */

import type { Machine, ProbeNetwork } from '#kubelet/ports.ts';

export const nodeName = 'metal';

export const labMachine: Machine = {
  info: async () => ({
    hostname: nodeName,
    machineId: 'm',
    systemUuid: 's',
    bootId: 'b',
    kernelVersion: '6.1',
    osImage: 'Simulated',
    architecture: 'amd64',
    cpus: 4,
    memoryBytes: 8 * 2 ** 30,
    swapBytes: 0,
    hugepages: {},
  }),
  usage: async () => {
    throw new Error('not measured');
  },
  memoryAvailableBytes: async () => 4 * 2 ** 30,
  processes: async () => ({ max: 32_768, running: 100 }),
  addresses: async () => ['192.0.2.1'],
};

/** Whatever is probed is well. */
export const labNetwork: ProbeNetwork = {
  http: async () => ({ status: 200, body: '', redirectedElsewhere: false }),
  tcp: async () => {},
  grpcHealth: async () => 'SERVING',
};
