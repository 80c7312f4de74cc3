/** One container as the runtime takes it (pkg/kubelet/kuberuntime generateContainerConfig): environment, mounts, security, limits, names. */

import type { Container } from '#kinds/generated/core-v1.ts';
import type { ContainerConfig, Mount, MountPropagation, NamespaceOptions, RuntimeImage } from '../cri/runtime.ts';
import { containerEnvironment, type EnvironmentVariable } from '../environment/environment.ts';
import { expand } from '../environment/expansion.ts';
import { podHostname } from '../network/hostname.ts';
import { hostNetworkHostsFile, podHostsFile } from '../network/hosts-file.ts';
import { containerAnnotations, containerLabels } from '../pod/identity.ts';
import { isHostNetwork, type NodePod } from '../pod/node-pod.ts';
import { containerLogPath, hostsFilePath, podContainerDirectory, podDirectory, podLogDirectory } from '../pod/paths.ts';
import { containerResources } from '../pod/resources.ts';
import { containerSecurityContext, verifyRunAsNonRoot } from '../security/security-context.ts';
import { isRecursive } from '../status/container-statuses.ts';
import type { MountedVolume } from '../volumes/volume.ts';
import type { PodServices } from './services.ts';

const hostsPath = '/etc/hosts';

export interface ContainerStart {
  readonly pod: NodePod;
  readonly container: Container;
  readonly restartCount: number;
  readonly image: RuntimeImage;
  readonly podIPs: readonly string[];
  readonly volumes: ReadonlyMap<string, MountedVolume>;
  /** The sandbox's own. */
  readonly usernsOptions?: NamespaceOptions['usernsOptions'] | undefined;
  /** Container whose processes this (ephemeral) one shall see. */
  readonly targetId?: string | undefined;
}

/** Throws an Error whose text becomes the CreateContainerConfigError of the container. */
export async function containerConfig(start: ContainerStart, services: PodServices): Promise<ContainerConfig> {
  const { pod, container, restartCount, image } = start;
  const { config, ports } = services;
  const node = services.node();
  verifyRunAsNonRoot(pod, container, image);
  const environment = await containerEnvironment(pod, container, {
    objects: services.objects,
    services: await services.services(),
    place: { podIPs: start.podIPs, hostIPs: node.hostIPs },
    nodeAllocatable: node.allocatable,
  });
  const values = new Map(environment.map(({ key, value }) => [key, value]));
  const lookup = (name: string) => values.get(name);
  const [mounts] = await Promise.all([
    containerMounts(start, environment, services),
    ports.files.makeDirectory(`${podLogDirectory(config.podLogsDirectory, pod)}/${container.name}`, 0o755),
  ]);
  // The files of volumes belong to the pod's users as if it had the host's: the runtime maps them.
  const { uids, gids } = start.usernsOptions ?? {};
  const mapped = uids && gids ? mounts.map((mount) => ({ ...mount, uidMappings: uids, gidMappings: gids })) : mounts;
  const stopSignal = container.lifecycle?.stopSignal;
  return {
    metadata: { name: container.name, attempt: restartCount },
    image: { image: image.id, userSpecifiedImage: container.image ?? '' },
    command: (container.command ?? []).map((part) => expand(part, lookup)),
    args: (container.args ?? []).map((part) => expand(part, lookup)),
    workingDir: container.workingDir ?? '',
    envs: environment,
    mounts: mapped,
    devices: [],
    labels: containerLabels(pod, container),
    annotations: containerAnnotations(pod, container, restartCount),
    logPath: containerLogPath(container.name, restartCount),
    stdin: container.stdin ?? false,
    stdinOnce: container.stdinOnce ?? false,
    tty: container.tty ?? false,
    ...(stopSignal ? { stopSignal } : {}),
    linux: {
      resources: {
        ...containerResources(pod, container, node.memoryBytes),
        // One process that runs out of memory takes its container with it; version 1 has no such switch.
        ...(ports.cgroups.version === 2 ? { unified: { 'memory.oom.group': '1' } } : {}),
      },
      securityContext: containerSecurityContext(pod, container, {
        image,
        seccompRoot: `${config.rootDirectory}/seccomp`,
        seccompDefault: config.seccompDefault,
        ...(start.usernsOptions ? { usernsOptions: start.usernsOptions } : {}),
        ...(start.targetId === undefined ? {} : { targetId: start.targetId }),
      }),
    },
  };
}

async function containerMounts(
  start: ContainerStart,
  environment: readonly EnvironmentVariable[],
  services: PodServices,
): Promise<readonly Mount[]> {
  const { pod, container } = start;
  const mounts: Mount[] = [];
  const mountsInOrder = await Promise.all(
    (container.volumeMounts ?? []).map((_, index) => volumeMount(start, index, environment, services)),
  );
  mounts.push(...mountsInOrder);
  const mountsOwnHosts = mounts.some(({ containerPath }) => containerPath === hostsPath);
  if (!mountsOwnHosts && (start.podIPs.length > 0 || isHostNetwork(pod)))
    mounts.push(await hostsMount(start, services));
  if (container.terminationMessagePath) mounts.push(await terminationMount(start, services));
  return mounts;
}

