/** How the volumes of a pod are printed in messages, and what refers to objects and fields in them and elsewhere in its spec. */

import { embeddedMetadata, labelSelector, named, optional, type PrintedShape, struct } from '#api/printed-struct.ts';

export const hostPathVolumeSource: PrintedShape = { Path: '', Type: null };
const emptyDirVolumeSource: PrintedShape = { Medium: '', SizeLimit: null };
export const gcePersistentDiskVolumeSource: PrintedShape = { PDName: '', FSType: '', Partition: 0, ReadOnly: false };
export const awsElasticBlockStoreVolumeSource: PrintedShape = {
  VolumeID: '',
  FSType: '',
  Partition: 0,
  ReadOnly: false,
};
const gitRepoVolumeSource: PrintedShape = { Repository: '', Revision: '', Directory: '' };
const keyToPath: PrintedShape = { Key: '', Path: '', Mode: null };
const secretVolumeSource: PrintedShape = {
  SecretName: '',
  Items: optional(keyToPath),
  DefaultMode: null,
  Optional: null,
};
export const nfsVolumeSource: PrintedShape = { Server: '', Path: '', ReadOnly: false };
export const localObjectReference: PrintedShape = { Name: '' };
export const iscsiVolumeSource: PrintedShape = {
  TargetPortal: '',
  IQN: '',
  Lun: 0,
  ISCSIInterface: '',
  FSType: '',
  ReadOnly: false,
  Portals: null,
  DiscoveryCHAPAuth: named('chapAuthDiscovery', false),
  SessionCHAPAuth: named('chapAuthSession', false),
  SecretRef: optional(localObjectReference),
  InitiatorName: null,
};
export const glusterfsVolumeSource: PrintedShape = { EndpointsName: named('endpoints', ''), Path: '', ReadOnly: false };
const persistentVolumeClaimVolumeSource: PrintedShape = { ClaimName: '', ReadOnly: false };
export const rbdVolumeSource: PrintedShape = {
  CephMonitors: named('monitors', null),
  RBDImage: named('image', ''),
  FSType: '',
  RBDPool: named('pool', ''),
  RadosUser: named('user', ''),
  Keyring: '',
  SecretRef: optional(localObjectReference),
  ReadOnly: false,
};
export const quobyteVolumeSource: PrintedShape = {
  Registry: '',
  Volume: '',
  ReadOnly: false,
  User: '',
  Group: '',
  Tenant: '',
};
export const flexVolumeSource: PrintedShape = {
  Driver: '',
  FSType: '',
  SecretRef: optional(localObjectReference),
  ReadOnly: false,
  Options: null,
};
export const cinderVolumeSource: PrintedShape = {
  VolumeID: '',
  FSType: '',
  ReadOnly: false,
  SecretRef: optional(localObjectReference),
};
export const cephFSVolumeSource: PrintedShape = {
  Monitors: null,
  Path: '',
  User: '',
  SecretFile: '',
  SecretRef: optional(localObjectReference),
  ReadOnly: false,
};
export const flockerVolumeSource: PrintedShape = { DatasetName: '', DatasetUUID: '' };
export const objectFieldSelector: PrintedShape = { APIVersion: '', FieldPath: '' };
export const resourceFieldSelector: PrintedShape = { ContainerName: '', Resource: '', Divisor: '0' };
const downwardAPIVolumeFile: PrintedShape = {
  Path: '',
  FieldRef: optional(objectFieldSelector),
  ResourceFieldRef: optional(resourceFieldSelector),
  Mode: null,
};
const downwardAPIVolumeSource: PrintedShape = { Items: optional(downwardAPIVolumeFile), DefaultMode: null };
export const fcVolumeSource: PrintedShape = { TargetWWNs: null, Lun: null, FSType: '', ReadOnly: false, WWIDs: null };
export const azureFileVolumeSource: PrintedShape = { SecretName: '', ShareName: '', ReadOnly: false };
const configMapVolumeSource: PrintedShape = { Name: '', Items: optional(keyToPath), DefaultMode: null, Optional: null };
export const vsphereVirtualDiskVolumeSource: PrintedShape = {
  VolumePath: '',
  FSType: '',
  StoragePolicyName: '',
  StoragePolicyID: '',
};
export const azureDiskVolumeSource: PrintedShape = {
  DiskName: '',
  DataDiskURI: named('diskURI', ''),
  CachingMode: null,
  FSType: null,
  ReadOnly: null,
  Kind: null,
};
export const photonPersistentDiskVolumeSource: PrintedShape = { PdID: '', FSType: '' };
const secretProjection: PrintedShape = { Name: '', Items: optional(keyToPath), Optional: null };
const downwardAPIProjection: PrintedShape = { Items: optional(downwardAPIVolumeFile) };
const configMapProjection: PrintedShape = { Name: '', Items: optional(keyToPath), Optional: null };
const serviceAccountTokenProjection: PrintedShape = { Audience: '', ExpirationSeconds: 0, Path: '' };
const clusterTrustBundleProjection: PrintedShape = {
  Name: null,
  SignerName: null,
  LabelSelector: labelSelector,
  Optional: null,
  Path: '',
};
const podCertificateProjection: PrintedShape = {
  SignerName: '',
  KeyType: '',
  MaxExpirationSeconds: null,
  CredentialBundlePath: '',
  KeyPath: '',
  CertificateChainPath: '',
  UserAnnotations: null,
};
const volumeProjection: PrintedShape = {
  Secret: optional(secretProjection),
  DownwardAPI: optional(downwardAPIProjection),
  ConfigMap: optional(configMapProjection),
  ServiceAccountToken: optional(serviceAccountTokenProjection),
  ClusterTrustBundle: optional(clusterTrustBundleProjection),
  PodCertificate: optional(podCertificateProjection),
};
const projectedVolumeSource: PrintedShape = { Sources: optional(volumeProjection), DefaultMode: null };
export const portworxVolumeSource: PrintedShape = { VolumeID: '', FSType: '', ReadOnly: false };
export const scaleIOVolumeSource: PrintedShape = {
  Gateway: '',
  System: '',
  SecretRef: optional(localObjectReference),
  SSLEnabled: false,
  ProtectionDomain: '',
  StoragePool: '',
  StorageMode: '',
  VolumeName: '',
  FSType: '',
  ReadOnly: false,
};
export const storageOSVolumeSource: PrintedShape = {
  VolumeName: '',
  VolumeNamespace: '',
  FSType: '',
  ReadOnly: false,
  SecretRef: optional(localObjectReference),
};
const csiVolumeSource: PrintedShape = {
  Driver: '',
  ReadOnly: null,
  FSType: null,
  VolumeAttributes: null,
  NodePublishSecretRef: optional(localObjectReference),
};
const volumeResourceRequirements: PrintedShape = { Limits: null, Requests: null };
const typedLocalObjectReference: PrintedShape = { APIGroup: null, Kind: '', Name: '' };
const typedObjectReference: PrintedShape = { APIGroup: null, Kind: '', Name: '', Namespace: null };
export const persistentVolumeClaimSpec: PrintedShape = {
  AccessModes: null,
  Selector: labelSelector,
  Resources: struct(volumeResourceRequirements),
  VolumeName: '',
  StorageClassName: null,
  VolumeMode: null,
  DataSource: optional(typedLocalObjectReference),
  DataSourceRef: optional(typedObjectReference),
  VolumeAttributesClassName: null,
};
const persistentVolumeClaimTemplate: PrintedShape = {
  ObjectMeta: embeddedMetadata,
  Spec: struct(persistentVolumeClaimSpec),
};
const ephemeralVolumeSource: PrintedShape = { VolumeClaimTemplate: optional(persistentVolumeClaimTemplate) };
const imageVolumeSource: PrintedShape = { Reference: '', PullPolicy: '' };
export const volume: PrintedShape = {
  Name: '',
  HostPath: optional(hostPathVolumeSource),
  EmptyDir: optional(emptyDirVolumeSource),
  GCEPersistentDisk: optional(gcePersistentDiskVolumeSource),
  AWSElasticBlockStore: optional(awsElasticBlockStoreVolumeSource),
  GitRepo: optional(gitRepoVolumeSource),
  Secret: optional(secretVolumeSource),
  NFS: optional(nfsVolumeSource),
  ISCSI: optional(iscsiVolumeSource),
  Glusterfs: optional(glusterfsVolumeSource),
  PersistentVolumeClaim: optional(persistentVolumeClaimVolumeSource),
  RBD: optional(rbdVolumeSource),
  Quobyte: optional(quobyteVolumeSource),
  FlexVolume: optional(flexVolumeSource),
  Cinder: optional(cinderVolumeSource),
  CephFS: named('cephfs', optional(cephFSVolumeSource)),
  Flocker: optional(flockerVolumeSource),
  DownwardAPI: optional(downwardAPIVolumeSource),
  FC: optional(fcVolumeSource),
  AzureFile: optional(azureFileVolumeSource),
  ConfigMap: optional(configMapVolumeSource),
  VsphereVolume: optional(vsphereVirtualDiskVolumeSource),
  AzureDisk: optional(azureDiskVolumeSource),
  PhotonPersistentDisk: optional(photonPersistentDiskVolumeSource),
  Projected: optional(projectedVolumeSource),
  PortworxVolume: optional(portworxVolumeSource),
  ScaleIO: optional(scaleIOVolumeSource),
  StorageOS: named('storageos', optional(storageOSVolumeSource)),
  CSI: optional(csiVolumeSource),
  Ephemeral: optional(ephemeralVolumeSource),
  Image: optional(imageVolumeSource),
};
