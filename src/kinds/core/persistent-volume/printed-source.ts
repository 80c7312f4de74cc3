/** How the source of a volume is printed in messages: with the fields of upstream's internal type (pkg/apis/core/types.go). */

import { named, optional, type PrintedShape, printedStruct } from '#api/printed-struct.ts';
import type { PersistentVolumeSpec } from '#kinds/generated/core-v1.ts';
import { nodeSelector } from '../pod/printed-spec.ts';
import {
  awsElasticBlockStoreVolumeSource,
  azureDiskVolumeSource,
  azureFileVolumeSource,
  cephFSVolumeSource,
  cinderVolumeSource,
  fcVolumeSource,
  flexVolumeSource,
  flockerVolumeSource,
  gcePersistentDiskVolumeSource,
  glusterfsVolumeSource,
  hostPathVolumeSource,
  iscsiVolumeSource,
  nfsVolumeSource,
  photonPersistentDiskVolumeSource,
  portworxVolumeSource,
  quobyteVolumeSource,
  rbdVolumeSource,
  scaleIOVolumeSource,
  storageOSVolumeSource,
  vsphereVirtualDiskVolumeSource,
} from '../pod/printed-volume.ts';

/** Secrets of volumes may be in any namespace, those of pods' volumes are in the pod's. */
const secretReference = optional({ Name: '', Namespace: '' });
const objectReference: PrintedShape = {
  Kind: '',
  Namespace: '',
  Name: '',
  UID: '',
  APIVersion: '',
  ResourceVersion: '',
  FieldPath: '',
};
const csi: PrintedShape = {
  Driver: '',
  VolumeHandle: '',
  ReadOnly: false,
  FSType: '',
  VolumeAttributes: null,
  ControllerPublishSecretRef: secretReference,
  NodeStageSecretRef: secretReference,
  NodePublishSecretRef: secretReference,
  ControllerExpandSecretRef: secretReference,
  NodeExpandSecretRef: secretReference,
};
const source: PrintedShape = {
  GCEPersistentDisk: optional(gcePersistentDiskVolumeSource),
  AWSElasticBlockStore: optional(awsElasticBlockStoreVolumeSource),
  HostPath: optional(hostPathVolumeSource),
  Glusterfs: optional({ ...glusterfsVolumeSource, EndpointsNamespace: null }),
  NFS: optional(nfsVolumeSource),
  RBD: optional({ ...rbdVolumeSource, SecretRef: secretReference }),
  Quobyte: optional(quobyteVolumeSource),
  ISCSI: optional({ ...iscsiVolumeSource, SecretRef: secretReference }),
  FlexVolume: optional({ ...flexVolumeSource, SecretRef: secretReference }),
  Cinder: optional({ ...cinderVolumeSource, SecretRef: secretReference }),
  CephFS: named('cephfs', optional({ ...cephFSVolumeSource, SecretRef: secretReference })),
  FC: optional(fcVolumeSource),
  Flocker: optional(flockerVolumeSource),
  AzureFile: optional({ ...azureFileVolumeSource, SecretNamespace: null }),
  VsphereVolume: optional(vsphereVirtualDiskVolumeSource),
  AzureDisk: optional(azureDiskVolumeSource),
  PhotonPersistentDisk: optional(photonPersistentDiskVolumeSource),
  PortworxVolume: optional(portworxVolumeSource),
  ScaleIO: optional({ ...scaleIOVolumeSource, SecretRef: secretReference }),
  Local: optional({ Path: '', FSType: null }),
  StorageOS: named('storageos', optional({ ...storageOSVolumeSource, SecretRef: optional(objectReference) })),
  CSI: optional(csi),
};

/** A whole spec: its source is embedded in it. */
export const printedVolumeSpec: PrintedShape = {
  Capacity: null,
  ...source,
  AccessModes: null,
  ClaimRef: optional(objectReference),
  PersistentVolumeReclaimPolicy: '',
  StorageClassName: '',
  MountOptions: null,
  VolumeMode: null,
  NodeAffinity: optional({ Required: optional(nodeSelector) }),
  VolumeAttributesClassName: null,
};

export function printedSource(spec: PersistentVolumeSpec): unknown {
  return printedStruct(spec, source);
}
