/** The status of the node's own object from facts (pkg/kubelet/nodestatus): pure. */

import { addQuantities, compareQuantities, subtractQuantities } from '#api/quantity.ts';
import type { NodeCondition, NodeStatus, ResourceList } from '#kinds/generated/core-v1.ts';
import type { KubeletConfig } from '../config.ts';
import type { RuntimeImage, RuntimeStatus, RuntimeVersion } from '../cri/runtime.ts';
import type { FilesystemSpace, MachineInfo } from '../ports.ts';

export interface NodeStatusFacts {
  readonly config: KubeletConfig;
  readonly machine: MachineInfo;
  readonly addresses: readonly string[];
  readonly disk: FilesystemSpace;
  readonly memoryAvailableBytes: number;
  readonly processes: { readonly max: number; readonly running: number };
  readonly version: RuntimeVersion | undefined;
  /** Undefined while the runtime does not answer. */
  readonly runtime: RuntimeStatus | undefined;
  readonly images: readonly RuntimeImage[];
  readonly now: string;
  readonly previous: NodeStatus | undefined;
  /** Capacity of the node's object as the API server has it. */
  readonly recordedCapacity: ResourceList | undefined;
}

/** Upstream's default eviction-hard thresholds; what is kept back for them is not allocatable. */
const evictionMemoryBytes = 100 << 20;
const evictionDiskShare = 0.1;
const evictionInodeShare = 0.05;
const evictionPidShare = 0.1;
const maxImages = 50;
const maxNamesPerImage = 5;

export function capacityOf(machine: MachineInfo, disk: FilesystemSpace, maxPods: number): ResourceList {
  const hugepages = Object.entries(machine.hugepages).map(([size, bytes]) => [
    `hugepages-${size}`,
    bytes > 0 ? kibibytes(bytes) : '0',
  ]);
  return {
    cpu: String(machine.cpus),
    'ephemeral-storage': kibibytes(disk.capacityBytes),
    ...Object.fromEntries(hugepages),
    memory: kibibytes(machine.memoryBytes),
    pods: String(maxPods),
  };
}

export function allocatableOf(capacity: ResourceList, config: KubeletConfig): ResourceList {
  const allocatable: Record<string, string> = {};
  for (const [resource, quantity] of Object.entries(capacity)) {
    let reserved = config.systemReserved[resource] ?? '0';
    if (resource === 'memory') reserved = addQuantities(reserved, kibibytes(evictionMemoryBytes));
    const rest = subtractQuantities(quantity, reserved);
    allocatable[resource] = compareQuantities(rest, '0') < 0 ? '0' : rest;
  }
  const disk = capacity['ephemeral-storage'];
  if (disk !== undefined) {
    // Upstream prints this one in bytes.
    const bytes = BigInt(disk.replace('Ki', '')) * 1024n;
    allocatable['ephemeral-storage'] = String((bytes * 9n) / 10n);
  }
  return allocatable;
}

/** Resources that others (device plugins, administrators) wrote into the node's capacity: they can be allocated as well. */
function extendedResources(recorded: ResourceList | undefined): ResourceList {
  const names = Object.keys(recorded ?? {}).filter((name) => name.includes('/') && !name.includes('kubernetes.io/'));
  return Object.fromEntries(names.map((name) => [name, recorded?.[name] ?? '0']));
}

function kibibytes(bytes: number): string {
  return `${Math.floor(bytes / 1024)}Ki`;
}

export function nodeStatus(facts: NodeStatusFacts): NodeStatus {
  const { config, machine, version, runtime } = facts;
  const capacity = capacityOf(machine, facts.disk, config.maxPods);
  const runtimeVersion = version
    ? `${version.runtimeName}://${version.runtimeVersion}`
    : (facts.previous?.nodeInfo?.containerRuntimeVersion ?? '');
  return {
    capacity,
    allocatable: allocatableOf({ ...extendedResources(facts.recordedCapacity), ...capacity }, config),
    conditions: conditions(facts),
    addresses: [
      ...facts.addresses.map((address) => ({ type: 'InternalIP' as const, address })),
      { type: 'Hostname' as const, address: config.nodeName },
    ],
    daemonEndpoints: { kubeletEndpoint: { Port: config.port } },
    nodeInfo: {
      machineID: machine.machineId,
      systemUUID: machine.systemUuid,
      bootID: machine.bootId,
      kernelVersion: machine.kernelVersion,
      osImage: machine.osImage,
      containerRuntimeVersion: runtimeVersion,
      kubeletVersion: config.version,
      kubeProxyVersion: '',
      operatingSystem: 'linux',
      architecture: machine.architecture,
      ...(machine.swapBytes > 0 ? { swap: { capacity: machine.swapBytes } } : {}),
    },
    images: imageList(facts.images),
    ...(runtime && runtime.handlers.length > 0
      ? {
          runtimeHandlers: runtime.handlers.map(({ name, recursiveReadOnlyMounts, userNamespaces }) => ({
            name,
            features: { recursiveReadOnlyMounts, userNamespaces },
          })),
        }
      : {}),
    features: { supplementalGroupsPolicy: runtime?.supplementalGroupsPolicy ?? false },
  };
}

