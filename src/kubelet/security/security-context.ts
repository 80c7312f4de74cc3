/** Security contexts of sandboxes and containers as the runtime takes them (pkg/securitycontext, pkg/kubelet/kuberuntime/security_context.go). */

import type {
  AppArmorProfile,
  Container,
  SELinuxOptions,
  SeccompProfile,
  SecurityContext,
} from '#kinds/generated/core-v1.ts';
import type {
  LinuxContainerSecurityContext,
  LinuxSandboxSecurityContext,
  NamespaceOptions,
  RuntimeImage,
  SecurityProfile,
  SelinuxOptions,
} from '../cri/runtime.ts';
import { containersOf, type NodePod, podText } from '../pod/node-pod.ts';

const defaultMaskedPaths = [
  '/proc/asound',
  '/proc/acpi',
  '/proc/interrupts',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/sys/firmware',
  '/sys/devices/virtual/powercap',
];
const defaultReadonlyPaths = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];

/** Container fields over pod fields. */
export function effectiveSecurityContext(pod: NodePod, container: Container): SecurityContext {
  const { seLinuxOptions, runAsUser, runAsGroup, runAsNonRoot, seccompProfile, appArmorProfile } =
    pod.spec.securityContext ?? {};
  const inherited = { seLinuxOptions, runAsUser, runAsGroup, runAsNonRoot, seccompProfile, appArmorProfile };
  const own = Object.entries(container.securityContext ?? {}).filter(
    ([, value]) => value !== undefined && value !== null,
  );
  return { ...inherited, ...Object.fromEntries(own) };
}

export function namespaceOptions(pod: NodePod, usernsOptions?: NamespaceOptions['usernsOptions']): NamespaceOptions {
  const { hostNetwork, hostPID, hostIPC, shareProcessNamespace } = pod.spec;
  return {
    network: hostNetwork ? 'NODE' : 'POD',
    pid: hostPID ? 'NODE' : shareProcessNamespace ? 'POD' : 'CONTAINER',
    ipc: hostIPC ? 'NODE' : 'POD',
    ...(usernsOptions ? { usernsOptions } : {}),
  };
}

export function isPrivileged(container: Container): boolean {
  return container.securityContext?.privileged === true;
}

export function sandboxSecurityContext(
  pod: NodePod,
  usernsOptions?: NamespaceOptions['usernsOptions'],
): LinuxSandboxSecurityContext {
  const context = pod.spec.securityContext;
  const groups = supplementalGroups(pod);
  return {
    namespaceOptions: namespaceOptions(pod, usernsOptions),
    privileged: containersOf(pod).some(({ container }) => isPrivileged(container)),
    seccomp: { profileType: 'RuntimeDefault' },
    ...(context?.runAsUser === undefined ? {} : { runAsUser: context.runAsUser }),
    ...(context?.runAsGroup === undefined ? {} : { runAsGroup: context.runAsGroup }),
    ...(context?.seLinuxOptions ? { selinuxOptions: selinux(context.seLinuxOptions) } : {}),
    ...(groups.length > 0 ? { supplementalGroups: groups } : {}),
    ...(context?.supplementalGroupsPolicy
      ? { supplementalGroupsPolicy: context.supplementalGroupsPolicy as 'Merge' | 'Strict' }
      : {}),
  };
}

export interface ContainerSecurityOptions {
  /** The user that the image names. */
  readonly image: Pick<RuntimeImage, 'uid' | 'username'>;
  /** Directory of localhost seccomp profiles. */
  readonly seccompRoot: string;
  readonly seccompDefault: boolean;
  readonly usernsOptions?: NamespaceOptions['usernsOptions'] | undefined;
  /** Container whose processes an ephemeral container sees. */
  readonly targetId?: string;
}

