/**
 * How the spec of a pod is printed in messages: with the fields of upstream's internal type, in its order (pkg/apis/core/types.go).
 */

import { labelSelector, optional, type PrintedShape, printedStruct, struct } from '#api/printed-struct.ts';
import type { EphemeralContainer, PodSpec } from '#kinds/generated/core-v1.ts';
import { localObjectReference, objectFieldSelector, resourceFieldSelector, volume } from './printed-volume.ts';

const containerPort: PrintedShape = { Name: '', HostPort: 0, ContainerPort: 0, Protocol: '', HostIP: '' };
const configMapEnvSource: PrintedShape = { Name: '', Optional: null };
const secretEnvSource: PrintedShape = { Name: '', Optional: null };
const envFromSource: PrintedShape = {
  Prefix: '',
  ConfigMapRef: optional(configMapEnvSource),
  SecretRef: optional(secretEnvSource),
};
const configMapKeySelector: PrintedShape = { Name: '', Key: '', Optional: null };
const secretKeySelector: PrintedShape = { Name: '', Key: '', Optional: null };
const fileKeySelector: PrintedShape = { VolumeName: '', Path: '', Key: '', Optional: null };
const envVarSource: PrintedShape = {
  FieldRef: optional(objectFieldSelector),
  ResourceFieldRef: optional(resourceFieldSelector),
  ConfigMapKeyRef: optional(configMapKeySelector),
  SecretKeyRef: optional(secretKeySelector),
  FileKeyRef: optional(fileKeySelector),
};
const envVar: PrintedShape = { Name: '', Value: '', ValueFrom: optional(envVarSource) };
const resourceClaim: PrintedShape = { Name: '', Request: '' };
const resourceRequirements: PrintedShape = { Limits: null, Requests: null, Claims: optional(resourceClaim) };
const containerResizePolicy: PrintedShape = { ResourceName: '', RestartPolicy: '' };
const containerRestartRuleOnExitCodes: PrintedShape = { Operator: '', Values: null };
const containerRestartRule: PrintedShape = { Action: '', ExitCodes: optional(containerRestartRuleOnExitCodes) };
const volumeMount: PrintedShape = {
  Name: '',
  ReadOnly: false,
  RecursiveReadOnly: null,
  MountPath: '',
  SubPath: '',
  MountPropagation: null,
  SubPathExpr: '',
};
const volumeDevice: PrintedShape = { Name: '', DevicePath: '' };
const execAction: PrintedShape = { Command: null };
const httpHeader: PrintedShape = { Name: '', Value: '' };
const httpGetAction: PrintedShape = { Path: '', Port: 0, Host: '', Scheme: '', HTTPHeaders: optional(httpHeader) };
const tcpSocketAction: PrintedShape = { Port: 0, Host: '' };
const grpcAction: PrintedShape = { Port: 0, Service: null };
const probe: PrintedShape = {
  Exec: optional(execAction),
  HTTPGet: optional(httpGetAction),
  TCPSocket: optional(tcpSocketAction),
  GRPC: optional(grpcAction),
  InitialDelaySeconds: 0,
  TimeoutSeconds: 0,
  PeriodSeconds: 0,
  SuccessThreshold: 0,
  FailureThreshold: 0,
  TerminationGracePeriodSeconds: null,
};
const sleepAction: PrintedShape = { Seconds: 0 };
const lifecycleHandler: PrintedShape = {
  Exec: optional(execAction),
  HTTPGet: optional(httpGetAction),
  TCPSocket: optional(tcpSocketAction),
  Sleep: optional(sleepAction),
};
const lifecycle: PrintedShape = {
  PostStart: optional(lifecycleHandler),
  PreStop: optional(lifecycleHandler),
  StopSignal: null,
};
const capabilities: PrintedShape = { Add: null, Drop: null };
const seLinuxOptions: PrintedShape = { User: '', Role: '', Type: '', Level: '' };
const windowsSecurityContextOptions: PrintedShape = {
  GMSACredentialSpecName: null,
  GMSACredentialSpec: null,
  RunAsUserName: null,
  HostProcess: null,
};
const seccompProfile: PrintedShape = { Type: '', LocalhostProfile: null };
const appArmorProfile: PrintedShape = { Type: '', LocalhostProfile: null };
export const securityContext: PrintedShape = {
  Capabilities: optional(capabilities),
  Privileged: null,
  SELinuxOptions: optional(seLinuxOptions),
  WindowsOptions: optional(windowsSecurityContextOptions),
  RunAsUser: null,
  RunAsGroup: null,
  RunAsNonRoot: null,
  ReadOnlyRootFilesystem: null,
  AllowPrivilegeEscalation: null,
  ProcMount: null,
  SeccompProfile: optional(seccompProfile),
  AppArmorProfile: optional(appArmorProfile),
};
const container: PrintedShape = {
  Name: '',
  Image: '',
  Command: null,
  Args: null,
  WorkingDir: '',
  Ports: optional(containerPort),
  EnvFrom: optional(envFromSource),
  Env: optional(envVar),
  Resources: struct(resourceRequirements),
  ResizePolicy: optional(containerResizePolicy),
  RestartPolicy: null,
  RestartPolicyRules: optional(containerRestartRule),
  VolumeMounts: optional(volumeMount),
  VolumeDevices: optional(volumeDevice),
  LivenessProbe: optional(probe),
  ReadinessProbe: optional(probe),
  StartupProbe: optional(probe),
  Lifecycle: optional(lifecycle),
  TerminationMessagePath: '',
  TerminationMessagePolicy: '',
  ImagePullPolicy: '',
  SecurityContext: optional(securityContext),
  Stdin: false,
  StdinOnce: false,
  TTY: false,
};
const ephemeralContainer: PrintedShape = { ...container, TargetContainerName: '' };
const sysctl: PrintedShape = { Name: '', Value: '' };
const podSecurityContext: PrintedShape = {
  HostNetwork: false,
  HostPID: false,
  HostIPC: false,
  ShareProcessNamespace: null,
  HostUsers: null,
  SELinuxOptions: optional(seLinuxOptions),
  WindowsOptions: optional(windowsSecurityContextOptions),
  RunAsUser: null,
  RunAsGroup: null,
  RunAsNonRoot: null,
  SupplementalGroups: null,
  SupplementalGroupsPolicy: null,
  FSGroup: null,
  FSGroupChangePolicy: null,
  Sysctls: optional(sysctl),
  SeccompProfile: optional(seccompProfile),
  AppArmorProfile: optional(appArmorProfile),
  SELinuxChangePolicy: null,
};
const nodeSelectorRequirement: PrintedShape = { Key: '', Operator: '', Values: null };
export const nodeSelectorTerm: PrintedShape = {
  MatchExpressions: optional(nodeSelectorRequirement),
  MatchFields: optional(nodeSelectorRequirement),
};
export const nodeSelector: PrintedShape = { NodeSelectorTerms: optional(nodeSelectorTerm) };
const preferredSchedulingTerm: PrintedShape = { Weight: 0, Preference: struct(nodeSelectorTerm) };
const nodeAffinity: PrintedShape = {
  RequiredDuringSchedulingIgnoredDuringExecution: optional(nodeSelector),
  PreferredDuringSchedulingIgnoredDuringExecution: optional(preferredSchedulingTerm),
};
const podAffinityTerm: PrintedShape = {
  LabelSelector: labelSelector,
  Namespaces: null,
  TopologyKey: '',
  NamespaceSelector: labelSelector,
  MatchLabelKeys: null,
  MismatchLabelKeys: null,
};
const weightedPodAffinityTerm: PrintedShape = { Weight: 0, PodAffinityTerm: struct(podAffinityTerm) };
const podAffinity: PrintedShape = {
  RequiredDuringSchedulingIgnoredDuringExecution: optional(podAffinityTerm),
  PreferredDuringSchedulingIgnoredDuringExecution: optional(weightedPodAffinityTerm),
};
const podAntiAffinity: PrintedShape = {
  RequiredDuringSchedulingIgnoredDuringExecution: optional(podAffinityTerm),
  PreferredDuringSchedulingIgnoredDuringExecution: optional(weightedPodAffinityTerm),
};
const affinity: PrintedShape = {
  NodeAffinity: optional(nodeAffinity),
  PodAffinity: optional(podAffinity),
  PodAntiAffinity: optional(podAntiAffinity),
};
const toleration: PrintedShape = { Key: '', Operator: '', Value: '', Effect: '', TolerationSeconds: null };
const hostAlias: PrintedShape = { IP: '', Hostnames: null };
const podDNSConfigOption: PrintedShape = { Name: '', Value: null };
const podDNSConfig: PrintedShape = { Nameservers: null, Searches: null, Options: optional(podDNSConfigOption) };
const podReadinessGate: PrintedShape = { ConditionType: '' };
const topologySpreadConstraint: PrintedShape = {
  MaxSkew: 0,
  TopologyKey: '',
  WhenUnsatisfiable: '',
  LabelSelector: labelSelector,
  MinDomains: null,
  NodeAffinityPolicy: null,
  NodeTaintsPolicy: null,
  MatchLabelKeys: null,
};
const podOS: PrintedShape = { Name: '' };
const podSchedulingGate: PrintedShape = { Name: '' };
const podResourceClaim: PrintedShape = { Name: '', ResourceClaimName: null, ResourceClaimTemplateName: null };
const podSchedulingGroup: PrintedShape = { PodGroupName: null };
const podSpec: PrintedShape = {
  Volumes: optional(volume),
  InitContainers: optional(container),
  Containers: optional(container),
  EphemeralContainers: optional(ephemeralContainer),
  RestartPolicy: '',
  TerminationGracePeriodSeconds: null,
  ActiveDeadlineSeconds: null,
  DNSPolicy: '',
  NodeSelector: null,
  ServiceAccountName: '',
  AutomountServiceAccountToken: null,
  NodeName: '',
  SecurityContext: optional(podSecurityContext),
  ImagePullSecrets: optional(localObjectReference),
  Hostname: '',
  Subdomain: '',
  SetHostnameAsFQDN: null,
  Affinity: optional(affinity),
  SchedulerName: '',
  Tolerations: optional(toleration),
  HostAliases: optional(hostAlias),
  PriorityClassName: '',
  Priority: null,
  PreemptionPolicy: null,
  DNSConfig: optional(podDNSConfig),
  ReadinessGates: optional(podReadinessGate),
  RuntimeClassName: null,
  Overhead: null,
  EnableServiceLinks: null,
  TopologySpreadConstraints: optional(topologySpreadConstraint),
  OS: optional(podOS),
  SchedulingGates: optional(podSchedulingGate),
  ResourceClaims: optional(podResourceClaim),
  Resources: optional(resourceRequirements),
  HostnameOverride: null,
  SchedulingGroup: optional(podSchedulingGroup),
};

/** The namespaces of the host are part of the security context there. */
export function printedPodSpec(spec: PodSpec): unknown {
  const { hostNetwork, hostPID, hostIPC, shareProcessNamespace, hostUsers } = spec;
  const host = { hostNetwork, hostPID, hostIPC, shareProcessNamespace, hostUsers };
  return printedStruct({ ...spec, securityContext: { ...host, ...spec.securityContext } }, podSpec);
}

export function printedEphemeralContainer(container: EphemeralContainer): unknown {
  return printedStruct(container, ephemeralContainer);
}
