/** The checks of the baseline level: against known ways from a pod to its node (pod-security-admission/policy, by minor version). */

import {
  badSettings,
  type Check,
  containersOf,
  containersText,
  containersWith,
  hasUserNamespace,
  type PodCheck,
  plural,
  quoted,
  settersText,
  sorted,
  unless,
} from './check.ts';

const appArmorAnnotation = 'container.apparmor.security.beta.kubernetes.io/';

const appArmor: PodCheck = (pod) => {
  const allowed = new Set(['RuntimeDefault', 'Localhost']);
  const bad = badSettings(
    pod,
    ({ appArmorProfile }) => appArmorProfile?.type,
    (type) => !allowed.has(type),
  );
  const annotations = Object.entries(pod.annotations)
    .filter(([key, value]) => key.startsWith(appArmorAnnotation) && !isAllowedAppArmor(value))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .sort();
  const setters = settersText(bad.pod, bad.containers);
  const all = [
    ...(setters === undefined ? [] : [setters]),
    ...(annotations.length > 0 ? [plural(annotations.length, 'annotation', 'annotations')] : []),
  ];
  if (all.length === 0) return undefined;
  const values = [...sorted(bad.values), ...annotations];
  return {
    reason: plural(values.length, 'forbidden AppArmor profile', 'forbidden AppArmor profiles'),
    detail: `${all.join(' and ')} must not set AppArmor profile type to ${quoted(values)}`,
  };
};

function isAllowedAppArmor(profile: string): boolean {
  return profile === '' || profile === 'runtime/default' || profile.startsWith('localhost/');
}

const defaultCapabilities = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);

const capabilities: PodCheck = (pod) => {
  const added = (container: ReturnType<typeof containersOf>[number]): string[] =>
    (container.securityContext?.capabilities?.add ?? []).filter((name) => !defaultCapabilities.has(name));
  const names = containersWith(pod, (container) => added(container).length > 0);
  if (names.length === 0) return undefined;
  const list = quoted(sorted(containersOf(pod.spec).flatMap(added)));
  return {
    reason: 'non-default capabilities',
    detail: `${containersText(names)} must not include ${list} in securityContext.capabilities.add`,
  };
};

const hostNamespaces: PodCheck = ({ spec }) => {
  const shared = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((field) => spec[field]);
  if (shared.length === 0) return undefined;
  return { reason: 'host namespaces', detail: shared.map((field) => `${field}=true`).join(', ') };
};

const hostPathVolumes: PodCheck = ({ spec }) => {
  const names = (spec.volumes ?? []).filter(({ hostPath }) => hostPath).map(({ name }) => name);
  if (names.length === 0) return undefined;
  return { reason: 'hostPath volumes', detail: `${plural(names.length, 'volume', 'volumes')} ${quoted(names)}` };
};

const hostPorts: PodCheck = (pod) => {
  const ports = (container: ReturnType<typeof containersOf>[number]): string[] =>
    (container.ports ?? []).flatMap(({ hostPort }) => (hostPort ? [String(hostPort)] : []));
  const names = containersWith(pod, (container) => ports(container).length > 0);
  if (names.length === 0) return undefined;
  const list = sorted(containersOf(pod.spec).flatMap(ports));
  const use = plural(names.length, 'uses', 'use');
  const what = plural(list.length, 'hostPort', 'hostPorts');
  return { reason: 'hostPort', detail: `${containersText(names)} ${use} ${what} ${list.join(', ')}` };
};

const handlerHosts: PodCheck = (pod) => {
  const hosts = ({
    livenessProbe,
    readinessProbe,
    startupProbe,
    lifecycle,
  }: ReturnType<typeof containersOf>[number]): string[] =>
    [livenessProbe, readinessProbe, startupProbe, lifecycle?.postStart, lifecycle?.preStop].flatMap((handler) =>
      [handler?.httpGet?.host, handler?.tcpSocket?.host].filter((host): host is string => Boolean(host)),
    );
  const names = sorted(containersWith(pod, (container) => hosts(container).length > 0));
  if (names.length === 0) return undefined;
  const list = sorted(containersOf(pod.spec).flatMap(hosts));
  const use = plural(names.length, 'uses', 'use');
  const what = plural(list.length, 'probe or lifecycle host', 'probe or lifecycle hosts');
  return { reason: 'probe or lifecycle host', detail: `${containersText(names)} ${use} ${what} ${quoted(list)}` };
};

const privilegedContainers: PodCheck = (pod) => {
  const names = containersWith(pod, ({ securityContext }) => securityContext?.privileged === true);
  if (names.length === 0) return undefined;
  return { reason: 'privileged', detail: `${containersText(names)} must not set securityContext.privileged=true` };
};

/** Also a check of the restricted level, where user namespaces do not count. */
export const procMount: PodCheck = (pod) => {
  const mount = (container: ReturnType<typeof containersOf>[number]): string =>
    container.securityContext?.procMount ?? 'Default';
  const names = containersWith(pod, (container) => mount(container) !== 'Default');
  if (names.length === 0) return undefined;
  const types = sorted(containersOf(pod.spec).map(mount)).filter((type) => type !== 'Default');
  return {
    reason: 'procMount',
    detail: `${containersText(names)} must not set securityContext.procMount to ${quoted(types)}`,
  };
};