export function containerSecurityContext(
  pod: NodePod,
  container: Container,
  options: ContainerSecurityOptions,
): LinuxContainerSecurityContext {
  const effective = effectiveSecurityContext(pod, container);
  const namespaces = namespaceOptions(pod, options.usernsOptions);
  const groups = supplementalGroups(pod);
  const policy = pod.spec.securityContext?.supplementalGroupsPolicy;
  const unmasked = effective.procMount === 'Unmasked';
  const { image } = options;
  const user =
    effective.runAsUser !== undefined
      ? { runAsUser: effective.runAsUser }
      : {
          ...(image.uid === undefined ? {} : { runAsUser: image.uid }),
          ...(image.username ? { runAsUsername: image.username } : {}),
        };
  const apparmor = appArmor(effective.appArmorProfile);
  return {
    ...user,
    ...(effective.runAsGroup === undefined ? {} : { runAsGroup: effective.runAsGroup }),
    ...(effective.capabilities
      ? {
          capabilities: {
            addCapabilities: effective.capabilities.add ?? [],
            dropCapabilities: effective.capabilities.drop ?? [],
          },
        }
      : {}),
    privileged: effective.privileged === true,
    readonlyRootfs: effective.readOnlyRootFilesystem === true,
    noNewPrivs: effective.allowPrivilegeEscalation === false,
    namespaceOptions:
      options.targetId !== undefined && namespaces.pid === 'CONTAINER'
        ? { ...namespaces, pid: 'TARGET', targetId: options.targetId }
        : namespaces,
    maskedPaths: unmasked ? [] : defaultMaskedPaths,
    readonlyPaths: unmasked ? [] : defaultReadonlyPaths,
    seccomp: seccomp(effective.seccompProfile, options),
    ...(apparmor ? { apparmor } : {}),
    ...(effective.seLinuxOptions ? { selinuxOptions: selinux(effective.seLinuxOptions) } : {}),
    ...(groups.length > 0 ? { supplementalGroups: groups } : {}),
    ...(policy ? { supplementalGroupsPolicy: policy as 'Merge' | 'Strict' } : {}),
  };
}

function supplementalGroups(pod: NodePod): readonly number[] {
  const { fsGroup, supplementalGroups: groups = [] } = pod.spec.securityContext ?? {};
  return fsGroup === undefined ? groups : [fsGroup, ...groups];
}

function seccomp(profile: SeccompProfile | undefined, options: ContainerSecurityOptions): SecurityProfile {
  if (!profile) return { profileType: options.seccompDefault ? 'RuntimeDefault' : 'Unconfined' };
  if (profile.type === 'RuntimeDefault') return { profileType: 'RuntimeDefault' };
  if (profile.type !== 'Localhost') return { profileType: 'Unconfined' };
  if (!profile.localhostProfile) throw new Error('localhostProfile must be set if seccompProfile type is Localhost.');
  return { profileType: 'Localhost', localhostRef: `${options.seccompRoot}/${profile.localhostProfile}` };
}

function appArmor(profile: AppArmorProfile | undefined): SecurityProfile | undefined {
  if (!profile) return undefined;
  if (profile.type === 'RuntimeDefault' || profile.type === 'Unconfined') return { profileType: profile.type };
  return { profileType: 'Localhost', localhostRef: profile.localhostProfile ?? '' };
}

function selinux(options: SELinuxOptions): SelinuxOptions {
  const { user, role, type, level } = options;
  return {
    ...(user ? { user } : {}),
    ...(role ? { role } : {}),
    ...(type ? { type } : {}),
    ...(level ? { level } : {}),
  };
}

/** Throws with upstream's text when the container would run as root though it must not. */
export function verifyRunAsNonRoot(
  pod: NodePod,
  container: Container,
  image: Pick<RuntimeImage, 'uid' | 'username'>,
): void {
  const { runAsNonRoot, runAsUser } = effectiveSecurityContext(pod, container);
  if (!runAsNonRoot) return;
  const where = `(pod: ${JSON.stringify(podText(pod))}, container: ${container.name})`;
  if (runAsUser !== undefined) {
    if (runAsUser === 0) throw new Error(`container's runAsUser breaks non-root policy ${where}`);
    return;
  }
  if (image.uid === undefined && image.username) {
    throw new Error(
      `container has runAsNonRoot and image has non-numeric user (${image.username}), cannot verify user is non-root ${where}`,
    );
  }
  // An image that names no user runs as root.
  if ((image.uid ?? 0) === 0) throw new Error(`container has runAsNonRoot and image will run as root ${where}`);
}
