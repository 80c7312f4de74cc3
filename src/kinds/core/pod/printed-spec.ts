/**
 * How the spec of a pod is printed in messages: with the fields of upstream's internal type, in its order (pkg/apis/core/types.go). A flat
 * table of names and of what stands for an absent value.
 */

import { type PrintedShape, printedStruct } from '#api/printed-struct.ts';
import type { PodSpec } from '#kinds/generated/core-v1.ts';

const hostPathVolumeSource: PrintedShape = {
  Path: ['path', ''],
  Type: ['type', null],
};
const emptyDirVolumeSource: PrintedShape = {
  Medium: ['medium', ''],
  SizeLimit: ['sizeLimit', null],
};
const gcePersistentDiskVolumeSource: PrintedShape = {
  PDName: ['pdName', ''],
  FSType: ['fsType', ''],
  Partition: ['partition', 0],
  ReadOnly: ['readOnly', false],
};
const awsElasticBlockStoreVolumeSource: PrintedShape = {
  VolumeID: ['volumeID', ''],
  FSType: ['fsType', ''],
  Partition: ['partition', 0],
  ReadOnly: ['readOnly', false],
};
const gitRepoVolumeSource: PrintedShape = {
  Repository: ['repository', ''],
  Revision: ['revision', ''],
  Directory: ['directory', ''],
};
const keyToPath: PrintedShape = {
  Key: ['key', ''],
  Path: ['path', ''],
  Mode: ['mode', null],
};
const secretVolumeSource: PrintedShape = {
  SecretName: ['secretName', ''],
  Items: ['items', null, keyToPath],
  DefaultMode: ['defaultMode', null],
  Optional: ['optional', null],
};
const nfsVolumeSource: PrintedShape = {
  Server: ['server', ''],
  Path: ['path', ''],
  ReadOnly: ['readOnly', false],
};
const localObjectReference: PrintedShape = {
  Name: ['name', ''],
};
const iscsiVolumeSource: PrintedShape = {
  TargetPortal: ['targetPortal', ''],
  IQN: ['iqn', ''],
  Lun: ['lun', 0],
  ISCSIInterface: ['iscsiInterface', ''],
  FSType: ['fsType', ''],
  ReadOnly: ['readOnly', false],
  Portals: ['portals', null],
  DiscoveryCHAPAuth: ['chapAuthDiscovery', false],
  SessionCHAPAuth: ['chapAuthSession', false],
  SecretRef: ['secretRef', null, localObjectReference],
  InitiatorName: ['initiatorName', null],
};
const glusterfsVolumeSource: PrintedShape = {
  EndpointsName: ['endpoints', ''],
  Path: ['path', ''],
  ReadOnly: ['readOnly', false],
};
const persistentVolumeClaimVolumeSource: PrintedShape = {
  ClaimName: ['claimName', ''],
  ReadOnly: ['readOnly', false],
};
const rbdVolumeSource: PrintedShape = {
  CephMonitors: ['monitors', null],
  RBDImage: ['image', ''],
  FSType: ['fsType', ''],
  RBDPool: ['pool', ''],
  RadosUser: ['user', ''],
  Keyring: ['keyring', ''],
  SecretRef: ['secretRef', null, localObjectReference],
  ReadOnly: ['readOnly', false],
};
const quobyteVolumeSource: PrintedShape = {
  Registry: ['registry', ''],
  Volume: ['volume', ''],
  ReadOnly: ['readOnly', false],
  User: ['user', ''],
  Group: ['group', ''],
  Tenant: ['tenant', ''],
};
const flexVolumeSource: PrintedShape = {
  Driver: ['driver', ''],
  FSType: ['fsType', ''],
  SecretRef: ['secretRef', null, localObjectReference],
  ReadOnly: ['readOnly', false],
  Options: ['options', null],
};
const cinderVolumeSource: PrintedShape = {
  VolumeID: ['volumeID', ''],
  FSType: ['fsType', ''],
  ReadOnly: ['readOnly', false],
  SecretRef: ['secretRef', null, localObjectReference],
};
const cephFSVolumeSource: PrintedShape = {
  Monitors: ['monitors', null],
  Path: ['path', ''],
  User: ['user', ''],
  SecretFile: ['secretFile', ''],
  SecretRef: ['secretRef', null, localObjectReference],
  ReadOnly: ['readOnly', false],
};
const flockerVolumeSource: PrintedShape = {
  DatasetName: ['datasetName', ''],
  DatasetUUID: ['datasetUUID', ''],
};
const objectFieldSelector: PrintedShape = {
  APIVersion: ['apiVersion', ''],
  FieldPath: ['fieldPath', ''],
};
const resourceFieldSelector: PrintedShape = {
  ContainerName: ['containerName', ''],
  Resource: ['resource', ''],
  Divisor: ['divisor', '0'],
};
const downwardAPIVolumeFile: PrintedShape = {
  Path: ['path', ''],
  FieldRef: ['fieldRef', null, objectFieldSelector],
  ResourceFieldRef: ['resourceFieldRef', null, resourceFieldSelector],
  Mode: ['mode', null],
};
const downwardAPIVolumeSource: PrintedShape = {
  Items: ['items', null, downwardAPIVolumeFile],
  DefaultMode: ['defaultMode', null],
};
const fcVolumeSource: PrintedShape = {
  TargetWWNs: ['targetWWNs', null],
  Lun: ['lun', null],
  FSType: ['fsType', ''],
  ReadOnly: ['readOnly', false],
  WWIDs: ['wwids', null],
};
const azureFileVolumeSource: PrintedShape = {
  SecretName: ['secretName', ''],
  ShareName: ['shareName', ''],
  ReadOnly: ['readOnly', false],
};
const configMapVolumeSource: PrintedShape = {
  Name: ['name', ''],
  Items: ['items', null, keyToPath],
  DefaultMode: ['defaultMode', null],
  Optional: ['optional', null],
};
const vsphereVirtualDiskVolumeSource: PrintedShape = {
  VolumePath: ['volumePath', ''],
  FSType: ['fsType', ''],
  StoragePolicyName: ['storagePolicyName', ''],
  StoragePolicyID: ['storagePolicyID', ''],
};
const azureDiskVolumeSource: PrintedShape = {
  DiskName: ['diskName', ''],
  DataDiskURI: ['diskURI', ''],
  CachingMode: ['cachingMode', null],
  FSType: ['fsType', null],
  ReadOnly: ['readOnly', null],
  Kind: ['kind', null],
};
const photonPersistentDiskVolumeSource: PrintedShape = {
  PdID: ['pdID', ''],
  FSType: ['fsType', ''],
};
const secretProjection: PrintedShape = {
  Name: ['name', ''],
  Items: ['items', null, keyToPath],
  Optional: ['optional', null],
};
const downwardAPIProjection: PrintedShape = {
  Items: ['items', null, downwardAPIVolumeFile],
};
const configMapProjection: PrintedShape = {
  Name: ['name', ''],
  Items: ['items', null, keyToPath],
  Optional: ['optional', null],
};
const serviceAccountTokenProjection: PrintedShape = {
  Audience: ['audience', ''],
  ExpirationSeconds: ['expirationSeconds', 0],
  Path: ['path', ''],
};
const clusterTrustBundleProjection: PrintedShape = {
  Name: ['name', null],
  SignerName: ['signerName', null],
  LabelSelector: ['labelSelector', null],
  Optional: ['optional', null],
  Path: ['path', ''],
};
const podCertificateProjection: PrintedShape = {
  SignerName: ['signerName', ''],
  KeyType: ['keyType', ''],
  MaxExpirationSeconds: ['maxExpirationSeconds', null],
  CredentialBundlePath: ['credentialBundlePath', ''],
  KeyPath: ['keyPath', ''],
  CertificateChainPath: ['certificateChainPath', ''],
  UserAnnotations: ['userAnnotations', null],
};
const volumeProjection: PrintedShape = {
  Secret: ['secret', null, secretProjection],
  DownwardAPI: ['downwardAPI', null, downwardAPIProjection],
  ConfigMap: ['configMap', null, configMapProjection],
  ServiceAccountToken: ['serviceAccountToken', null, serviceAccountTokenProjection],
  ClusterTrustBundle: ['clusterTrustBundle', null, clusterTrustBundleProjection],
  PodCertificate: ['podCertificate', null, podCertificateProjection],
};
const projectedVolumeSource: PrintedShape = {
  Sources: ['sources', null, volumeProjection],
  DefaultMode: ['defaultMode', null],
};
const portworxVolumeSource: PrintedShape = {
  VolumeID: ['volumeID', ''],
  FSType: ['fsType', ''],
  ReadOnly: ['readOnly', false],
};
const scaleIOVolumeSource: PrintedShape = {
  Gateway: ['gateway', ''],
  System: ['system', ''],
  SecretRef: ['secretRef', null, localObjectReference],
  SSLEnabled: ['sslEnabled', false],
  ProtectionDomain: ['protectionDomain', ''],
  StoragePool: ['storagePool', ''],
  StorageMode: ['storageMode', ''],
  VolumeName: ['volumeName', ''],
  FSType: ['fsType', ''],
  ReadOnly: ['readOnly', false],
};
const storageOSVolumeSource: PrintedShape = {
  VolumeName: ['volumeName', ''],
  VolumeNamespace: ['volumeNamespace', ''],
  FSType: ['fsType', ''],
  ReadOnly: ['readOnly', false],
  SecretRef: ['secretRef', null, localObjectReference],
};
const csiVolumeSource: PrintedShape = {
  Driver: ['driver', ''],
  ReadOnly: ['readOnly', null],
  FSType: ['fsType', null],
  VolumeAttributes: ['volumeAttributes', null],
  NodePublishSecretRef: ['nodePublishSecretRef', null, localObjectReference],
};
const volumeResourceRequirements: PrintedShape = {
  Limits: ['limits', null],
  Requests: ['requests', null],
};
const typedLocalObjectReference: PrintedShape = {
  APIGroup: ['apiGroup', null],
  Kind: ['kind', ''],
  Name: ['name', ''],
};
const typedObjectReference: PrintedShape = {
  APIGroup: ['apiGroup', null],
  Kind: ['kind', ''],
  Name: ['name', ''],
  Namespace: ['namespace', null],
};
const persistentVolumeClaimSpec: PrintedShape = {
  AccessModes: ['accessModes', null],
  Selector: ['selector', null],
  Resources: ['resources', 'struct', volumeResourceRequirements],
  VolumeName: ['volumeName', ''],
  StorageClassName: ['storageClassName', null],
  VolumeMode: ['volumeMode', null],
  DataSource: ['dataSource', null, typedLocalObjectReference],
  DataSourceRef: ['dataSourceRef', null, typedObjectReference],
  VolumeAttributesClassName: ['volumeAttributesClassName', null],
};
const persistentVolumeClaimTemplate: PrintedShape = {
  Spec: ['spec', 'struct', persistentVolumeClaimSpec],
};
const ephemeralVolumeSource: PrintedShape = {
  VolumeClaimTemplate: ['volumeClaimTemplate', null, persistentVolumeClaimTemplate],
};
const imageVolumeSource: PrintedShape = {
  Reference: ['reference', ''],
  PullPolicy: ['pullPolicy', ''],
};
const volume: PrintedShape = {
  Name: ['name', ''],
  HostPath: ['hostPath', null, hostPathVolumeSource],
  EmptyDir: ['emptyDir', null, emptyDirVolumeSource],
  GCEPersistentDisk: ['gcePersistentDisk', null, gcePersistentDiskVolumeSource],
  AWSElasticBlockStore: ['awsElasticBlockStore', null, awsElasticBlockStoreVolumeSource],
  GitRepo: ['gitRepo', null, gitRepoVolumeSource],
  Secret: ['secret', null, secretVolumeSource],
  NFS: ['nfs', null, nfsVolumeSource],
  ISCSI: ['iscsi', null, iscsiVolumeSource],
  Glusterfs: ['glusterfs', null, glusterfsVolumeSource],
  PersistentVolumeClaim: ['persistentVolumeClaim', null, persistentVolumeClaimVolumeSource],
  RBD: ['rbd', null, rbdVolumeSource],
  Quobyte: ['quobyte', null, quobyteVolumeSource],
  FlexVolume: ['flexVolume', null, flexVolumeSource],
  Cinder: ['cinder', null, cinderVolumeSource],
  CephFS: ['cephfs', null, cephFSVolumeSource],
  Flocker: ['flocker', null, flockerVolumeSource],
  DownwardAPI: ['downwardAPI', null, downwardAPIVolumeSource],
  FC: ['fc', null, fcVolumeSource],
  AzureFile: ['azureFile', null, azureFileVolumeSource],
  ConfigMap: ['configMap', null, configMapVolumeSource],
  VsphereVolume: ['vsphereVolume', null, vsphereVirtualDiskVolumeSource],
  AzureDisk: ['azureDisk', null, azureDiskVolumeSource],
  PhotonPersistentDisk: ['photonPersistentDisk', null, photonPersistentDiskVolumeSource],
  Projected: ['projected', null, projectedVolumeSource],
  PortworxVolume: ['portworxVolume', null, portworxVolumeSource],
  ScaleIO: ['scaleIO', null, scaleIOVolumeSource],
  StorageOS: ['storageos', null, storageOSVolumeSource],
  CSI: ['csi', null, csiVolumeSource],
  Ephemeral: ['ephemeral', null, ephemeralVolumeSource],
  Image: ['image', null, imageVolumeSource],
};
const containerPort: PrintedShape = {
  Name: ['name', ''],
  HostPort: ['hostPort', 0],
  ContainerPort: ['containerPort', 0],
  Protocol: ['protocol', ''],
  HostIP: ['hostIP', ''],
};
const configMapEnvSource: PrintedShape = {
  Name: ['name', ''],
  Optional: ['optional', null],
};
const secretEnvSource: PrintedShape = {
  Name: ['name', ''],
  Optional: ['optional', null],
};
const envFromSource: PrintedShape = {
  Prefix: ['prefix', ''],
  ConfigMapRef: ['configMapRef', null, configMapEnvSource],
  SecretRef: ['secretRef', null, secretEnvSource],
};
const configMapKeySelector: PrintedShape = {
  Name: ['name', ''],
  Key: ['key', ''],
  Optional: ['optional', null],
};
const secretKeySelector: PrintedShape = {
  Name: ['name', ''],
  Key: ['key', ''],
  Optional: ['optional', null],
};
const fileKeySelector: PrintedShape = {
  VolumeName: ['volumeName', ''],
  Path: ['path', ''],
  Key: ['key', ''],
  Optional: ['optional', null],
};
const envVarSource: PrintedShape = {
  FieldRef: ['fieldRef', null, objectFieldSelector],
  ResourceFieldRef: ['resourceFieldRef', null, resourceFieldSelector],
  ConfigMapKeyRef: ['configMapKeyRef', null, configMapKeySelector],
  SecretKeyRef: ['secretKeyRef', null, secretKeySelector],
  FileKeyRef: ['fileKeyRef', null, fileKeySelector],
};
const envVar: PrintedShape = {
  Name: ['name', ''],
  Value: ['value', ''],
  ValueFrom: ['valueFrom', null, envVarSource],
};
const resourceClaim: PrintedShape = {
  Name: ['name', ''],
  Request: ['request', ''],
};
const resourceRequirements: PrintedShape = {
  Limits: ['limits', null],
  Requests: ['requests', null],
  Claims: ['claims', null, resourceClaim],
};
const containerResizePolicy: PrintedShape = {
  ResourceName: ['resourceName', ''],
  RestartPolicy: ['restartPolicy', ''],
};
const containerRestartRuleOnExitCodes: PrintedShape = {
  Operator: ['operator', ''],
  Values: ['values', null],
};
const containerRestartRule: PrintedShape = {
  Action: ['action', ''],
  ExitCodes: ['exitCodes', null, containerRestartRuleOnExitCodes],
};
const volumeMount: PrintedShape = {
  Name: ['name', ''],
  ReadOnly: ['readOnly', false],
  RecursiveReadOnly: ['recursiveReadOnly', null],
  MountPath: ['mountPath', ''],
  SubPath: ['subPath', ''],
  MountPropagation: ['mountPropagation', null],
  SubPathExpr: ['subPathExpr', ''],
};
const volumeDevice: PrintedShape = {
  Name: ['name', ''],
  DevicePath: ['devicePath', ''],
};
const execAction: PrintedShape = {
  Command: ['command', null],
};
const httpHeader: PrintedShape = {
  Name: ['name', ''],
  Value: ['value', ''],
};
const httpGetAction: PrintedShape = {
  Path: ['path', ''],
  Port: ['port', 0],
  Host: ['host', ''],
  Scheme: ['scheme', ''],
  HTTPHeaders: ['httpHeaders', null, httpHeader],
};
const tcpSocketAction: PrintedShape = {
  Port: ['port', 0],
  Host: ['host', ''],
};
const grpcAction: PrintedShape = {
  Port: ['port', 0],
  Service: ['service', null],
};
const probe: PrintedShape = {
  Exec: ['exec', null, execAction],
  HTTPGet: ['httpGet', null, httpGetAction],
  TCPSocket: ['tcpSocket', null, tcpSocketAction],
  GRPC: ['grpc', null, grpcAction],
  InitialDelaySeconds: ['initialDelaySeconds', 0],
  TimeoutSeconds: ['timeoutSeconds', 0],
  PeriodSeconds: ['periodSeconds', 0],
  SuccessThreshold: ['successThreshold', 0],
  FailureThreshold: ['failureThreshold', 0],
  TerminationGracePeriodSeconds: ['terminationGracePeriodSeconds', null],
};
const sleepAction: PrintedShape = {
  Seconds: ['seconds', 0],
};
const lifecycleHandler: PrintedShape = {
  Exec: ['exec', null, execAction],
  HTTPGet: ['httpGet', null, httpGetAction],
  TCPSocket: ['tcpSocket', null, tcpSocketAction],
  Sleep: ['sleep', null, sleepAction],
};
const lifecycle: PrintedShape = {
  PostStart: ['postStart', null, lifecycleHandler],
  PreStop: ['preStop', null, lifecycleHandler],
  StopSignal: ['stopSignal', null],
};
const capabilities: PrintedShape = {
  Add: ['add', null],
  Drop: ['drop', null],
};
const seLinuxOptions: PrintedShape = {
  User: ['user', ''],
  Role: ['role', ''],
  Type: ['type', ''],
  Level: ['level', ''],
};
const windowsSecurityContextOptions: PrintedShape = {
  GMSACredentialSpecName: ['gmsaCredentialSpecName', null],
  GMSACredentialSpec: ['gmsaCredentialSpec', null],
  RunAsUserName: ['runAsUserName', null],
  HostProcess: ['hostProcess', null],
};
const seccompProfile: PrintedShape = {
  Type: ['type', ''],
  LocalhostProfile: ['localhostProfile', null],
};
const appArmorProfile: PrintedShape = {
  Type: ['type', ''],
  LocalhostProfile: ['localhostProfile', null],
};
const securityContext: PrintedShape = {
  Capabilities: ['capabilities', null, capabilities],
  Privileged: ['privileged', null],
  SELinuxOptions: ['seLinuxOptions', null, seLinuxOptions],
  WindowsOptions: ['windowsOptions', null, windowsSecurityContextOptions],
  RunAsUser: ['runAsUser', null],
  RunAsGroup: ['runAsGroup', null],
  RunAsNonRoot: ['runAsNonRoot', null],
  ReadOnlyRootFilesystem: ['readOnlyRootFilesystem', null],
  AllowPrivilegeEscalation: ['allowPrivilegeEscalation', null],
  ProcMount: ['procMount', null],
  SeccompProfile: ['seccompProfile', null, seccompProfile],
  AppArmorProfile: ['appArmorProfile', null, appArmorProfile],
};
const container: PrintedShape = {
  Name: ['name', ''],
  Image: ['image', ''],
  Command: ['command', null],
  Args: ['args', null],
  WorkingDir: ['workingDir', ''],
  Ports: ['ports', null, containerPort],
  EnvFrom: ['envFrom', null, envFromSource],
  Env: ['env', null, envVar],
  Resources: ['resources', 'struct', resourceRequirements],
  ResizePolicy: ['resizePolicy', null, containerResizePolicy],
  RestartPolicy: ['restartPolicy', null],
  RestartPolicyRules: ['restartPolicyRules', null, containerRestartRule],
  VolumeMounts: ['volumeMounts', null, volumeMount],
  VolumeDevices: ['volumeDevices', null, volumeDevice],
  LivenessProbe: ['livenessProbe', null, probe],
  ReadinessProbe: ['readinessProbe', null, probe],
  StartupProbe: ['startupProbe', null, probe],
  Lifecycle: ['lifecycle', null, lifecycle],
  TerminationMessagePath: ['terminationMessagePath', ''],
  TerminationMessagePolicy: ['terminationMessagePolicy', ''],
  ImagePullPolicy: ['imagePullPolicy', ''],
  SecurityContext: ['securityContext', null, securityContext],
  Stdin: ['stdin', false],
  StdinOnce: ['stdinOnce', false],
  TTY: ['tty', false],
};
const ephemeralContainer: PrintedShape = { ...container, TargetContainerName: ['targetContainerName', ''] };
const sysctl: PrintedShape = {
  Name: ['name', ''],
  Value: ['value', ''],
};
const podSecurityContext: PrintedShape = {
  HostNetwork: ['hostNetwork', false],
  HostPID: ['hostPID', false],
  HostIPC: ['hostIPC', false],
  ShareProcessNamespace: ['shareProcessNamespace', null],
  HostUsers: ['hostUsers', null],
  SELinuxOptions: ['seLinuxOptions', null, seLinuxOptions],
  WindowsOptions: ['windowsOptions', null, windowsSecurityContextOptions],
  RunAsUser: ['runAsUser', null],
  RunAsGroup: ['runAsGroup', null],
  RunAsNonRoot: ['runAsNonRoot', null],
  SupplementalGroups: ['supplementalGroups', null],
  SupplementalGroupsPolicy: ['supplementalGroupsPolicy', null],
  FSGroup: ['fsGroup', null],
  FSGroupChangePolicy: ['fsGroupChangePolicy', null],
  Sysctls: ['sysctls', null, sysctl],
  SeccompProfile: ['seccompProfile', null, seccompProfile],
  AppArmorProfile: ['appArmorProfile', null, appArmorProfile],
  SELinuxChangePolicy: ['seLinuxChangePolicy', null],
};
const nodeSelectorRequirement: PrintedShape = {
  Key: ['key', ''],
  Operator: ['operator', ''],
  Values: ['values', null],
};
const nodeSelectorTerm: PrintedShape = {
  MatchExpressions: ['matchExpressions', null, nodeSelectorRequirement],
  MatchFields: ['matchFields', null, nodeSelectorRequirement],
};
const nodeSelector: PrintedShape = {
  NodeSelectorTerms: ['nodeSelectorTerms', null, nodeSelectorTerm],
};
const preferredSchedulingTerm: PrintedShape = {
  Weight: ['weight', 0],
  Preference: ['preference', 'struct', nodeSelectorTerm],
};
const nodeAffinity: PrintedShape = {
  RequiredDuringSchedulingIgnoredDuringExecution: [
    'requiredDuringSchedulingIgnoredDuringExecution',
    null,
    nodeSelector,
  ],
  PreferredDuringSchedulingIgnoredDuringExecution: [
    'preferredDuringSchedulingIgnoredDuringExecution',
    null,
    preferredSchedulingTerm,
  ],
};
const podAffinityTerm: PrintedShape = {
  LabelSelector: ['labelSelector', null],
  Namespaces: ['namespaces', null],
  TopologyKey: ['topologyKey', ''],
  NamespaceSelector: ['namespaceSelector', null],
  MatchLabelKeys: ['matchLabelKeys', null],
  MismatchLabelKeys: ['mismatchLabelKeys', null],
};
const weightedPodAffinityTerm: PrintedShape = {
  Weight: ['weight', 0],
  PodAffinityTerm: ['podAffinityTerm', 'struct', podAffinityTerm],
};
const podAffinity: PrintedShape = {
  RequiredDuringSchedulingIgnoredDuringExecution: [
    'requiredDuringSchedulingIgnoredDuringExecution',
    null,
    podAffinityTerm,
  ],
  PreferredDuringSchedulingIgnoredDuringExecution: [
    'preferredDuringSchedulingIgnoredDuringExecution',
    null,
    weightedPodAffinityTerm,
  ],
};
const podAntiAffinity: PrintedShape = {
  RequiredDuringSchedulingIgnoredDuringExecution: [
    'requiredDuringSchedulingIgnoredDuringExecution',
    null,
    podAffinityTerm,
  ],
  PreferredDuringSchedulingIgnoredDuringExecution: [
    'preferredDuringSchedulingIgnoredDuringExecution',
    null,
    weightedPodAffinityTerm,
  ],
};
const affinity: PrintedShape = {
  NodeAffinity: ['nodeAffinity', null, nodeAffinity],
  PodAffinity: ['podAffinity', null, podAffinity],
  PodAntiAffinity: ['podAntiAffinity', null, podAntiAffinity],
};
const toleration: PrintedShape = {
  Key: ['key', ''],
  Operator: ['operator', ''],
  Value: ['value', ''],
  Effect: ['effect', ''],
  TolerationSeconds: ['tolerationSeconds', null],
};
const hostAlias: PrintedShape = {
  IP: ['ip', ''],
  Hostnames: ['hostnames', null],
};
const podDNSConfigOption: PrintedShape = {
  Name: ['name', ''],
  Value: ['value', null],
};
const podDNSConfig: PrintedShape = {
  Nameservers: ['nameservers', null],
  Searches: ['searches', null],
  Options: ['options', null, podDNSConfigOption],
};
const podReadinessGate: PrintedShape = {
  ConditionType: ['conditionType', ''],
};
const topologySpreadConstraint: PrintedShape = {
  MaxSkew: ['maxSkew', 0],
  TopologyKey: ['topologyKey', ''],
  WhenUnsatisfiable: ['whenUnsatisfiable', ''],
  LabelSelector: ['labelSelector', null],
  MinDomains: ['minDomains', null],
  NodeAffinityPolicy: ['nodeAffinityPolicy', null],
  NodeTaintsPolicy: ['nodeTaintsPolicy', null],
  MatchLabelKeys: ['matchLabelKeys', null],
};
const podOS: PrintedShape = {
  Name: ['name', ''],
};
const podSchedulingGate: PrintedShape = {
  Name: ['name', ''],
};
const podResourceClaim: PrintedShape = {
  Name: ['name', ''],
  ResourceClaimName: ['resourceClaimName', null],
  ResourceClaimTemplateName: ['resourceClaimTemplateName', null],
};
const podSchedulingGroup: PrintedShape = {
  PodGroupName: ['podGroupName', null],
};
const podSpec: PrintedShape = {
  Volumes: ['volumes', null, volume],
  InitContainers: ['initContainers', null, container],
  Containers: ['containers', null, container],
  EphemeralContainers: ['ephemeralContainers', null, ephemeralContainer],
  RestartPolicy: ['restartPolicy', ''],
  TerminationGracePeriodSeconds: ['terminationGracePeriodSeconds', null],
  ActiveDeadlineSeconds: ['activeDeadlineSeconds', null],
  DNSPolicy: ['dnsPolicy', ''],
  NodeSelector: ['nodeSelector', null],
  ServiceAccountName: ['serviceAccountName', ''],
  AutomountServiceAccountToken: ['automountServiceAccountToken', null],
  NodeName: ['nodeName', ''],
  SecurityContext: ['securityContext', null, podSecurityContext],
  ImagePullSecrets: ['imagePullSecrets', null, localObjectReference],
  Hostname: ['hostname', ''],
  Subdomain: ['subdomain', ''],
  SetHostnameAsFQDN: ['setHostnameAsFQDN', null],
  Affinity: ['affinity', null, affinity],
  SchedulerName: ['schedulerName', ''],
  Tolerations: ['tolerations', null, toleration],
  HostAliases: ['hostAliases', null, hostAlias],
  PriorityClassName: ['priorityClassName', ''],
  Priority: ['priority', null],
  PreemptionPolicy: ['preemptionPolicy', null],
  DNSConfig: ['dnsConfig', null, podDNSConfig],
  ReadinessGates: ['readinessGates', null, podReadinessGate],
  RuntimeClassName: ['runtimeClassName', null],
  Overhead: ['overhead', null],
  EnableServiceLinks: ['enableServiceLinks', null],
  TopologySpreadConstraints: ['topologySpreadConstraints', null, topologySpreadConstraint],
  OS: ['os', null, podOS],
  SchedulingGates: ['schedulingGates', null, podSchedulingGate],
  ResourceClaims: ['resourceClaims', null, podResourceClaim],
  Resources: ['resources', null, resourceRequirements],
  HostnameOverride: ['hostnameOverride', null],
  SchedulingGroup: ['schedulingGroup', null, podSchedulingGroup],
};

/** The namespaces of the host are part of the security context there. */
export function printedPodSpec(spec: PodSpec): unknown {
  const { hostNetwork, hostPID, hostIPC, shareProcessNamespace, hostUsers } = spec;
  const host = { hostNetwork, hostPID, hostIPC, shareProcessNamespace, hostUsers };
  return printedStruct({ ...spec, securityContext: { ...host, ...spec.securityContext } }, podSpec);
}