async function volumeMount(
  start: ContainerStart,
  index: number,
  environment: readonly EnvironmentVariable[],
  services: PodServices,
): Promise<Mount> {
  const { pod, container, volumes } = start;
  const mount = container.volumeMounts?.[index];
  const volume = mount && volumes.get(mount.name);
  if (!volume) throw new Error(`cannot find volume "${mount?.name}" to mount into container "${container.name}"`);
  const { supportsRecursiveReadOnly } = services.node();
  if (mount.recursiveReadOnly === 'Enabled' && !supportsRecursiveReadOnly) {
    throw new Error(
      'failed to resolve recursive read-only mode: volume mount requires recursive read-only mounts, which the runtime handler does not support',
    );
  }
  const readonly = mount.readOnly === true || volume.readOnly;
  const common = {
    containerPath: mount.mountPath.startsWith('/') ? mount.mountPath : `/${mount.mountPath}`,
    readonly,
    propagation: propagationOf(mount.mountPropagation),
    ...(mount.readOnly && isRecursive(mount.recursiveReadOnly, supportsRecursiveReadOnly)
      ? { recursiveReadOnly: true }
      : {}),
  };
  const subPath = resolveSubPath(mount.subPath, mount.subPathExpr, environment);
  if (volume.image) {
    return { ...common, hostPath: '', image: volume.image, ...(subPath ? { imageSubPath: subPath } : {}) };
  }
  if (subPath === '') return { ...common, hostPath: volume.path };
  const target = `${podDirectory(services.config.rootDirectory, pod.metadata.uid)}/volume-subpaths/${mount.name}/${container.name}/${index}`;
  try {
    await services.ports.mounts.bindBeneath(volume.path, subPath, target);
  } catch (error) {
    services.env.log.warn('subPath failed', { pod: pod.metadata.name, volume: mount.name, error: String(error) });
    throw new Error(`failed to prepare subPath for volumeMount "${mount.name}" of container "${container.name}"`, {
      cause: error,
    });
  }
  return { ...common, hostPath: target };
}

/** The path below the volume; '' for the whole. Throws for what would leave it. */
function resolveSubPath(
  subPath: string | undefined,
  expression: string | undefined,
  environment: readonly EnvironmentVariable[],
): string {
  let path = subPath ?? '';
  if (expression) {
    const values = new Map(environment.map(({ key, value }) => [key, value]));
    const missing: string[] = [];
    path = expand(expression, (name) => {
      const value = values.get(name);
      if (value === undefined) missing.push(name);
      return value;
    });
    if (missing.length > 0) throw new Error(`missing value for "${missing[0]}"`);
  }
  if (path.startsWith('/')) throw new Error(`error SubPath \`${path}\` must not be an absolute path`);
  if (path.split('/').includes('..')) throw new Error(`unable to provision SubPath \`${path}\`: must not contain '..'`);
  return path;
}

function propagationOf(mode: string | undefined): MountPropagation {
  if (mode === 'HostToContainer') return 'PROPAGATION_HOST_TO_CONTAINER';
  return mode === 'Bidirectional' ? 'PROPAGATION_BIDIRECTIONAL' : 'PROPAGATION_PRIVATE';
}

async function hostsMount(start: ContainerStart, services: PodServices): Promise<Mount> {
  const { pod, podIPs } = start;
  const { files } = services.ports;
  const { rootDirectory, clusterDomain } = services.config;
  const path = hostsFilePath(rootDirectory, pod.metadata.uid);
  const { hostname, domain } = podHostname(pod, clusterDomain);
  const content = isHostNetwork(pod)
    ? hostNetworkHostsFile(await files.readText(hostsPath), pod.spec.hostAliases)
    : podHostsFile(podIPs, hostname, domain, pod.spec.hostAliases);
  await files.write(path, content, 0o644);
  return { containerPath: hostsPath, hostPath: path };
}

/** A file of its own for each instance: the last words of an earlier one stay readable. */
async function terminationMount(start: ContainerStart, services: PodServices): Promise<Mount> {
  const { pod, container, restartCount } = start;
  const directory = podContainerDirectory(services.config.rootDirectory, pod.metadata.uid, container.name);
  const hostPath = `${directory}/${restartCount}`;
  await services.ports.files.makeDirectory(directory, 0o750);
  await services.ports.files.write(hostPath, '', 0o666);
  const path = container.terminationMessagePath ?? '';
  return { containerPath: path.startsWith('/') ? path : `/${path}`, hostPath };
}
