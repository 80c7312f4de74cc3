/** What the types and fields of core/v1 are, in our words: shown by `kubectl explain`. Language: src/api/openapi/descriptions.ts. */

import type { PackageDescriptions } from '#api/openapi/descriptions.ts';

export const coreV1: PackageDescriptions = {
  package: 'k8s.io/api/core/v1',
  text: `
Volume: Storage that a pod offers to its containers: a name, by which they mount it, and exactly one source that says what it holds.
  name: Unique in the pod, a DNS label; volumeMounts and volumeDevices of the containers refer to it.
VolumeSource: Where the contents of a pod's volume come from. Exactly one of the fields is set.
  hostPath: File or directory of the node itself, seen as it is. Gives the pod a hold on the node; most pods should not use it.
  emptyDir: Scratch space that starts empty and lives as long as the pod is on its node; restarts of containers do not empty it.
  gcePersistentDisk: Deprecated: a disk of Google Compute Engine, served through the driver pd.csi.storage.gke.io. Use a persistentVolumeClaim.
  awsElasticBlockStore: Deprecated: an EBS volume of AWS, served through the driver ebs.csi.aws.com. Use a persistentVolumeClaim.
  gitRepo: Deprecated: a clone of a git repository, off by default. Let an init container clone into an emptyDir and mount that.
  secret: Keys of a Secret as files, kept in memory and updated when the Secret changes.
  nfs: Directory exported by an NFS server; what is written there outlives the pod.
  iscsi: Block device of an iSCSI target, which the node logs in to, formats if needed and mounts.
  glusterfs: Deprecated: a Glusterfs volume. The driver is gone, so pods that ask for it do not start.
  persistentVolumeClaim: A PersistentVolumeClaim of the pod's namespace, for storage that outlives pods.
  rbd: Deprecated: a Ceph RADOS block device. The driver is gone; use Ceph's CSI driver.
  flexVolume: Deprecated: storage mounted by an executable installed on the node. Use a CSI driver.
  cinder: Deprecated: a volume of OpenStack Cinder, served through the driver cinder.csi.openstack.org. Use a persistentVolumeClaim.
  cephfs: Deprecated: a directory of CephFS. The driver is gone; use Ceph's CSI driver.
  flocker: Deprecated: a dataset of Flocker, whose driver is gone.
  downwardAPI: Facts about the pod itself, its labels or its resources for instance, as files.
  fc: Block device on a Fibre Channel network, formatted if needed and mounted.
  azureFile: Deprecated: a share of Azure Files, served through the driver file.csi.azure.com. Use a persistentVolumeClaim.
  configMap: Keys of a ConfigMap as files, updated when the ConfigMap changes.
  vsphereVolume: Deprecated: a disk in a vSphere datastore, served through the driver csi.vsphere.vmware.com. Use a persistentVolumeClaim.
  quobyte: Deprecated: a Quobyte volume, whose driver is gone.
  azureDisk: Deprecated: a data disk of Azure, served through the driver disk.csi.azure.com. Use a persistentVolumeClaim.
  photonPersistentDisk: Deprecated: a disk of Photon Controller, whose driver is gone.
  projected: Secrets, ConfigMaps, facts about the pod, tokens and certificates together in one directory.
  portworxVolume: Deprecated: a Portworx volume, served through the driver pxd.portworx.com. Use a persistentVolumeClaim.
  scaleIO: Deprecated: a ScaleIO volume, whose driver is gone.
  storageos: Deprecated: a StorageOS volume, whose driver is gone.
  csi: Volume that a CSI driver makes for this pod alone and removes with it. The driver must support ephemeral volumes.
  ephemeral: A PersistentVolumeClaim made for this pod from a template and deleted with the pod.
  image: The file system of an OCI image or artifact, mounted read-only and without permission to execute.
PersistentVolumeClaimVolumeSource: A PersistentVolumeClaim as the source of a pod's volume.
  claimName: Name of the claim, in the pod's namespace. The pod starts once the claim is bound.
  readOnly: True makes every mount of the volume read-only, whatever the mounts say. Default false.
PersistentVolumeSource: Where the storage of a PersistentVolume is. Exactly one of the fields is set, and it does not change.
  gcePersistentDisk: Deprecated: a disk of Google Compute Engine. Use csi with the driver pd.csi.storage.gke.io.
  awsElasticBlockStore: Deprecated: an EBS volume of AWS. Use csi with the driver ebs.csi.aws.com.
  hostPath: Directory of a node, for tests on a cluster of one node only: nothing brings the pods to the right node. Use local otherwise.
  glusterfs: Deprecated: a Glusterfs volume, whose driver is gone.
  nfs: Directory exported by an NFS server.
  rbd: Deprecated: a Ceph RADOS block device, whose driver is gone. Use Ceph's CSI driver.
  iscsi: Block device of an iSCSI target, attached to the node that needs it.
  cinder: Deprecated: a volume of OpenStack Cinder. Use csi with the driver cinder.csi.openstack.org.
  cephfs: Deprecated: a directory of CephFS, whose driver is gone. Use Ceph's CSI driver.
  fc: Block device on a Fibre Channel network, attached to the node that needs it.
  flocker: Deprecated: a dataset of Flocker, whose driver is gone.
  flexVolume: Deprecated: storage mounted by an executable installed on the node. Use csi.
  azureFile: Deprecated: a share of Azure Files. Use csi with the driver file.csi.azure.com.
  vsphereVolume: Deprecated: a disk in a vSphere datastore. Use csi with the driver csi.vsphere.vmware.com.
  quobyte: Deprecated: a Quobyte volume, whose driver is gone.
  azureDisk: Deprecated: a data disk of Azure. Use csi with the driver disk.csi.azure.com.
  photonPersistentDisk: Deprecated: a disk of Photon Controller, whose driver is gone.
  portworxVolume: Deprecated: a Portworx volume. Use csi with the driver pxd.portworx.com.
  scaleIO: Deprecated: a ScaleIO volume, whose driver is gone.
  local: Disk or directory of one particular node; nodeAffinity must name that node.
  storageos: Deprecated: a StorageOS volume, whose driver is gone.
  csi: Volume of an external storage system, handled by a CSI driver.
PersistentVolume: A piece of storage in the cluster, made by an administrator or on demand by a provisioner, that exists apart from any pod. A PersistentVolumeClaim gets hold of it.
  spec: The storage, its size, and how it may be used. Written by an administrator or the provisioner.
  status: Which state the volume is in. Set by the controller that binds volumes.
PersistentVolumeSpec: What a PersistentVolume is: where its storage lies, how big it is, who may claim it and what becomes of it afterwards.
  capacity: Size of the volume, under the key storage.
  accessModes: All the ways in which the volume can be mounted: ReadWriteOnce, ReadOnlyMany, ReadWriteMany, ReadWriteOncePod. A claim binds only if its modes are among these.
  claimRef: The claim that the volume is bound to or reserved for. Set on binding; giving a namespace and a name beforehand keeps other claims away.
  persistentVolumeReclaimPolicy: What happens when the claim is deleted: Retain keeps the data for an administrator (default when made by hand), Delete removes the storage (default when provisioned), Recycle is deprecated.
  storageClassName: Only claims of the same class bind to the volume. Empty means a volume without class.
  mountOptions: Options of the mount, such as ro or soft. They are not checked beforehand: a wrong one makes the mount fail.
  volumeMode: Filesystem (default) mounts a directory into containers, Block hands them the raw device. Immutable.
  nodeAffinity: The nodes from which the volume can be reached; pods that use it are scheduled to these only.
  volumeAttributesClassName: The VolumeAttributesClass whose parameters the volume has now. Empty means none. The driver and its controller change it when the claim asks for another.
VolumeNodeAffinity: From which nodes a volume can be reached.
  required: Nodes that do not match cannot use the volume.
PersistentVolumeStatus: The state of a PersistentVolume as last seen by its controller.
  phase: Pending (not yet usable), Available (free), Bound (has a claim), Released (its claim was deleted, the storage not yet reclaimed) or Failed (reclaiming failed).
  message: The cause of the present phase, for people to read.
  reason: A CamelCase word for why the volume failed, for programs and short tables.
  lastPhaseTransitionTime: When phase last became what it is.
PersistentVolumeClaim: A user's request for persistent storage, and the name by which pods then mount it. A matching PersistentVolume is bound to it or made for it.
  spec: The storage that is wanted. Nearly all of it is fixed at creation; the requested size may grow.
  status: What the claim got, and how changes to it are going. Set by the controllers of volumes.
PersistentVolumeClaimSpec: What storage a claim wants: size, ways of access, class, and possibly a source to copy from.
  accessModes: How the storage is to be mountable: ReadWriteOnce (by one node), ReadOnlyMany, ReadWriteMany, ReadWriteOncePod (by a single pod). The volume must offer all of these.
  selector: Labels that a PersistentVolume must have to be bound. A claim with a selector gets no volume provisioned.
  resources: The least size, as requests.storage, and at most limits.storage. The request may be raised later if the class allows expansion.
  volumeName: The PersistentVolume that the claim is bound to. Given by the user, no other one is considered.
  storageClassName: StorageClass to provision from. Absent means the default class; the empty string means volumes without class only.
  volumeMode: Filesystem (default) for a mounted directory, Block for a raw device.
  dataSource: What the new volume is filled from: a VolumeSnapshot or a PersistentVolumeClaim of the same namespace. Kept equal to dataSourceRef when that one has no namespace.
  dataSourceRef: What the new volume is filled from: any kind of object that a volume populator or the provisioner knows, possibly of another namespace. Unlike dataSource, what is not understood is refused rather than dropped.
  volumeAttributesClassName: VolumeAttributesClass with the settings, such as throughput, that the volume should have. May be changed after creation to another class; a volume that failed to change may return.
TypedObjectReference: Points at an object by kind and name, with its API group and, if need be, its namespace.
  apiGroup: API group of the kind. Absent means the core group, in which only PersistentVolumeClaim will do.
  kind: Kind of the object.
  name: Name of the object.
  namespace: Namespace of the object, when it is another one; that namespace must permit it by a ReferenceGrant. Alpha: needs CrossNamespaceVolumeDataSource.
ModifyVolumeStatus: How far the change of a volume to another VolumeAttributesClass has come.
  targetVolumeAttributesClassName: The class to which the volume is being changed.
  status: Pending (the class is missing or the change has not begun), InProgress, or Infeasible (the driver refuses: ask for another class).
PersistentVolumeClaimCondition: One observed fact about a claim, for instance that a resize is under way.
  type: Which fact, for instance Resizing, FileSystemResizePending, ModifyingVolume or ModifyVolumeError.
  status: True, False or Unknown.
  lastProbeTime: When the fact was last checked.
  lastTransitionTime: When status last changed its value.
  reason: A CamelCase word for the cause of the last change. For a resize, it tells whether the volume or its file system is being worked on.
  message: Details of the last change, for people to read.
PersistentVolumeClaimStatus: What a claim got, and the progress of growing or changing it.
  phase: Pending (waits for a volume), Bound, or Lost (its volume has disappeared, and the data with it).
  accessModes: Ways of access that the bound volume really offers.
  capacity: The size that the bound volume really has, under the key storage.
  conditions: Observed facts, such as a resize that waits for the node. At most one for each type.
  allocatedResources: The size towards which a resize is working; larger than capacity until it has finished. Counts for quota when larger than the request.
  allocatedResourceStatuses: For each resource being resized, where that stands: ControllerResizeInProgress, ControllerResizeInfeasible, NodeResizePending, NodeResizeInProgress or NodeResizeInfeasible. A missing key means that nothing is going on.
  currentVolumeAttributesClassName: The VolumeAttributesClass that the volume has at the moment. Absent when it has none.
  modifyVolumeStatus: The ongoing change to another VolumeAttributesClass. Absent when none is going on.
HostPathVolumeSource: A file or directory of the node, mounted into the pod. What the pod does there, it does to the node.
  path: Absolute path on the node; a symbolic link is followed. May not contain "..".
  type: What must be there before mounting: Directory, File, Socket, CharDevice, BlockDevice, or DirectoryOrCreate and FileOrCreate, which make what is missing. Empty (default): no check.
EmptyDirVolumeSource: A directory that is empty when the pod starts and is thrown away with it.
  medium: Empty (default) takes the node's disk; Memory takes a tmpfs, which counts against the memory of the containers; HugePages or HugePages-SIZE take huge pages.
  sizeLimit: Most that may be stored: a pod that exceeds it is evicted. A tmpfs is made of this size, but no larger than the pod's memory limit. Absent means no limit.
GlusterfsVolumeSource: Deprecated: a Glusterfs volume mounted by a pod. No driver for it exists any more.
  endpoints: Endpoints object that lists the Glusterfs servers.
  path: Name of the Glusterfs volume.
  readOnly: Mount without permission to write. Default false.
GlusterfsPersistentVolumeSource: Deprecated: a Glusterfs volume behind a PersistentVolume. No driver for it exists any more.
  endpoints: Endpoints object that lists the Glusterfs servers.
  path: Name of the Glusterfs volume.
  readOnly: Mount without permission to write. Default false.
  endpointsNamespace: Namespace of the Endpoints. Absent means that of the bound claim.
RBDVolumeSource: Deprecated: a Ceph RADOS block device mounted by a pod. Use Ceph's CSI driver.
  monitors: Addresses of the Ceph monitors.
  image: Name of the RADOS image.
  fsType: File system of the device, such as ext4 or xfs. Default ext4.
  pool: RADOS pool with the image. Default rbd.
  user: RADOS user who connects. Default admin.
  keyring: Path on the node of the user's key ring. Default /etc/ceph/keyring.
  secretRef: Secret of the pod's namespace with the user's key; goes before keyring.
  readOnly: Mount without permission to write. Default false.
RBDPersistentVolumeSource as RBDVolumeSource: Deprecated: a Ceph RADOS block device behind a PersistentVolume. Use Ceph's CSI driver.
  secretRef: Secret with the user's key; goes before keyring.
CinderVolumeSource: Deprecated: a volume of OpenStack Cinder mounted by a pod. Node and volume share a region.
  volumeID: Cinder's own id of the volume.
  fsType: File system of the volume, such as ext4 or xfs. Default ext4.
  readOnly: Mount without permission to write. Default false.
  secretRef: Secret of the pod's namespace with what connects to OpenStack.
CinderPersistentVolumeSource: Deprecated: a volume of OpenStack Cinder behind a PersistentVolume. Node and volume share a region.
  volumeID: Cinder's own id of the volume.
  fsType: File system of the volume, such as ext4 or xfs. Default ext4.
  readOnly: Mount without permission to write. Default false.
  secretRef: Secret with what connects to OpenStack.
CephFSVolumeSource: Deprecated: a directory of CephFS mounted by a pod. Use Ceph's CSI driver.
  monitors: Addresses of the Ceph monitors.
  path: Directory in CephFS that is mounted. Default /.
  user: Ceph user who connects. Default admin.
  secretFile: Path on the node of the user's key. Default /etc/ceph/user.secret.
  secretRef: Secret of the pod's namespace with the user's key; goes before secretFile.
  readOnly: Mount without permission to write. Default false.
SecretReference: Points at a Secret by name and namespace.
  name: Name of the Secret.
  namespace: Namespace of the Secret.
CephFSPersistentVolumeSource as CephFSVolumeSource: Deprecated: a directory of CephFS behind a PersistentVolume. Use Ceph's CSI driver.
  secretRef: Secret with the user's key; goes before secretFile.
FlockerVolumeSource: Deprecated: a dataset of Flocker. No driver for it exists any more. Exactly one of the fields is set.
  datasetName: Deprecated: the dataset by the name in its metadata. Use datasetUUID.
  datasetUUID: The dataset by its unique id.
GCEPersistentDiskVolumeSource: Deprecated: a disk of Google Compute Engine, in the project and zone of the node. One node at a time may write to it.
  pdName: Name of the disk in Compute Engine.
  fsType: File system of the disk, such as ext4 or xfs. Default ext4.
  partition: Number of the partition to mount; 0 or absent takes the whole disk.
  readOnly: Mount without permission to write, which lets several nodes have the disk. Default false.
QuobyteVolumeSource: Deprecated: a volume of Quobyte. No driver for it exists any more.
  registry: Quobyte registries as host:port, separated by commas.
  volume: Name of an existing Quobyte volume.
  readOnly: Mount without permission to write. Default false.
  user: User as whom files are accessed. Default: the owner of the volume.
  group: Group as which files are accessed. Default: none.
  tenant: Tenant that owns the volume in Quobyte; set by the provisioner of the volume.
FlexPersistentVolumeSource: Deprecated: storage behind a PersistentVolume that an executable on the node mounts. Use csi.
  driver: Name of the Flexvolume driver, as VENDOR/DRIVER.
  fsType: File system that the driver is told to mount, such as ext4. Absent leaves it to the driver.
  secretRef: Secret whose values are all passed to the driver's executable.
  readOnly: Mount without permission to write. Default false.
  options: Further settings for the driver.
FlexVolumeSource as FlexPersistentVolumeSource: Deprecated: storage of a pod that an executable on the node mounts. Use csi.
  secretRef: Secret of the pod's namespace whose values are all passed to the driver's executable.
AWSElasticBlockStoreVolumeSource: Deprecated: an EBS volume of AWS, in the zone of the node. One node at a time may have it.
  volumeID: The id that AWS gave the volume.
  fsType: File system of the volume, such as ext4 or xfs. Default ext4.
  partition: Number of the partition to mount; 0 or absent takes the whole volume.
  readOnly: True makes all mounts read-only. Default false.
GitRepoVolumeSource: Deprecated: a directory into which the node clones a git repository. Clone in an init container instead.
  repository: URL to clone from.
  revision: Commit, tag or branch to check out. Absent means the repository's default.
  directory: Where in the volume the clone goes; "." is the volume itself. Absent makes a directory named after the repository. May not contain "..".
SecretVolumeSource: A Secret whose keys become the files of a volume. The files are kept in memory.
  secretName: The Secret, one of the pod's namespace.
  items: Keys to write, and to which files. A key that the Secret does not have is an error unless optional. Absent writes every key to a file of its name.
  defaultMode: Permission bits of files that have no mode of their own, 0 to 0777; written 0644 in YAML, 420 in JSON, which has no octal numbers. Default 0644.
  optional: True lets the pod start without the Secret or some of its keys.
SecretProjection: Keys of a Secret as files in a projected volume.
  items: Keys to write, and to which files. A key that the Secret does not have is an error unless optional. Absent writes every key to a file of its name.
  optional: True lets the pod start without the Secret or some of its keys.
NFSVolumeSource: A directory of an NFS server.
  server: Host name or address of the NFS server.
  path: Exported directory on the server.
  readOnly: Mount without permission to write. Default false.
ISCSIVolumeSource: An iSCSI disk mounted by a pod. One node may write to it, or many may read.
  targetPortal: The target's portal as address or address:port; 3260 is taken when there is no port.
  iqn: Qualified name of the target.
  lun: Number of the logical unit at the target.
  iscsiInterface: Interface of the initiator that does the transport. Default: default, which is tcp.
  fsType: File system of the disk, such as ext4 or xfs. Default ext4.
  readOnly: Mount without permission to write. Default false.
  portals: Further portals of the target, for several paths to it; same form as targetPortal.
  chapAuthDiscovery: Discovery of the target authenticates by CHAP, with the secret of secretRef.
  chapAuthSession: The session authenticates by CHAP, with the secret of secretRef.
  secretRef: Secret of the pod's namespace with the CHAP names and passwords.
  initiatorName: Name of the initiator in place of the node's own; a new interface is then made for the connection.
ISCSIPersistentVolumeSource as ISCSIVolumeSource: An iSCSI disk behind a PersistentVolume. One node may write to it, or many may read.
  secretRef: Secret with the CHAP names and passwords.
FCVolumeSource: A Fibre Channel disk. One node may write to it, or many may read. Named either by targetWWNs with lun or by wwids.
  targetWWNs: World wide names of the targets; go together with lun.
  lun: Number of the logical unit at the targets; needed with targetWWNs.
  fsType: File system of the disk, such as ext4 or xfs. Default ext4.
  readOnly: Mount without permission to write. Default false.
  wwids: World wide identifiers of the disk itself, instead of targetWWNs and lun.
AzureFileVolumeSource: Deprecated: a share of Azure Files mounted by a pod.
  secretName: Secret of the pod's namespace with the name and key of the storage account.
  shareName: Name of the share.
  readOnly: Mount without permission to write. Default false.
AzureFilePersistentVolumeSource: Deprecated: a share of Azure Files behind a PersistentVolume.
  secretName: Secret with the name and key of the storage account.
  shareName: Name of the share.
  readOnly: Mount without permission to write. Default false.
  secretNamespace: Namespace of that Secret. Absent means that of the claim.
VsphereVirtualDiskVolumeSource: Deprecated: a virtual disk of vSphere.
  volumePath: Path of the vmdk file in its datastore.
  fsType: File system of the disk, such as ext4 or xfs. Default ext4.
  storagePolicyName: Storage policy of vSphere, by name.
  storagePolicyID: Id of the policy that storagePolicyName names.
PhotonPersistentDiskVolumeSource: Deprecated: a disk of Photon Controller. No driver for it exists any more.
  pdID: Id of the disk in Photon Controller.
  fsType: File system of the disk, such as ext4 or xfs. Default ext4.
AzureDiskVolumeSource: Deprecated: a data disk of Azure.
  diskName: Name of the disk in its storage.
  diskURI: URI of the disk in its storage.
  cachingMode: Caching of the host: None, ReadOnly or ReadWrite (default).
  fsType: File system of the disk, such as ext4 or ntfs. Default ext4.
  readOnly: Mount without permission to write. Default false.
  kind: Shared (default; several disks in a storage account), Dedicated (one disk in an account) or Managed (a managed disk).
PortworxVolumeSource: Deprecated: a Portworx volume.
  volumeID: Portworx' own id of the volume.
  fsType: File system of the volume, such as ext4 or xfs. Default ext4.
  readOnly: Mount without permission to write. Default false.
ScaleIOVolumeSource: Deprecated: a ScaleIO volume mounted by a pod. No driver for it exists any more.
  gateway: Address of the ScaleIO gateway.
  system: Name of the storage system in ScaleIO.
  secretRef: Secret of the pod's namespace with the user and password of ScaleIO. Required.
  sslEnabled: Talk to the gateway through TLS. Default false.
  protectionDomain: Protection domain that holds the storage.
  storagePool: Storage pool inside the protection domain.
  storageMode: ThickProvisioned or ThinProvisioned (default).
  volumeName: Name of an existing ScaleIO volume.
  fsType: File system of the volume, such as ext4 or xfs. Default xfs.
  readOnly: Mount without permission to write. Default false.
ScaleIOPersistentVolumeSource as ScaleIOVolumeSource: Deprecated: a ScaleIO volume behind a PersistentVolume. No driver for it exists any more.
  secretRef: Secret with the user and password of ScaleIO. Required.
StorageOSVolumeSource: Deprecated: a StorageOS volume mounted by a pod. No driver for it exists any more.
  volumeName: Name of the volume, unique in its StorageOS namespace.
  volumeNamespace: Namespace in StorageOS. Absent means one named like the pod's.
  fsType: File system of the volume, such as ext4 or xfs. Default ext4.
  readOnly: Mount without permission to write. Default false.
  secretRef: Secret of the pod's namespace with the credentials of StorageOS' API.
StorageOSPersistentVolumeSource as StorageOSVolumeSource: Deprecated: a StorageOS volume behind a PersistentVolume. No driver for it exists any more.
  secretRef: Secret with the credentials of StorageOS' API.
ConfigMapVolumeSource: A ConfigMap whose keys become the files of a volume.
  items: Keys to write, and to which files. A key that the ConfigMap does not have is an error unless optional. Absent writes every key to a file of its name.
  defaultMode: Permission bits of files that have no mode of their own, 0 to 0777; written 0644 in YAML, 420 in JSON, which has no octal numbers. Default 0644.
  optional: True lets the pod start without the ConfigMap or some of its keys.
ConfigMapProjection: Keys of a ConfigMap as files in a projected volume.
  items: Keys to write, and to which files. A key that the ConfigMap does not have is an error unless optional. Absent writes every key to a file of its name.
  optional: True lets the pod start without the ConfigMap or some of its keys.
ServiceAccountTokenProjection: A token of the pod's ServiceAccount as a file, which the kubelet renews before it expires.
  audience: For whom the token is meant; a receiver must find itself here. Absent means the API server.
  expirationSeconds: Lifetime of a token, at least 600. The kubelet fetches a new one after 80 percent of it or 24 hours. Default 3600.
  path: File of the token, relative to the root of the volume.
ClusterTrustBundleProjection: Certificates of one or several ClusterTrustBundles as a PEM file, kept up to date. Duplicates are dropped and the order is arbitrary.
  name: One ClusterTrustBundle by its name. Excludes signerName and labelSelector.
  signerName: All ClusterTrustBundles of this signer that labelSelector selects. Excludes name.
  labelSelector: Which bundles of signerName to take: absent none, empty all.
  optional: True lets the pod start when no bundle is found; the file is then empty or absent. Default false.
  path: File of the certificates, relative to the root of the volume.
PodCertificateProjection: A private key made by the kubelet and a certificate for it, got through a PodCertificateRequest and renewed before it expires.
  signerName: Signer that issues the certificate.
  keyType: Kind of key: RSA3072, RSA4096, ECDSAP256, ECDSAP384, ECDSAP521 or ED25519.
  maxExpirationSeconds: Longest lifetime to accept, 3600 (an hour) to 7862400 (91 days); signers of kubernetes.io give at most a day. Default 86400.
  credentialBundlePath: File for the key followed by the certificates, in PEM, always changed together. Preferred to two files.
  keyPath: File for the key alone. Programs that read it and certificateChainPath must see for themselves that the two match.
  certificateChainPath: File for the certificates alone, the leaf first.
  userAnnotations: Passed to the signer with the request, which may ignore or refuse them. Keys are qualified names with a domain.
ProjectedVolumeSource: A directory put together from several sources.
  sources: What goes into the directory. Each entry has exactly one source, and their paths must not collide.
  defaultMode: Permission bits of files that have no mode of their own, 0 to 0777; 420 in JSON is 0644. Default 0644.
VolumeProjection: One source of a projected volume. Exactly one of the fields is set.
  secret: Keys of a Secret.
  downwardAPI: Facts about the pod itself.
  configMap: Keys of a ConfigMap.
  serviceAccountToken: A token for the pod's ServiceAccount, renewed in time.
  clusterTrustBundle: Certificates to trust, from ClusterTrustBundles. Beta and off by default: needs ClusterTrustBundleProjection.
  podCertificate: A key and certificate for the pod, renewed in time. Beta and off by default: needs PodCertificateRequest.
KeyToPath: Which key goes to which file of a volume.
  key: The key whose value is written.
  path: File that gets the value, relative to the root of the volume. May contain directories but no "..".
  mode: Permission bits of the file, 0 to 0777; 420 in JSON is 0644. Absent takes the volume's defaultMode.
LocalVolumeSource: Storage attached to one node, as a directory or a device. Alive only as long as that node is.
  path: Directory, or block device, on the node.
  fsType: File system to make when path is an empty block device. Absent picks one.
CSIPersistentVolumeSource: A volume of an external storage system behind a PersistentVolume, handled through the Container Storage Interface.
  driver: Name of the CSI driver, as it registers itself. Required.
  volumeHandle: Id by which the driver knows the volume. Given by CreateVolume and used in all later calls. Required.
  readOnly: Publish the volume to nodes as read-only. Default false.
  fsType: File system to mount, such as ext4 or xfs. Absent leaves it to the driver.
  volumeAttributes: What the driver noted about the volume when making it; passed back to it.
  controllerPublishSecretRef: Secret for attaching and detaching the volume. All of its values are handed over.
  nodeStageSecretRef: Secret for mounting the volume on a node for all of its pods. All of its values are handed over.
  nodePublishSecretRef: Secret for mounting the volume into a pod. All of its values are handed over.
  controllerExpandSecretRef: Secret for growing the volume. All of its values are handed over.
  nodeExpandSecretRef: Secret for growing the file system on the node. All of its values are handed over.
CSIVolumeSource: A volume that a CSI driver makes as the pod starts and removes with the pod.
  driver: Name of the CSI driver, which must allow ephemeral volumes.
  readOnly: Publish the volume as read-only. Default false.
  fsType: File system to mount, such as ext4 or xfs. Absent leaves it to the driver.
  volumeAttributes: Settings that the driver understands; its documentation lists them.
  nodePublishSecretRef: Secret of the pod's namespace for mounting and unmounting. All of its values are handed over.
EphemeralVolumeSource: A volume by a claim of its own, which lives and dies with the pod.
  volumeClaimTemplate: The claim that is made for the pod, named POD-VOLUME and owned by the pod. A claim of that name which belongs to another blocks the pod. Required.
PersistentVolumeClaimTemplate: From which the claim of an ephemeral volume is made.
  metadata: Labels and annotations that the claim gets. Other fields are refused.
  spec: Copied unchanged into the claim.
ContainerPort: A port on which a container listens.
  name: Name of the port, unique in the pod, by which probes and Services may refer to it: 1 to 15 lower-case letters, digits and dashes.
  hostPort: Port of the node that is forwarded to the container, 1 to 65535. Two pods with the same one cannot share a node. With hostNetwork it equals containerPort.
  containerPort: Number of the port on the pod's address, 1 to 65535.
  protocol: TCP (default), UDP or SCTP.
  hostIP: Address of the node on which hostPort is opened. Absent means all of them.
VolumeMount: Where a container sees a volume of its pod.
  name: The volume, by its name in the pod.
  readOnly: True forbids the container to write there. Default false.
  recursiveReadOnly: Whether mounts below this one are read-only too: Disabled (default), IfPossible, or Enabled, which fails where the node cannot do it. Needs readOnly, and no mountPropagation but None.
  mountPath: Absolute path in the container, unique among its mounts. May not contain a colon.
  subPath: File or directory of the volume that is mounted in place of its root. Relative, without "..". Such a mount does not follow updates of Secrets and ConfigMaps.
  mountPropagation: Whether mounts made below later show on the other side: None (default), HostToContainer, or Bidirectional, which is for privileged containers only.
  subPathExpr: Like subPath, with $(VAR) replaced by the container's environment. Excludes subPath.
VolumeDevice: Where a container sees a volume of mode Block as a raw device.
  name: The volume, by its name in the pod, whose source is a persistentVolumeClaim or ephemeral.
  devicePath: Path of the device file in the container.
EnvVar: One variable of a container's environment.
  name: Name of the variable: printable ASCII without "=".
  value: Its value. $(VAR) is replaced by a variable set before it or by a Service's; $$(VAR) stands for the literal text. Default empty.
  valueFrom: Where the value is taken from when the container starts. Excludes value.
EnvVarSource: Where the value of a variable comes from. Exactly one of the fields is set.
  fieldRef: A field of the pod: its name, namespace, uid, one label or annotation, node name, ServiceAccount, or an address.
  resourceFieldRef: A request or limit of a container for cpu, memory, ephemeral-storage or huge pages.
  configMapKeyRef: One value of a ConfigMap of the namespace.
  secretKeyRef: One value of a Secret of the namespace.
  fileKeyRef: A key in a file with lines KEY=VALUE, which an init container has left on a volume of the pod.
FileKeySelector: Picks a key out of a file with variables.
  volumeName: Volume of the pod that holds the file; it must be an emptyDir.
  path: Path of the file, relative to the volume and without "..".
  key: The key whose value is taken: printable ASCII without "=". Up to 128 characters.
  optional: True leaves the variable out when the file or key is missing; false (default) keeps the container from starting.
ObjectFieldSelector: Picks a field of an object.
  apiVersion: Version of the schema in which fieldPath is meant. Default v1.
  fieldPath: Path of the field, for instance metadata.name or metadata.labels['app'].
ResourceFieldSelector: Picks a request or limit of a container and the unit in which it is written.
  containerName: The container. Needed in volumes; in a variable it defaults to the container itself.
  resource: What to take, for instance limits.cpu or requests.memory. A missing limit is taken to be what the node can give.
  divisor: The unit: the value is divided by it and rounded up. Default 1, so cores and bytes.
ConfigMapKeySelector: Picks a key of a ConfigMap.
  key: The key whose value is taken.
  optional: True allows the ConfigMap or the key to be missing. Default false.
SecretKeySelector: Picks a key of a Secret.
  key: The key whose value is taken.
  optional: True allows the Secret or the key to be missing. Default false.
EnvFromSource: All entries of a ConfigMap or Secret as variables.
  prefix: Put before every key to make the variable's name. May be empty.
  configMapRef: ConfigMap to take the entries of. Excludes secretRef.
  secretRef: Secret to take the entries of. Excludes configMapRef.
ConfigMapEnvSource: A ConfigMap whose entries become variables. A value of env or of a later entry of envFrom with the same name wins.
  optional: True allows the ConfigMap to be missing. Default false.
SecretEnvSource: A Secret whose entries become variables. A value of env or of a later entry of envFrom with the same name wins.
  optional: True allows the Secret to be missing. Default false.
HTTPHeader: A header to send with the request of a probe or handler. The same name may come several times.
  name: Name of the header; case does not matter.
  value: Value of the header.
HTTPGetAction: An HTTP GET, made by the kubelet. Status 200 to 399 is success.
  path: Path to get. Default /.
  port: Number, 1 to 65535, or the name of one of the container's ports.
  host: Host to connect to; most want the header Host in httpHeaders instead. Default: the pod's address.
  scheme: HTTP (default) or HTTPS, whose certificate is not verified.
  httpHeaders: Headers to send besides the usual ones.
TCPSocketAction: A TCP connection, opened by the kubelet. Success is that it opens.
  port: Number, 1 to 65535, or the name of one of the container's ports.
  host: Host to connect to. Default: the pod's address.
GRPCAction: A call of the gRPC health service. SERVING is success.
  port: Number of the port, 1 to 65535; a name is not possible.
  service: Name of the service to ask about, sent in the request. Default empty, which asks about the server as a whole.
ExecAction: A command run inside the container. Exit code 0 is success.
  command: The executable and its arguments, relative to the container's working directory and without a shell, so that pipes and the like need one to be called.
SleepAction: A pause of a fixed time.
  seconds: How long to wait, in seconds: 0 up to the pod's grace period.
Probe: A check of a container that the kubelet repeats, and what its results are worth.
  initialDelaySeconds: Seconds from the container's start to the first check. Default 0.
  timeoutSeconds: Seconds after which a check without answer has failed. Default 1, which is the least.
  periodSeconds: Seconds between checks. Default 10, least 1.
  successThreshold: Successes in a row that end a failure. Default 1, and always 1 for liveness and startup.
  failureThreshold: Failures in a row that count as failure. Default 3, least 1.
  terminationGracePeriodSeconds: Seconds that the container gets to end when this probe has failed, at least 1. Absent means the pod's own. Not for readiness probes.
ContainerResizePolicy: Whether a resource of a running container can be changed without restarting it.
  resourceName: The resource: cpu or memory.
  restartPolicy: NotRequired (default) changes it on the fly, RestartContainer restarts the container with the new amount.
Capabilities: Linux capabilities that a container gets or loses, compared with what the runtime gives by default.
  add: Capabilities to give, without CAP_ in front: NET_ADMIN for instance, or ALL.
  drop: Capabilities to take away; ALL takes every one that add does not name.
ResourceRequirements: How much of the node's resources is reserved and how much is allowed at most.
  limits: Most that may be used, by resource. More cpu is throttled, more memory gets a process killed.
  requests: What is reserved, by resource; the scheduler counts with it. Absent means the limit, where there is one.
  claims: Claims of the pod's resourceClaims that this container uses. Only for containers. Immutable.
VolumeResourceRequirements: The size that a claim asks for.
  limits: Most storage that the claim accepts.
  requests: Least storage that the claim needs, under the key storage.
ResourceClaim: A claim of the pod, used by a container.
  name: Name of an entry in the pod's resourceClaims.
  request: One request of that claim, when only its devices are wanted. Absent means all of them.
Container: A process in a pod, with the image that it runs from.
  name: Unique among all containers of the pod, a DNS label. Immutable.
  image: Image to run, as [REGISTRY/]NAME[:TAG][@DIGEST]. May be changed while the pod runs, which restarts the container.
  command: Entrypoint instead of the image's own; no shell is involved. $(VAR) is replaced by the container's environment. Immutable.
  args: Arguments of the entrypoint. Absent means the image's CMD. $(VAR) is replaced by the container's environment. Immutable.
  workingDir: Directory in which the process starts. Absent means the image's. Immutable.
  ports: Ports that the container offers. Mostly informative, but for hostPort: any port it listens on can be reached without being listed. Immutable.
  envFrom: ConfigMaps and Secrets whose entries become variables; the last of several with a name wins, and env wins over all. Immutable.
  env: Variables of the container's environment. Immutable.
  resources: How much cpu, memory and so on the container reserves and may use. Cpu and memory can be changed through the subresource resize.
  resizePolicy: For cpu and memory, whether a change needs a restart of the container. Immutable.
  restartPolicy: When this container restarts: Always, OnFailure or Never. Absent means the pod's policy; an init container with Always becomes a sidecar, which keeps running beside the others.
  restartPolicyRules: Rules by exit code, the first match counting, that go before restartPolicy, which must be set too. At most 20.
  volumeMounts: Volumes of the pod and where the container sees them. Immutable.
  volumeDevices: Raw block devices that the container gets. Immutable.
  livenessProbe: Check that restarts the container when it fails. Of init containers, only sidecars have one. Immutable.
  readinessProbe: Check that takes the pod off its Services while it fails. Immutable.
  startupProbe: Check that must succeed once before liveness and readiness are looked at; failing, it restarts the container. Immutable.
  lifecycle: What to do right after the container's start and before its end. Immutable.
  terminationMessagePath: File in the container whose contents, at most 4096 bytes, become the message of its end. Default /dev/termination-log. Immutable.
  terminationMessagePolicy: File (default) takes the message from that file only; FallbackToLogsOnError takes the end of the log when a failed container has left the file empty. Immutable.
  imagePullPolicy: Always, IfNotPresent or Never. Default Always when the tag is latest or missing, else IfNotPresent. Immutable.
  securityContext: Users, privileges and restrictions of the process; goes before the pod's securityContext. Immutable.
  stdin: Keep an input open for the process; without it, reading finds the end at once. Default false.
  stdinOnce: Close the input when the first client that attached has gone. Default false.
  tty: Give the process a terminal; stdin must be true. Default false.
ProbeHandler: How a probe checks. Exactly one of the fields is set.
  exec: Run a command in the container.
  httpGet: Make an HTTP request.
  tcpSocket: Open a TCP connection.
  grpc: Ask the gRPC health service.
LifecycleHandler: What a lifecycle hook does. Exactly one of the fields is set.
  exec: Run a command in the container.
  httpGet: Make an HTTP request.
  tcpSocket: Deprecated: accepted for compatibility, does nothing and fails when the hook runs.
  sleep: Wait for some seconds.
Lifecycle: Hooks at the start and the end of a container, and the signal that ends it.
  postStart: Done as soon as the container was created, at the same time as its entrypoint. When it fails, the container is killed and handled by its restart policy.
  preStop: Done before the container is told to end, inside the grace period. Not done for a container that ends or crashes by itself.
  stopSignal: Signal that tells the container to end, such as SIGUSR1. Needs spec.os.name. Absent means the image's own, or SIGTERM. Alpha: needs ContainerStopSignals.
ContainerStateWaiting: The container does not run yet, or not again.
  reason: A word for what it waits for, such as ContainerCreating or CrashLoopBackOff.
  message: The same in full, for people to read.
ContainerStateRunning: The container runs.
  startedAt: When it was last started.
ContainerStateTerminated: The container has run and ended.
  exitCode: Exit status of its process; 128 plus the signal when one ended it.
  signal: Number of the signal that ended it.
  reason: A word for how it ended, such as Completed, Error or OOMKilled.
  message: What the container left as its termination message.
  startedAt: When this run began.
  finishedAt: When this run ended.
  containerID: Id of the ended container, as TYPE://ID.
ContainerState: What a container is doing. At most one of the fields is set; with none it is waiting.
  waiting: Set while it does not run, with the reason.
  running: Set while it runs.
  terminated: Set once it has ended, with how.
ContainerStatus: What the kubelet has observed of one container of a pod.
  name: Name of the container in the spec.
  state: What it is doing now.
  lastState: How its previous run ended, after a restart.
  ready: Its readiness probe succeeds, or it runs and has none. For an init container: it has completed.
  restartCount: How often it was restarted. Lower than the truth when ended containers were removed from the node.
  image: The image that it runs, as the runtime names it; may differ from the spec.
  imageID: Id of that image, mostly with its digest.
  containerID: Id of the container as TYPE://ID, where TYPE names the runtime.
  started: Its startup probe and postStart hook are done, so that liveness and readiness count. False after a restart until then.
  allocatedResources: Requests that the node has granted to the container; follows the spec once a resize was admitted.
  resources: Requests and limits with which the container really runs.
  volumeMounts: The volumes as they are mounted.
  user: Users and groups that its first process began with.
  allocatedResourcesStatus: Health of the devices that were given to the container.
  stopSignal: Signal by which the container will be told to end.
ResourceStatus: Health of what a container was given of one resource.
  name: The resource, as the container asks for it, or claim:CLAIM/REQUEST for a device of a ResourceClaim.
  resources: One entry for each single device.
ResourceHealth: Health of one device, as its driver or plugin reports it.
  resourceID: Id of the device, unique within the resource on the node.
  health: Healthy, Unhealthy, or Unknown when its plugin does not answer.
  message: Details from the driver, for people to read.
ContainerUser: The identity that a container runs as.
  linux: Users and groups on Linux; absent elsewhere.
LinuxContainerUser: Users and groups of the first process of a container on Linux.
  uid: Its user, as a number.
  gid: Its primary group, as a number.
  supplementalGroups: Its further groups, those of the image included.
PodCondition: One observed fact about a pod.
  type: Which fact: PodScheduled, Initialized, ContainersReady, Ready, DisruptionTarget, PodReadyToStartContainers, PodResizePending, PodResizeInProgress, or one of others' own.
  observedGeneration: The pod's generation that the fact was observed at.
  status: True, False or Unknown.
  lastProbeTime: When the fact was last checked; mostly null.
  lastTransitionTime: When status last changed its value.
  reason: A CamelCase word for the cause of the last change.
  message: Details of the last change, for people to read.
VolumeMountStatus: A mount of a container, as the node has made it.
  name: Name of the volume in the pod.
  mountPath: Path of the mount in the container.
  readOnly: The container cannot write there.
  recursiveReadOnly: Disabled or Enabled, as it turned out; absent when readOnly is false.
  volumeStatus: What became of the volume's source. Alpha: needs ImageVolumeWithDigest.
VolumeStatus: Facts about a mounted volume, by the kind of its source.
  image: Set for a volume made from an image.
ImageVolumeStatus: Which image a volume shows.
  imageRef: The image with its digest, in at most 256 characters.
ContainerRestartRule: What to do when a container has ended in a certain way.
  action: Restart restarts the container, RestartAllContainers all of the pod, init containers first.
  exitCodes: Which exit codes the rule is for. Required.
ContainerRestartRuleOnExitCodes: A set of exit codes.
  operator: In: the exit code is among values. NotIn: it is not.
  values: Exit codes, at most 255 of them.
NodeSelector: Which nodes match: those that at least one of the terms matches.
  nodeSelectorTerms: The alternatives; at least one is required.
NodeSelectorTerm: Conditions that a node must meet, all of them. A term without any matches no node.
  matchExpressions: Conditions on labels of the node.
  matchFields: Conditions on fields of the node; metadata.name is the only one.
NodeSelectorRequirement: A condition on one label or field of a node.
  key: Key of the label, or path of the field.
  operator: In, NotIn, Exists, DoesNotExist, Gt or Lt.
  values: At least one for In and NotIn, none for Exists and DoesNotExist, a single whole number for Gt and Lt.
TopologySelectorTerm: Where a volume may be provisioned: all conditions on the topology must hold. An empty term matches nothing.
  matchLabelExpressions: Conditions on topology labels of nodes.
TopologySelectorLabelRequirement: A condition on one topology label.
  key: Key of the label.
  values: The label must have one of these values.
Affinity: To which nodes, and to which other pods, a pod wants to be near or far.
  nodeAffinity: Wishes about labels and names of nodes.
  podAffinity: Wishes to be placed together with other pods.
  podAntiAffinity: Wishes to be placed apart from other pods.
PodAffinity: Wishes of a pod to be in the same place as other pods.
  requiredDuringSchedulingIgnoredDuringExecution: All must hold for a node to be chosen. What changes after the pod was placed does not move it.
  preferredDuringSchedulingIgnoredDuringExecution: Wishes with weights: the nodes with the highest sum are preferred, others remain possible.
PodAntiAffinity: Wishes of a pod not to be in the same place as other pods.
  requiredDuringSchedulingIgnoredDuringExecution: All must hold for a node to be chosen. What changes after the pod was placed does not move it.
  preferredDuringSchedulingIgnoredDuringExecution: Wishes with weights: nodes where they would be violated with the highest sum come last, but remain possible.
WeightedPodAffinityTerm: A wish about other pods, with its weight.
  weight: 1 to 100; added to a node's score where the term matches, or taken from it for antiaffinity.
  podAffinityTerm: The other pods and the place.
PodAffinityTerm: A set of pods, and what counts as the same place: nodes with equal values of the label topologyKey.
  labelSelector: The pods, by labels. Absent selects none.
  namespaces: Namespaces of those pods, together with those of namespaceSelector. Both absent: the pod's own namespace.
  topologyKey: Key of the node label that says the place, such as kubernetes.io/hostname. Required.
  namespaceSelector: Namespaces of those pods, by labels; empty selects all of them.
  matchLabelKeys: Label keys whose values on this pod the others must share, beside labelSelector; typically pod-template-hash. Needs labelSelector.
  mismatchLabelKeys: Label keys whose values on this pod the others must not share, beside labelSelector. Needs labelSelector.
NodeAffinity: Wishes of a pod about the node that it runs on.
  requiredDuringSchedulingIgnoredDuringExecution: The node must match. What changes after the pod was placed does not move it.
  preferredDuringSchedulingIgnoredDuringExecution: Wishes with weights: the nodes with the highest sum are preferred, others remain possible.
PreferredSchedulingTerm: A wish about nodes, with its weight. A term without conditions matches every node and so changes nothing.
  weight: 1 to 100; added to a node's score when it matches.
  preference: What the node should be like.
Taint: Keeps pods that do not tolerate it away from a node.
  key: Name of the taint, a label key. Required.
  value: Value that goes with the key; tolerations may ask for it.
  effect: NoSchedule keeps new pods away, PreferNoSchedule does so where possible, NoExecute evicts running ones too.
  timeAdded: When the taint was put on the node, as noted by the controller that did so.
Toleration: Lets a pod onto nodes with a matching taint.
  key: Key of the taint. Empty, with operator Exists, matches all keys and values.
  operator: Equal (default) compares value, Exists takes any value; Lt and Gt compare whole numbers (alpha: need TaintTolerationComparisonOperators).
  value: Value that the taint must have. Empty with Exists.
  effect: Effect of the taint: NoSchedule, PreferNoSchedule or NoExecute. Empty matches all.
  tolerationSeconds: Seconds that the pod stays after a taint NoExecute has come; 0 or less evicts at once. Absent: for ever. Only with effect NoExecute.
PodReadinessGate: A condition of the pod's status that has to be True for the pod to be ready.
  conditionType: Type of that condition, which someone other than the kubelet sets.
PodSpec: What a pod runs and how: containers, volumes, where it may be placed, and as whom it acts. Most of it is fixed at creation.
  volumes: Storage that the containers can mount.
  initContainers: Containers that run one after another, each to success, before the others start; a failing one is repeated as restartPolicy says. With restartPolicy Always they keep running as sidecars.
  containers: The containers that do the pod's work, at least one. None can be added or removed later.
  ephemeralContainers: Containers added to the running pod for debugging, through the subresource ephemeralcontainers. They cannot be removed again.
  restartPolicy: When ended containers are started again: Always (default), OnFailure or Never. Containers may differ by a policy of their own.
  terminationGracePeriodSeconds: Seconds between asking the processes to end and killing them when the pod is deleted. 0 kills at once. Default 30.
  activeDeadlineSeconds: Seconds after startTime at which the pod is failed and its containers killed. Positive; may only be lowered. Absent: never.
  dnsPolicy: How names are resolved: ClusterFirst (default; cluster names, the rest by the node's servers), ClusterFirstWithHostNet (the same with hostNetwork), Default (as the node) or None (dnsConfig only).
  nodeSelector: Labels that a node must have for the pod to be placed there.
  serviceAccountName: ServiceAccount as which the pod acts towards the API. Default: default.
  serviceAccount: Deprecated: the old name of serviceAccountName, which keeps it equal.
  automountServiceAccountToken: Whether a token of the ServiceAccount is mounted into the containers. Absent leaves it to the ServiceAccount, whose default is true.
  nodeName: Node on which the pod runs. Written by the scheduler; a user who gives it bypasses all scheduling.
  hostNetwork: Use the network of the node instead of an own address; each port used is then one of the node. Default false.
  hostPID: See the processes of the node. Excludes shareProcessNamespace. Default false.
  hostIPC: Use the IPC namespace of the node. Default false.
  shareProcessNamespace: All containers see each other's processes, and none of them is process 1. Excludes hostPID. Default false.
  securityContext: Users, groups and restrictions for all containers, where they do not say otherwise. Default: empty.
  imagePullSecrets: Secrets of the namespace with credentials for registries, used in pulling the images.
  hostname: Host name inside the pod. Absent means the pod's name.
  subdomain: With it, the full host name is HOSTNAME.SUBDOMAIN.NAMESPACE.svc.DOMAIN, resolvable when a headless Service is named so. Absent: no domain name.
  affinity: Wishes and demands about nodes and other pods near which to be placed.
  schedulerName: The scheduler that places the pod. Default default-scheduler.
  tolerations: Taints of nodes that do not keep this pod away. May be added to later.
  hostAliases: Lines that are added to the file /etc/hosts of the containers.
  priorityClassName: PriorityClass that gives priority its value. Of the built-in ones, system-node-critical is above system-cluster-critical. Absent means the default class, or 0.
  priority: Importance: higher ones are placed first and may push lower ones out. Set by admission from priorityClassName.
  dnsConfig: Name servers, search domains and options that are added to what dnsPolicy gives.
  readinessGates: Further conditions that must be True, beside ready containers, for the pod to count as ready.
  runtimeClassName: RuntimeClass that names the handler to run the pod with. Absent or empty: the runtime's own default.
  enableServiceLinks: Give the containers variables with addresses of the namespace's Services, as Docker links did. Default true.
  preemptionPolicy: PreemptLowerPriority (default) lets the pod push out less important ones to find a place, Never makes it wait. Set from the PriorityClass.
  overhead: Resources that the pod takes beside its containers; counts for scheduling and quota. Set from the RuntimeClass by admission.
  topologySpreadConstraints: How evenly pods like this one are to be spread over zones, nodes or the like. All constraints count together.
  setHostnameAsFQDN: The kernel's host name is the full domain name instead of its first part, in at most 64 characters. Default false.
  os: Operating system that the containers need. With it, fields for other systems must stay unset.
  hostUsers: False puts the pod into a user namespace of its own, so that its root is nobody on the node. Default true.
  schedulingGates: While any gate is listed, the scheduler leaves the pod alone. Gates are given at creation and can only be removed afterwards.
  resourceClaims: Claims for devices; the pod starts when all have got theirs, reserved for it. Containers name those that they use. Immutable.
  resources: Requests and limits for all containers together, for cpu, memory and huge pages. Containers without own limits share them. Not for Windows.
  hostnameOverride: Host name inside the pod, before hostname and subdomain, at most 64 characters; DNS is not affected. Excludes setHostnameAsFQDN and hostNetwork.
  schedulingGroup: The group of pods with which this one is placed, pushed out and given devices as one. Absent: it stands alone. Immutable. Alpha: needs GenericWorkload.
PodResourceClaim: A claim for devices that containers of the pod can use. Exactly one of the two sources is set.
  name: Name inside the pod, unique, a DNS label, by which containers refer to it.
  resourceClaimName: An existing ResourceClaim of the namespace.
  resourceClaimTemplateName: ResourceClaimTemplate of the namespace from which a claim is made for this pod and deleted with it.
PodResourceClaimStatus: Which ResourceClaim stands behind an entry of the pod's resourceClaims.
  name: Name of the entry.
  resourceClaimName: The ResourceClaim made from its template. Absent when none was needed.
PodExtendedResourceClaimStatus: The ResourceClaim that the scheduler made for extended resources of the pod that are served by device drivers.
  requestMappings: For each container and extended resource, which request of the claim serves it.
  resourceClaimName: Name of that claim, in the pod's namespace.
ContainerExtendedResourceRequest: Which request of a claim serves an extended resource of a container.
  containerName: The container.
  resourceName: Its extended resource.
  requestName: The request in the claim.
PodOS: The operating system that a pod needs.
  name: Either linux or windows.
PodSchedulingGate: Something that has to happen before a pod is scheduled.
  name: Name of the gate, unique in the pod, a qualified name as labels have.
PodSchedulingGroup: The group that a pod is scheduled with. Exactly one of the fields is set.
  podGroupName: Name of a PodGroup in the pod's namespace, which need not exist yet.
TopologySpreadConstraint: Limits how uneven the number of matching pods may become between domains: groups of nodes that share the value of a label.
  maxSkew: Most pods that a domain may have above the least filled one; at least 1. With ScheduleAnyway it only weighs.
  topologyKey: Key of the node label whose values make the domains. Nodes without it do not count. Required.
  whenUnsatisfiable: DoNotSchedule lets the pod wait, ScheduleAnyway prefers nodes that keep the skew low.
  labelSelector: The pods that are counted, in the pod's namespace.
  minDomains: With fewer matching domains than this, the least filled one counts as empty. Positive, and only with DoNotSchedule. Absent acts like 1.
  nodeAffinityPolicy: Honor (default) counts only nodes that match the pod's nodeSelector and node affinity, Ignore counts all.
  nodeTaintsPolicy: Honor leaves out nodes whose taints the pod does not tolerate, Ignore (default) counts them.
  matchLabelKeys: Label keys whose values on this pod the counted ones must share, beside labelSelector; pod-template-hash counts one revision only. Needs labelSelector.
HostAlias: An address and the names that stand for it in /etc/hosts.
  ip: The address. Required.
  hostnames: The names.
PodSecurityContext: Users, groups and restrictions of all containers of a pod. What a container says itself goes first.
  seLinuxOptions: SELinux label of the processes. Absent: the runtime picks one for each container. Not for Windows.
  windowsOptions: Settings for Windows. Not for Linux.
  runAsUser: User of the processes, as a number. Absent means the image's. Not for Windows.
  runAsGroup: Primary group of the processes, as a number. Absent means the runtime's choice. Not for Windows.
  runAsNonRoot: Containers that would run as user 0 are not started. Default false.
  supplementalGroups: Further groups of the processes, beside primary group and fsGroup. Not for Windows.
  supplementalGroupsPolicy: Merge (default) adds the groups that the image gives the user, Strict takes only those named here. Not for Windows.
  fsGroup: Group that owns the files of volumes that allow it: new files get it, it may read and write, and processes are members. Absent leaves volumes alone. Not for Windows.
  sysctls: Kernel parameters to set in the pod's namespaces. Those that the node does not allow keep the pod from starting. Not for Windows.
  fsGroupChangePolicy: Always (default) sets owner and permissions of a volume on every mount, OnRootMismatch only when those of its root differ. Not for Windows.
  seccompProfile: Filter of system calls for the containers. Not for Windows.
  appArmorProfile: AppArmor profile for the containers. Not for Windows.
  seLinuxChangePolicy: How volumes get the pod's SELinux label: MountOption (default) by mounting with it where possible, Recursive by relabelling every file. Not for Windows.
SeccompProfile: Which system calls the processes may make. Goes by type; only Localhost uses the other field.
  type: Localhost (a file on the node), RuntimeDefault (the filter that the runtime brings) or Unconfined (no filter).
  localhostProfile: File of the profile, relative to the kubelet's directory for seccomp. Required with Localhost, forbidden otherwise.
AppArmorProfile: Which AppArmor profile confines the processes. Goes by type; only Localhost uses the other field.
  type: Localhost (one that the node has loaded), RuntimeDefault (the one that the runtime brings) or Unconfined (none).
  localhostProfile: Name of the loaded profile. Required with Localhost, forbidden otherwise.
PodDNSConfig: What a pod's resolver gets beside that which dnsPolicy gives.
  nameservers: Addresses of name servers, added after those of dnsPolicy; duplicates are dropped.
  searches: Search domains for short names, added after those of dnsPolicy; duplicates are dropped.
  options: Options of the resolver; they go before equal ones of dnsPolicy.
PodDNSConfigOption: An option of the resolver, as in resolv.conf.
  name: Name of the option, such as ndots. Required.
  value: Its value; absent for options that have none.
PodIP: One address of a pod.
  ip: IPv4 or IPv6 address.
HostIP: One address of the node of a pod.
  ip: IPv4 or IPv6 address.
EphemeralContainerCommon: What an ephemeral container shares with other containers. Much of it must stay unset.
  name: Unique among all containers of the pod, a DNS label.
  image: Image to run, as [REGISTRY/]NAME[:TAG][@DIGEST].
  command: Entrypoint instead of the image's own; no shell is involved. $(VAR) is replaced by the container's environment.
  args: Arguments of the entrypoint. Absent means the image's CMD. $(VAR) is replaced by the container's environment.
  workingDir: Directory in which the process starts. Absent means the image's.
  ports: Must stay unset: ephemeral containers offer no ports.
  envFrom: ConfigMaps and Secrets whose entries become variables; the last of several with a name wins, and env wins over all.
  env: Variables of the container's environment.
  resources: Must stay unset: ephemeral containers use what the pod has been given already.
  resizePolicy: Must stay unset: an ephemeral container has nothing to resize.
  restartPolicy: Must stay unset: ephemeral containers are never restarted.
  restartPolicyRules: Must stay unset: ephemeral containers are never restarted.
  volumeMounts: Volumes of the pod and where the container sees them. subPath and subPathExpr are not allowed.
  volumeDevices: Raw block devices that the container gets.
  livenessProbe: Must stay unset: ephemeral containers are not probed.
  readinessProbe: Must stay unset: ephemeral containers are not probed.
  startupProbe: Must stay unset: ephemeral containers are not probed.
  lifecycle: Must stay unset: ephemeral containers have no hooks.
  terminationMessagePath: File in the container whose contents, at most 4096 bytes, become the message of its end. Default /dev/termination-log.
  terminationMessagePolicy: File (default) takes the message from that file only; FallbackToLogsOnError takes the end of the log when a failed container has left the file empty.
  imagePullPolicy: Always, IfNotPresent or Never. Default Always when the tag is latest or missing, else IfNotPresent.
  securityContext: Users, privileges and restrictions of the process; goes before the pod's securityContext.
  stdin: Keep an input open for the process; without it, reading finds the end at once. Default false.
  stdinOnce: Close the input when the first client that attached has gone. Default false.
  tty: Give the process a terminal; stdin must be true. Default false.
EphemeralContainer: A container added to a running pod to look into it. It gets no resources of its own, is never restarted, and stays in the spec after its end.
  targetContainerName: Container whose process namespace this one joins, if the runtime can do that. Absent: the namespaces that the pod shares.
PodStatus: What was observed of a pod. Mostly set by the kubelet of its node, so it may lag behind when that one is cut off.
  observedGeneration: The pod's generation that the status is about.
  phase: Pending (not all containers have been started), Running, Succeeded (all ended well, none restarts), Failed (all ended, one of them badly) or Unknown (the node does not answer).
  conditions: Observed facts, such as PodScheduled and Ready. At most one for each type.
  message: The cause of the present phase, for people to read.
  reason: A CamelCase word for the cause of the present phase, such as Evicted.
  nominatedNodeName: Node on which others were pushed out to make room for this pod, or that is expected to take it. It may still be placed elsewhere.
  hostIP: Address of the pod's node. Present once the pod was accepted there.
  hostIPs: Addresses of the pod's node, the first equal to hostIP.
  podIP: Address of the pod, reachable from the whole cluster. Absent until one was given.
  podIPs: Addresses of the pod, the first equal to podIP; at most one IPv4 and one IPv6.
  startTime: When the kubelet accepted the pod, before it pulled the images.
  initContainerStatuses: One entry for each init container, in their order once they have begun.
  containerStatuses: One entry for each container of spec.containers.
  qosClass: Guaranteed (limits equal requests everywhere), Burstable, or BestEffort (neither is given). Decides who is evicted first. Immutable.
  ephemeralContainerStatuses: One entry for each ephemeral container that was started.
  resize: Deprecated: state of a resize. See the conditions PodResizePending and PodResizeInProgress.
  resourceClaimStatuses: Which ResourceClaims were made for entries of resourceClaims that name a template.
  extendedResourceClaimStatus: The ResourceClaim made for extended resources that device drivers serve. Absent when there are none.
  allocatedResources: Requests of the pod as a whole that the node has granted.
  resources: Requests and limits of the pod as a whole that are in effect on the node.
  nodeAllocatableResourceClaimStatuses: What ResourceClaims take of the resources that the node itself accounts for, such as cpu and memory. Alpha: needs DRANodeAllocatableResources.
Pod: Containers that run together on one node, with shared network and volumes. The smallest thing that is scheduled.
  spec: What the pod runs and how.
  status: What was observed of it. Set by the kubelet and the control plane.
PodTemplateSpec: From which controllers make pods.
  metadata: Labels, annotations and finalizers that each pod gets; the name is made by the controller.
  spec: What each pod runs and how.
PodTemplate: A stored template for pods. No built-in controller makes pods from it directly.
  template: What pods made from it look like.
ReplicationControllerSpec: How many pods a ReplicationController keeps, which ones, and what they look like.
  replicas: Number of pods that are wanted; 0 is allowed. Default 1.
  minReadySeconds: Seconds that a new pod must have been ready to count as available. Default 0.
  selector: Labels of the pods that belong to it. Absent means the labels of the template, which must match in any case.
  template: From which missing pods are made. Its restartPolicy can only be Always.
ReplicationControllerStatus: What a ReplicationController has observed; may lag behind.
  replicas: Number of its pods, as last seen.
  fullyLabeledReplicas: Number of its pods that have all labels of the template.
  readyReplicas: Number of its pods that are ready.
  availableReplicas: Number of its pods that have been ready for minReadySeconds.
  observedGeneration: Generation of the spec that the controller has acted on.
  conditions: Observed facts. At most one for each type.
ReplicationControllerCondition: One observed fact about a ReplicationController.
  type: Which fact: ReplicaFailure is the only one.
  status: True, False or Unknown.
  lastTransitionTime: When status last changed its value.
  reason: A word for the cause of the last change.
  message: Details of the last change, for people to read.
ReplicationController: Keeps a number of like pods running. The older form of a ReplicaSet; use a Deployment instead.
  spec: How many pods, which ones, and what they look like.
  status: What was observed. Set by the controller.
SessionAffinityConfig: Settings of a Service's session affinity.
  clientIP: Settings of the affinity ClientIP.
ClientIPConfig: Settings of the affinity by client address.
  timeoutSeconds: Seconds without traffic after which a client may be sent to another pod, 1 to 86400. Default 10800, three hours.
ServiceStatus: What was observed of a Service.
  loadBalancer: Where its load balancer can be reached, if it has one.
  conditions: Observed facts. At most one for each type.
LoadBalancerStatus: State of a load balancer.
  ingress: Points at which traffic enters, set once the load balancer works.
LoadBalancerIngress: A point at which traffic enters a load balancer.
  ip: Its address, for load balancers that go by addresses.
  hostname: Its host name, for load balancers that go by names.
  ipMode: VIP: packets arrive with the load balancer's address as destination, so nodes may take a short cut. Proxy: with that of the node or pod. Only with ip.
  ports: Which ports of the Service it serves, each with an error if it fails.
ServiceSpec: How a Service is reached and which pods stand behind it.
  ports: Ports at which the Service is reached. At least one, but for headless ones and ExternalName.
  selector: Labels of the pods that get the traffic. Absent: someone else writes the EndpointSlices. Ignored for ExternalName.
  clusterIP: Virtual address of the Service, given by the server unless asked for. None makes it headless: names resolve to the pods themselves. Immutable, but for a change of type.
  clusterIPs: Virtual addresses, one for each of ipFamilies; the first equals clusterIP.
  type: ClusterIP (default; reached inside the cluster), NodePort (also at a port of every node), LoadBalancer (also through one from outside) or ExternalName (an alias in DNS).
  externalIPs: Further addresses at which nodes accept traffic for the Service. Who brings it to the nodes is not the cluster's matter.
  sessionAffinity: ClientIP sends all connections of a client address to the same pod; None (default) does not.
  loadBalancerIP: Deprecated: address that the load balancer should have, where the cloud allows it. Use annotations of the cloud.
  loadBalancerSourceRanges: Networks in CIDR form from which the load balancer accepts traffic, where the cloud can do that. Absent: from everywhere.
  externalName: DNS name for which the Service is an alias, by a CNAME record. Required with ExternalName, unused otherwise.
  externalTrafficPolicy: Traffic from outside: Cluster (default) spreads it over all pods, hiding the client's address; Local keeps it on the node, and drops it where no pod is.
  healthCheckNodePort: Port of the nodes at which load balancers ask whether pods are there. Only for LoadBalancer with Local; given by the server unless asked for. Immutable.
  publishNotReadyAddresses: Pods count as ready for this Service even when they are not; for peers that must find each other early. Default false.
  sessionAffinityConfig: Settings of sessionAffinity.
  ipFamilies: IPv4, IPv6 or both, at most one of each. Chosen by the server from ipFamilyPolicy when absent. The first is immutable, the second may come and go.
  ipFamilyPolicy: SingleStack (default), PreferDualStack (two families where the cluster has two) or RequireDualStack (two, else refused). Not for ExternalName.
  allocateLoadBalancerNodePorts: Whether a LoadBalancer also gets node ports. False is for load balancers that do not need them. Default true.
  loadBalancerClass: Which implementation makes the load balancer, a name like a label's. Absent means the cloud's own. Only for LoadBalancer; immutable once set.
  internalTrafficPolicy: Traffic from inside: Cluster (default) spreads it over all pods, Local takes only those on the same node and drops it where there are none.
  trafficDistribution: Which pods to prefer: PreferSameZone, PreferSameNode, or PreferClose, the old name of PreferSameZone. Absent: all alike.
ServicePort: A port of a Service, and where its traffic goes.
  name: Name of the port, a DNS label, unique in the Service. May be absent when there is only one.
  protocol: TCP (default), UDP or SCTP.
  appProtocol: What is spoken on the port, as a hint for implementations: a name registered at IANA, such as https, or a prefixed one, such as kubernetes.io/h2c.
  port: Number at which the Service is reached, 1 to 65535.
  targetPort: Port of the pods, as a number or the name of a container's port. Absent means the same as port. Ignored for headless Services.
  nodePort: Port of every node for NodePort and LoadBalancer, given by the server from its range (30000 to 32767) unless asked for.
Service: A stable name and address for a set of pods, among which traffic is spread.
  spec: How it is reached and which pods stand behind it.
  status: What was observed, mostly the state of its load balancer. Set by the control plane.
ServiceAccount: An identity for programs, such as those in pods, to act under towards the API.
  secrets: Secrets that its pods may use, enforced only with the deprecated annotation kubernetes.io/enforce-mountable-secrets. Use separate namespaces to keep Secrets apart.
  imagePullSecrets: Secrets with credentials for registries, given to pods of this account that name none.
  automountServiceAccountToken: Whether pods of this account get a token mounted; a pod can say otherwise. Default true.
Endpoints: Deprecated: the addresses behind a Service, which share its name. Use EndpointSlices, which also hold large and dual-stack sets.
  subsets: Addresses, grouped by the ports that they serve. Together they are everything behind the Service.
EndpointSubset: Addresses that all serve the same ports.
  addresses: Addresses that are ready and get traffic.
  notReadyAddresses: Addresses of pods that have not started, failed a check or are not ready; they get no traffic.
  ports: Ports that each of the addresses serves.
EndpointAddress: One address behind a Service.
  ip: IPv4 or IPv6 address; neither loopback nor link-local.
  hostname: Host name under which DNS publishes it, below the Service's.
  nodeName: Node on which it is.
  targetRef: The object with this address, mostly a pod.
EndpointPort: One port behind a Service.
  name: Name of the Service's port that it serves. May be absent when there is only one.
  port: Number of the port, 1 to 65535.
  protocol: TCP (default), UDP or SCTP.
  appProtocol: What is spoken on the port, as a hint for implementations: a name registered at IANA, or a prefixed one such as kubernetes.io/h2c.
NodeSpec: What is wanted of a node.
  podCIDR: Network from which the pods of the node get addresses.
  podCIDRs: The same for each family, at most one of IPv4 and one of IPv6; the first equals podCIDR.
  providerID: Id of the machine at its cloud, as PROVIDER://ID. Cannot be changed once set.
  unschedulable: True keeps new pods away, as kubectl cordon does. Default false.
  taints: Taints that keep away pods that do not tolerate them.
  configSource: Deprecated: configuration of the kubelet out of the API, no longer supported.
  externalID: Deprecated: no longer set.
NodeConfigSource: Deprecated: where the configuration of a kubelet comes from; no longer supported.
  configMap: A ConfigMap with the configuration.
ConfigMapNodeConfigSource: Deprecated: a ConfigMap that configures a kubelet; no longer supported.
  namespace: Namespace of the ConfigMap. Required.
  name: Name of the ConfigMap. Required.
  uid: Uid of the ConfigMap. Forbidden in the spec, required in the status.
  resourceVersion: Version of the ConfigMap. Forbidden in the spec, required in the status.
  kubeletConfigKey: The key that holds the configuration. Required.
DaemonEndpoint: Where a daemon of a node listens.
  Port: Number of its port.
NodeDaemonEndpoints: Where the daemons of a node listen.
  kubeletEndpoint: Where the kubelet listens.
NodeRuntimeHandlerFeatures: What a runtime handler of a node can do.
  recursiveReadOnlyMounts: It can make all mounts below a read-only one read-only.
  userNamespaces: It can give pods user namespaces of their own, volumes included.
NodeRuntimeHandler: A handler of the node's container runtime, which RuntimeClasses refer to.
  name: Name of the handler; empty stands for the default one.
  features: What it can do.
NodeFeatures: What the container runtime of a node can do, whatever the handler.
  supplementalGroupsPolicy: It knows supplementalGroupsPolicy and reports the users of containers.
NodeSystemInfo: Ids, versions and the platform of a node.
  machineID: Id of the machine, from /etc/machine-id, as its operating system made it.
  systemUUID: UUID of the hardware or virtual machine, from its firmware.
  bootID: Id that is new after each boot.
  kernelVersion: Version of the kernel, as uname -r tells it.
  osImage: Name of the operating system, from /etc/os-release.
  containerRuntimeVersion: The container runtime and its version, such as containerd://2.1.4.
  kubeletVersion: Version of the kubelet.
  kubeProxyVersion: Deprecated: not to be relied on; it repeats the version of the kubelet, if set.
  operatingSystem: Either linux or windows.
  architecture: Processor architecture, such as amd64 or arm64.
  swap: Swap memory of the node.
NodeSwapStatus: Swap memory of a node.
  capacity: Total of it, in bytes.
NodeConfigStatus: Deprecated: state of the kubelet's configuration out of the API; no longer supported.
  assigned: The configuration that the kubelet shall use and has stored.
  active: The configuration that it uses. Absent: the local one.
  lastKnownGood: The configuration to which it returns when the assigned one fails.
  error: What is wrong with the assigned configuration, if something is.
NodeStatus: What was observed of a node. Set by its kubelet and by controllers.
  capacity: All resources of the node.
  allocatable: Resources that pods can have: capacity without what is reserved for the system. Default: equal to capacity.
  phase: Deprecated: never set.
  conditions: Observed facts, such as Ready and MemoryPressure. At most one for each type.
  addresses: Addresses and names of the node. Several may share a type, so merging by patch is unsafe: replace the list.
  daemonEndpoints: Where the daemons of the node listen.
  nodeInfo: Ids, versions and the platform.
  images: Images that are present on the node, mostly the largest first and not all of them.
  volumesInUse: Attachable volumes that the node has mounted or is mounting; these must not be detached.
  volumesAttached: Volumes whose devices the node has got.
  config: Deprecated: state of the kubelet's configuration out of the API.
  runtimeHandlers: Handlers of the container runtime and what they can do.
  features: What the container runtime can do, whatever the handler.
  declaredFeatures: Features of Kubernetes that the node says it supports; the scheduler compares them with what pods need.
AttachedVolume: A volume that is attached to a node.
  name: Unique name of the volume, as its plugin forms it.
  devicePath: Path of its device on the node, if it has one.
ContainerImage: An image that is present on a node.
  names: All names by which it can be asked for, with tag or with digest.
  sizeBytes: How much the image takes, in bytes.
NodeCondition: One observed fact about a node.
  type: Which fact: Ready, MemoryPressure, DiskPressure, PIDPressure, NetworkUnavailable, or one of others' own.
  status: True, False or Unknown.
  lastHeartbeatTime: When the kubelet last reported it.
  lastTransitionTime: When status last changed its value.
  reason: A word for the cause of the last change.
  message: Details of the last change, for people to read.
NodeAddress: An address or name of a node.
  type: Hostname, InternalIP, ExternalIP, InternalDNS or ExternalDNS.
  address: The address or name itself.
Node: A machine that runs pods, one for each kubelet.
  spec: What is wanted of it.
  status: What was observed of it.
NamespaceSpec: What stands in the way of removing a namespace.
  finalizers: Names that must be gone before the namespace is removed; kubernetes is there until all its contents are deleted. Changed through the subresource finalize.
NamespaceStatus: State of a namespace.
  phase: Active, or Terminating once its deletion was asked for: nothing can be created in it then.
  conditions: What holds up its deletion. At most one for each type.
NamespaceCondition: One observed fact about the deletion of a namespace.
  type: Which fact: NamespaceDeletionDiscoveryFailure, NamespaceDeletionContentFailure, NamespaceDeletionGroupVersionParsingFailure, NamespaceContentRemaining or NamespaceFinalizersRemaining.
  status: True, False or Unknown.
  lastTransitionTime: When status last changed its value.
  reason: A word for the cause of the last change.
  message: Details of the last change, for people to read.
Namespace: A space for names: objects of different namespaces may be called alike. Deleting it deletes everything inside.
  spec: Finalizers of the namespace.
  status: Whether it is in use or being deleted, and what holds that up.
Binding: Ties an object to another; posted to a pod's subresource binding, it places the pod on a node.
  target: What the object is tied to: for a pod, a Node.
ObjectReference: Points at an object, or at a part of one. How much of it is filled in depends on who uses it.
  kind: Kind of the object.
  namespace: Namespace of the object.
  name: Name of the object.
  uid: Uid of the object, which tells it from others of the same name.
  apiVersion: Group and version of the kind.
  resourceVersion: The version of the object that is meant, if a certain one.
  fieldPath: The part that is meant, such as spec.containers{web} for a container. Absent: all of it.
LocalObjectReference: Points at an object of the same namespace by its name.
  name: Name of the object. Old ones may have it empty, which is hardly ever right.
TypedLocalObjectReference: Points at an object of the same namespace by kind and name.
  apiGroup: API group of the kind. Absent means the core group.
  kind: Kind of the object.
  name: Name of the object.
EventSource: Who reported an event, in the old form.
  component: Program that reported it.
  host: Node on which the program runs, if it runs on one.
Event: Something that happened to an object, reported for people to read. Events are kept for a limited time (an hour by default) and may get lost.
  involvedObject: What the event is about. Its namespace is that of the event.
  reason: A CamelCase word for what happened, meant for programs.
  message: What happened, for people to read.
  source: Deprecated: who reported it. See reportingComponent and reportingInstance.
  firstTimestamp: Deprecated: when it was first seen. See eventTime.
  lastTimestamp: Deprecated: when it was last seen. See series.
  count: Deprecated: how often it was seen. See series.
  type: Normal or Warning; others may come.
  eventTime: When it was first seen, to the microsecond.
  series: How often it was repeated, and until when. Absent: it happened once.
  action: What was done or failed, such as Binding or Pulling.
  related: A second object that the event concerns, such as a pod that a controller made.
  reportingComponent: Controller that reports it, such as kubernetes.io/kubelet.
  reportingInstance: Which of its instances reports it, such as kubelet-xyz.
EventSeries: The repetitions of an event.
  count: How often it happened until lastObservedTime.
  lastObservedTime: When it was last seen.
LimitRangeItem: Limits and defaults for one type of object.
  type: Container, Pod or PersistentVolumeClaim.
  max: Highest amount allowed, by resource.
  min: Lowest amount allowed, by resource.
  default: Limit of a container that gives none, by resource.
  defaultRequest: Request of a container that gives none, by resource. Absent means default.
  maxLimitRequestRatio: How many times its request a limit may be, by resource. Both must then be given, and not be zero.
LimitRangeSpec: Limits and defaults that hold in a namespace.
  limits: One entry for each type of object.
LimitRange: Bounds what single pods, containers and claims of a namespace may ask for, and fills in what they leave out. Checked at creation.
  spec: The limits and defaults.
ResourceQuotaSpec: How much a namespace may hold, and what counts.
  hard: Upper limits by name: requests.cpu, limits.memory, pods, count/deployments.apps and the like.
  scopes: Only objects in all these scopes count: Terminating, NotTerminating, BestEffort, NotBestEffort, PriorityClass, CrossNamespacePodAffinity, VolumeAttributesClass. Absent: all objects. Immutable.
  scopeSelector: Scopes by expressions, beside scopes; an object must match all of them to count. Immutable.
ScopeSelector: Which objects a quota counts, by expressions about scopes.
  matchExpressions: The expressions, all of which must match.
ScopedResourceSelectorRequirement: One expression about a scope.
  scopeName: The scope: Terminating, NotTerminating, BestEffort, NotBestEffort, PriorityClass, CrossNamespacePodAffinity or VolumeAttributesClass.
  operator: In, NotIn, Exists or DoesNotExist. Scopes without values allow Exists only.
  values: Names of classes: at least one for In and NotIn, none otherwise.
ResourceQuotaStatus: The limits in force, and how much is used.
  hard: Limits in force, by resource.
  used: What the namespace holds at present, by resource.
ResourceQuota: Bounds what all objects of a namespace may take together. Creating more is refused.
  spec: The limits, and what counts.
  status: What is used. Set by the server and the quota controller.
Secret: Confidential data for pods and controllers, at most 1 MiB in all. In JSON and YAML the values are base64.
  immutable: True forbids changes of the data and of this flag; the object can only be deleted. Default false.
  data: Values by key, in base64. Keys consist of letters, digits, "-", "_" and ".".
  stringData: Values as plain text, for writing only: they are merged into data, over equal keys, and never shown.
  type: What the data is for, which decides about keys that must exist, such as kubernetes.io/tls. Default Opaque. Immutable.
ConfigMap: Configuration for pods and controllers, at most 1 MiB in all. Not for anything confidential.
  immutable: True forbids changes of the data and of this flag; the object can only be deleted. Default false.
  data: Values by key, as text in UTF-8. Keys consist of letters, digits, "-", "_" and ".", and must not be in binaryData too.
  binaryData: Values by key, as bytes in base64. Keys must not be in data too.
ComponentCondition: Whether a component of the control plane is well.
  type: Which fact: Healthy is the only one.
  status: True, False or Unknown.
  message: What the component answered.
  error: The error of a failed check.
ComponentStatus: Deprecated: health of a component of the control plane, asked for at each read. Ask the components themselves.
  conditions: What the check gave.
DownwardAPIVolumeSource: A volume with facts about the pod as files.
  items: The files.
  defaultMode: Permission bits of files that have no mode of their own, 0 to 0777; 420 in JSON is 0644. Default 0644.
DownwardAPIVolumeFile: A file with a fact about the pod. Either fieldRef or resourceFieldRef is set.
  path: Name of the file, relative to the root of the volume, without "..".
  fieldRef: A field of the pod: name, namespace, uid, labels or annotations, one or all.
  resourceFieldRef: A request or limit of one of the containers.
  mode: Permission bits of the file, 0 to 0777; 420 in JSON is 0644. Absent takes the volume's defaultMode.
DownwardAPIProjection: Facts about the pod as files in a projected volume.
  items: The files.
SecurityContext: Users, privileges and restrictions of one container. What is set here goes before the pod's securityContext.
  capabilities: Linux capabilities to give or take. Absent means the runtime's default. Not for Windows.
  privileged: Give the process nearly all that root has on the node. Default false. Not for Windows.
  seLinuxOptions: SELinux label that the process gets. Absent: the runtime picks one. Not for Windows.
  windowsOptions: Settings for Windows. Not for Linux.
  runAsUser: User of the process, as a number. Absent means the image's. Not for Windows.
  runAsGroup: Primary group of the process, as a number. Absent means the runtime's choice. Not for Windows.
  runAsNonRoot: The container is not started if it would run as user 0. Default false.
  readOnlyRootFilesystem: The container cannot write to its root file system, only to volumes. Default false. Not for Windows.
  allowPrivilegeEscalation: Whether the process may get more privileges than its parent, by setuid for instance; false sets no_new_privs. Always true when privileged or with CAP_SYS_ADMIN. Not for Windows.
  procMount: How /proc is mounted: Default hides and protects parts as the runtime does, Unmasked shows everything and needs hostUsers false. Not for Windows.
  seccompProfile: Filter of system calls for the container. Not for Windows.
  appArmorProfile: AppArmor profile for the container. Not for Windows.
SELinuxOptions: The parts of an SELinux label. Missing ones are filled in by the runtime.
  user: User of the label.
  role: Role of the label.
  type: Type of the label.
  level: Level of the label, such as s0:c123,c456.
WindowsSecurityContextOptions: Settings of a container that are for Windows only.
  gmsaCredentialSpecName: A GMSA credential spec by its name; a webhook puts its contents into gmsaCredentialSpec.
  gmsaCredentialSpec: The GMSA credential spec in full.
  runAsUserName: User of the process, by name. Absent means the image's.
  hostProcess: Run as a process of the host itself, which also needs hostNetwork. The same for all containers of a pod. Default false.
Sysctl: A kernel parameter.
  name: Name of the parameter, such as net.ipv4.tcp_syncookies.
  value: Its value.
PortStatus: State of one port of a load balancer.
  port: Number of the Service's port.
  protocol: TCP, UDP or SCTP.
  error: Why the port does not work: a CamelCase word, prefixed by DOMAIN/ if the provider's own. Absent: it works.
ImageVolumeSource: An image whose files a volume shows.
  reference: The image, pulled with the same credentials as the images of containers. Controllers may fill it in.
  pullPolicy: Always, IfNotPresent or Never. Default Always when the tag is latest or missing, else IfNotPresent.
NodeAllocatableResourceClaimStatus: What a ResourceClaim takes of the resources that a node accounts for itself.
  resourceClaimName: Name of the claim that the pod refers to.
  containers: Containers of the pod that use the claim.
  resources: Amounts given to the claim, by resource.
`,
};
