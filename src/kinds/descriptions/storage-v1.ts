/** What the types and fields of storage/v1 are, in our words: shown by `kubectl explain`. Language: src/api/openapi/descriptions.ts. */
import type { PackageDescriptions } from '#api/openapi/descriptions.ts';

export const storageV1: PackageDescriptions = {
  package: 'k8s.io/api/storage/v1',
  text: `
StorageClass: A kind of storage from which volumes are made for claims. Annotation storageclass.kubernetes.io/is-default-class makes it the default.
  provisioner: Who makes the volumes: name of a CSI driver or another provisioner. Cannot be changed.
  parameters: Settings for the provisioner, which alone knows them; at most 512 with 256 KiB in all. Cannot be changed.
  reclaimPolicy: What becomes of a volume after its claim: Delete (the default) or Retain. Cannot be changed.
  mountOptions: Mount options for the volumes made; a wrong one shows only when mounting fails.
  allowVolumeExpansion: Whether claims may ask for more space later. Not when absent.
  volumeBindingMode: Immediate (the default) makes and binds a volume at once, WaitForFirstConsumer when a pod that uses the claim is scheduled.
  allowedTopologies: Where volumes may be made, by labels of nodes; anywhere when empty. Only provisioners with topologies heed it.
VolumeAttachment: Asks for a volume to be attached to a node, and says whether it is. Kept by the controllers, not by users.
  spec: What to attach where, and who does it. Cannot be changed.
  status: Whether it is attached; written by the attacher.
VolumeAttachmentSpec: What to attach where, and who does it.
  attacher: Name of the CSI driver that attaches; up to 63 characters.
  source: The volume.
  nodeName: The node.
VolumeAttachmentSource: The volume to attach: exactly one of the two.
  persistentVolumeName: Name of the PersistentVolume.
  inlineVolumeSpec: Description of a volume that has no PersistentVolume; made for in-tree volumes moved to CSI.
VolumeAttachmentStatus: Whether a volume is attached.
  attached: Whether attaching has succeeded.
  attachmentMetadata: What the attacher tells those who mount the volume later.
  attachError: The last error of attaching; removed by a success.
  detachError: The last error of detaching.
VolumeError: What went wrong with a volume.
  time: When it did.
  message: What did, for people. May end up in logs, so holds no secrets.
  errorCode: Code of the error as gRPC numbers them, such as 8 for no room on the node.
CSIDriver: What Kubernetes should know about a CSI driver. Its name is that of the driver.
  spec: What the driver needs and can do.
CSIDriverSpec: What a CSI driver needs and can do.
  attachRequired: Whether volumes are attached to a node before they are mounted; default true. Cannot be changed.
  podInfoOnMount: Whether the driver is told about the pod (name, namespace, UID, service account) when it mounts; default false.
  volumeLifecycleModes: Which volumes it serves: Persistent (the default) by claims, Ephemeral inline in pods, or both. Cannot be changed.
  storageCapacity: Whether scheduling looks at the CSIStorageCapacity objects of the driver before it chooses a node; default false.
  fsGroupPolicy: Who sets group and permissions by fsGroup: File always, None never, ReadWriteOnceWithFSType (the default) for volumes with that mode and a fsType.
  tokenRequests: Tokens of the pod's service account to hand over at mounting, one for each audience.
  requiresRepublish: Whether mounting is asked for again from time to time, so that the driver can bring contents up to date; default false.
  seLinuxMount: Whether the driver can mount with an SELinux context, which spares relabelling of files; default false.
  nodeAllocatableUpdatePeriodSeconds: How often, in seconds, kubelet asks anew for the number of volumes that fit; at least 10. Never when absent.
  serviceAccountTokenInSecrets: True hands tokens over as secrets of the mount call, otherwise as its volume context. Only with tokenRequests.
  preventPodSchedulingIfMissing: Whether nodes on which the driver is not registered are out of the question for pods with its volumes; default false.
TokenRequest: A token of the pod's service account that a driver wants.
  audience: For whom the token is meant; empty for the API server itself.
  expirationSeconds: How long it is valid, from 600 seconds up; the usual time when absent.
CSINode: The CSI drivers on a node. Has the node's name and goes with it; written by kubelet.
  spec: The drivers.
CSINodeSpec: The CSI drivers that are registered on a node.
  drivers: Driver by driver, what they said of this node.
CSINodeDriver: What one CSI driver said of a node.
  name: Name of the driver, as its GetPluginInfo says.
  nodeID: What the driver itself calls the node.
  topologyKeys: Keys of the node's labels that say where its volumes can be reached.
  allocatable: How many volumes of the driver the node can have.
VolumeNodeResources: Limits to the volumes on a node.
  count: Most volumes that can be in use at a time; no known limit when absent.
CSIStorageCapacity: How much room a driver has for volumes of one class in one part of the cluster. Made by the driver, read by the scheduler.
  nodeTopology: Selects the nodes from which the storage is reached; none when absent, all when empty. Cannot be changed.
  storageClassName: StorageClass of the volumes. Cannot be changed.
  capacity: Room that is left, as the driver's GetCapacity says; unknown when absent.
  maximumVolumeSize: Largest single volume that can be made; capacity decides when absent.
VolumeAttributesClass: A set of changeable attributes of volumes, such as throughput, that claims choose by name and may change later.
  driverName: CSI driver that knows the attributes. Cannot be changed.
  parameters: The attributes, known to the driver alone; 1 to 512 of them with 256 KiB in all. Cannot be changed.
`,
};