/** The largest images, each with its digests before its tags. */
function imageList(images: readonly RuntimeImage[]): NodeStatus['images'] {
  return [...images]
    .sort((a, b) => b.sizeBytes - a.sizeBytes)
    .slice(0, maxImages)
    .map(({ id, repoTags, repoDigests, sizeBytes }) => {
      const names = [...repoDigests, ...repoTags].slice(0, maxNamesPerImage);
      return { names: names.length > 0 ? names : [id], sizeBytes };
    });
}

function conditions(facts: NodeStatusFacts): NodeCondition[] {
  const { disk, processes, memoryAvailableBytes } = facts;
  const pressure = (type: NodeCondition['type'], under: boolean, what: string): Finding => ({
    type,
    status: under ? 'True' : 'False',
    reason: `KubeletHas${under ? '' : what === 'DiskPressure' ? 'No' : 'Sufficient'}${pressureReason(what, under)}`,
    message: under ? `kubelet has ${pressureText(what, true)}` : `kubelet has ${pressureText(what, false)}`,
  });
  const diskUnder =
    disk.availableBytes < disk.capacityBytes * evictionDiskShare ||
    (disk.inodes > 0 && disk.inodesFree < disk.inodes * evictionInodeShare);
  const findings: Finding[] = [
    pressure('MemoryPressure', memoryAvailableBytes < evictionMemoryBytes, 'MemoryPressure'),
    pressure('DiskPressure', diskUnder, 'DiskPressure'),
    pressure(
      'PIDPressure',
      processes.max > 0 && processes.max - processes.running < processes.max * evictionPidShare,
      'PIDPressure',
    ),
    readiness(facts),
  ];
  return findings.map((finding) => {
    const before = facts.previous?.conditions?.find(({ type }) => type === finding.type);
    return {
      type: finding.type,
      status: finding.status,
      lastHeartbeatTime: facts.now,
      lastTransitionTime: before?.status === finding.status ? (before.lastTransitionTime ?? facts.now) : facts.now,
      reason: finding.reason,
      message: finding.message,
    };
  });
}

type Finding = Pick<NodeCondition, 'type' | 'status' | 'reason' | 'message'>;

function pressureReason(what: string, under: boolean): string {
  if (what === 'MemoryPressure') return under ? 'InsufficientMemory' : 'Memory';
  if (what === 'PIDPressure') return under ? 'InsufficientPID' : 'PID';
  return 'DiskPressure';
}

function pressureText(what: string, under: boolean): string {
  if (what === 'MemoryPressure') return under ? 'insufficient memory available' : 'sufficient memory available';
  if (what === 'PIDPressure') return under ? 'insufficient PID available' : 'sufficient PID available';
  return under ? 'disk pressure' : 'no disk pressure';
}

function readiness({ runtime }: NodeStatusFacts): Finding {
  const problems: string[] = [];
  if (!runtime) problems.push('container runtime is down');
  for (const type of ['RuntimeReady', 'NetworkReady']) {
    const condition = runtime?.conditions.find((candidate) => candidate.type === type);
    if (runtime && !condition?.status) {
      const what = type === 'RuntimeReady' ? 'container runtime' : 'container runtime network';
      problems.push(
        `${what} not ready: ${type}=false reason:${condition?.reason ?? ''} message:${condition?.message ?? ''}`,
      );
    }
  }
  if (problems.length === 0)
    return { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' };
  const text = problems.length === 1 ? (problems[0] ?? '') : `[${problems.join(', ')}]`;
  return { type: 'Ready', status: 'False', reason: 'KubeletNotReady', message: text };
}