function seLinuxOptions(...types: readonly string[]): PodCheck {
  const allowed = new Set(['', ...types]);
  return (pod) => {
    const bad = badSettings(
      pod,
      (context) => context.seLinuxOptions,
      ({ type = '', user, role }) => !allowed.has(type) || Boolean(user) || Boolean(role),
    );
    const setters = settersText(bad.pod, bad.containers);
    if (setters === undefined) return undefined;
    const badTypes = sorted(bad.values.flatMap(({ type = '' }) => (allowed.has(type) ? [] : [type])));
    const data = [
      ...(badTypes.length > 0 ? [`${plural(badTypes.length, 'type', 'types')} ${quoted(badTypes)}`] : []),
      ...(bad.values.some(({ user }) => user) ? ['user may not be set'] : []),
      ...(bad.values.some(({ role }) => role) ? ['role may not be set'] : []),
    ];
    const detail = `${setters} set forbidden securityContext.seLinuxOptions: ${data.join('; ')}`;
    return { reason: 'seLinuxOptions', detail };
  };
}

const seccompAnnotation = 'seccomp.security.alpha.kubernetes.io/pod';
const containerSeccompAnnotation = 'container.seccomp.security.alpha.kubernetes.io/';

const seccompAnnotations: PodCheck = ({ annotations, spec }) => {
  const keys = [seccompAnnotation, ...containersOf(spec).map(({ name }) => containerSeccompAnnotation + name)];
  const allowed = new Set(['runtime/default', 'docker/default']);
  const forbidden = sorted(
    keys.flatMap((key) => {
      const value = annotations[key];
      if (value === undefined || allowed.has(value) || value.startsWith('localhost/')) return [];
      return [`${key}=${JSON.stringify(value)}`];
    }),
  );
  if (forbidden.length === 0) return undefined;
  const what = plural(forbidden.length, 'annotation', 'annotations');
  return { reason: 'seccompProfile', detail: `forbidden ${what} ${forbidden.join(', ')}` };
};

/** Profiles that switch seccomp off; the restricted level also wants that there is a profile. */
export const seccompProfile: PodCheck = (pod) => {
  const bad = badSettings(
    pod,
    (context) => context.seccompProfile?.type,
    (type) => type !== 'Localhost' && type !== 'RuntimeDefault',
  );
  const setters = settersText(bad.pod, bad.containers);
  if (setters === undefined) return undefined;
  const list = quoted(sorted(bad.values));
  return { reason: 'seccompProfile', detail: `${setters} must not set securityContext.seccompProfile.type to ${list}` };
};

function sysctls(...names: readonly string[]): PodCheck {
  const allowed = new Set(names);
  return ({ spec }) => {
    const set = (spec.securityContext?.sysctls ?? []).map(({ name }) => name);
    const forbidden = set.filter((name) => !allowed.has(name));
    return forbidden.length === 0 ? undefined : { reason: 'forbidden sysctls', detail: forbidden.join(', ') };
  };
}

const sysctlsOfOld = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_unprivileged_port_start',
];
const sysctlsOf27 = [...sysctlsOfOld, 'net.ipv4.ip_local_reserved_ports'];
const sysctlsOf29 = [
  ...sysctlsOf27,
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
];
const sysctlsOf32 = [...sysctlsOf29, 'net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem'];

const windowsHostProcess: PodCheck = (pod) => {
  const names = containersWith(pod, ({ securityContext }) => securityContext?.windowsOptions?.hostProcess === true);
  const setters = settersText(pod.spec.securityContext?.windowsOptions?.hostProcess === true, names);
  if (setters === undefined) return undefined;
  return { reason: 'hostProcess', detail: `${setters} must not set securityContext.windowsOptions.hostProcess=true` };
};

const always = (check: PodCheck): Check['versions'] => [{ since: 0, check }];
const types = ['container_t', 'container_init_t', 'container_kvm_t'];

/** By id: the order in which violations are told. */
export const baselineChecks: readonly Check[] = [
  { id: 'appArmorProfile', versions: always(appArmor) },
  { id: 'capabilities_baseline', versions: always(capabilities) },
  { id: 'hostNamespaces', versions: always(hostNamespaces) },
  { id: 'hostPathVolumes', versions: always(hostPathVolumes) },
  { id: 'hostPorts', versions: always(hostPorts) },
  { id: 'hostProbesAndHostLifecycle', versions: [{ since: 34, check: handlerHosts }] },
  { id: 'privileged', versions: always(privilegedContainers) },
  {
    id: 'procMount',
    versions: [
      { since: 0, check: procMount },
      { since: 35, check: unless(hasUserNamespace, procMount) },
    ],
  },
  {
    id: 'seLinuxOptions',
    versions: [
      { since: 0, check: seLinuxOptions(...types) },
      { since: 31, check: seLinuxOptions(...types, 'container_engine_t') },
    ],
  },
  {
    id: 'seccompProfile_baseline',
    versions: [
      { since: 0, check: seccompAnnotations },
      { since: 19, check: seccompProfile },
    ],
  },
  {
    id: 'sysctls',
    versions: [
      { since: 0, check: sysctls(...sysctlsOfOld) },
      { since: 27, check: sysctls(...sysctlsOf27) },
      { since: 29, check: sysctls(...sysctlsOf29) },
      { since: 32, check: sysctls(...sysctlsOf32) },
    ],
  },
  { id: 'windowsHostProcess', versions: always(windowsHostProcess) },
];
