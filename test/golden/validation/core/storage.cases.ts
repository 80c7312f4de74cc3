import { metadataOf } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

type Tree = Record<string, unknown>;

const claim = (name: string, spec: Tree): GoldenCase => ({
  name: `PersistentVolumeClaim: ${name}`,
  method: 'POST',
  path: 'persistentvolumeclaims',
  body: {
    metadata: { name: 'a' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
  },
  dryRun: true,
});
const volume = (name: string, spec: Tree, metadata: Tree = {}): GoldenCase => ({
  name: `PersistentVolume: ${name}`,
  method: 'POST',
  path: '/api/v1/persistentvolumes',
  body: {
    metadata: { name: 'golden-volume', ...metadata },
    spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/x' }, ...spec },
  },
  dryRun: true,
});
const other = (name: string, source: Tree): GoldenCase => volume(name, { hostPath: undefined, ...source });
const changed = (name: string, spec: Tree): GoldenCase => ({
  name: `PersistentVolumeClaim: ${name}`,
  method: 'PATCH',
  path: 'persistentvolumeclaims/a',
  body: { spec },
});
const claimOf = (name: string, spec: Tree): GoldenCase => ({
  name: `PersistentVolumeClaim ${name}: create`,
  method: 'POST',
  path: 'persistentvolumeclaims',
  body: {
    metadata: { name },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
  },
});
const otherClaim = (name: string, what: string, spec: Tree): GoldenCase => ({
  name: `PersistentVolumeClaim ${name}: ${what}`,
  method: 'PATCH',
  path: `persistentvolumeclaims/${name}`,
  body: { spec },
});
/** A volume of one source and the change of that source that is refused. */
const changedSource = (field: string, source: Tree, change: Tree | null): GoldenCase[] => {
  const name = `golden-${field.toLowerCase()}`;
  return [
    {
      name: `PersistentVolume of ${field}`,
      method: 'POST',
      path: '/api/v1/persistentvolumes',
      body: {
        metadata: { name },
        spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], [field]: source },
      },
    },
    {
      name: `PersistentVolume of ${field} changes`,
      method: 'PATCH',
      path: `/api/v1/persistentvolumes/${name}`,
      body: { spec: { [field]: change, ...(change ? {} : { hostPath: { path: '/<other> & more' } }) } },
    },
  ];
};
const secret = { name: 's', namespace: 'n' };
const changedVolume = (name: string, spec: Tree): GoldenCase => ({
  name: `PersistentVolume: ${name}`,
  method: 'PATCH',
  path: '/api/v1/persistentvolumes/golden-volume',
  body: { spec },
});

export const cases: readonly GoldenCase[] = [
  ...metadataOf('persistentvolumeclaims', {
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  }),
  ...metadataOf('persistentvolumes', {
    spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, hostPath: { path: '/x' } },
  }),
  claim('minimal', {}),
  claim('access modes', { accessModes: ['Odd', 'ReadWriteOncePod', 'ReadOnlyMany'] }),
  claim('no access modes', { accessModes: [] }),
  claim('no size', { resources: {} }),
  claim('size zero', { resources: { requests: { storage: '0' } } }),
  claim('fractional size', { resources: { requests: { storage: '1500m' } } }),
  claim('selector', { selector: { matchExpressions: [{ key: 'a b', operator: 'In' }] } }),
  claim('class', { storageClassName: 'A b' }),
  claim('mode', { volumeMode: 'Odd' }),
  claim('data source', { dataSource: { kind: 'PersistentVolumeClaim', name: 'x' } }),
  claim('ignored data source', { dataSource: { kind: 'Odd', name: 'x' } }),
  claim('data source reference', { dataSourceRef: { apiGroup: 'a.b', kind: 'X', name: 'x' } }),
  claim('data source reference without name', { dataSourceRef: { kind: 'Odd', name: '' } }),
  claim('two data sources', {
    dataSource: { kind: 'PersistentVolumeClaim', name: 'x' },
    dataSourceRef: { kind: 'PersistentVolumeClaim', name: 'y' },
  }),
  claim('attributes class', { volumeAttributesClassName: 'A b' }),
  {
    name: 'PersistentVolumeClaim: create',
    method: 'POST',
    path: 'persistentvolumeclaims',
    body: {
      metadata: { name: 'a' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, storageClassName: 'x' },
    },
  },
  changed('more before it is bound', { resources: { requests: { storage: '2Gi' } } }),
  changed('less', { resources: { requests: { storage: '1Mi' } } }),
  changed('volume', { volumeName: 'v' }),
  changed('other volume', { volumeName: 'w' }),
  changed('other class', { storageClassName: 'y' }),
  {
    name: 'PersistentVolumeClaim: bound',
    method: 'PATCH',
    path: 'persistentvolumeclaims/a/status',
    body: { status: { phase: 'Bound', capacity: { storage: '1Gi' } } },
  },
  changed('more when it is bound', { resources: { requests: { storage: '2Gi' } } }),
  changed('less than it has', { resources: { requests: { storage: '1Gi' } } }),
  volume('minimal', {}),
  volume('no capacity', { capacity: {} }),
  volume('other capacity', { capacity: { cpu: '1' } }),
  volume('no access modes', { accessModes: [] }),
  volume('access modes', { accessModes: ['Odd', 'ReadWriteOncePod', 'ReadOnlyMany'] }),
  volume('two sources', { nfs: { server: 'a', path: '/a' } }),
  other('no source', {}),
  volume('recycled root', { hostPath: { path: '/a/..' }, persistentVolumeReclaimPolicy: 'Recycle' }),
  volume('reclaim policy', { persistentVolumeReclaimPolicy: 'Odd' }),
  volume('class', { storageClassName: 'A b' }),
  volume('mode', { volumeMode: 'Odd' }),
  volume('attributes class', { volumeAttributesClassName: '' }),
  volume('node affinity', { nodeAffinity: { required: { nodeSelectorTerms: [] } } }),
  volume('node affinity without terms', { nodeAffinity: {} }),
  other('local', { local: { path: '' } }),
  other('csi', {
    csi: { driver: 'A b', volumeHandle: '', nodeStageSecretRef: { name: '' }, nodePublishSecretRef: { name: 'A' } },
  }),
  other('iscsi', { iscsi: { targetPortal: '', iqn: 'foo', lun: 256, chapAuthSession: true } }),
  other('glusterfs', { glusterfs: { endpoints: '', path: '', endpointsNamespace: '' } }),
  other('cinder', { cinder: { volumeID: '', secretRef: {} } }),
  other('azure file', { azureFile: { secretName: '', shareName: '', secretNamespace: '' } }),
  other('storageos', { storageos: { volumeName: '', secretRef: {} } }),
  other('rbd', { rbd: { monitors: [], image: '' } }),
  volume('name', {}, { name: 'A b' }),
  {
    name: 'PersistentVolume: create',
    method: 'POST',
    path: '/api/v1/persistentvolumes',
    body: {
      metadata: { name: 'golden-volume' },
      spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/x' } },
    },
  },
  changedVolume('other path', { hostPath: { path: '/y' } }),
  changedVolume('other mode', { volumeMode: 'Block' }),
  changedVolume('other size', { capacity: { storage: '2Gi' } }),
  {
    name: 'PersistentVolume: phase',
    method: 'PATCH',
    path: '/api/v1/persistentvolumes/golden-volume/status',
    body: { status: { phase: 'Bound', message: 'm', reason: 'r' } },
  },
  {
    name: 'PersistentVolume: spec through status',
    method: 'PATCH',
    path: '/api/v1/persistentvolumes/golden-volume/status',
    body: { spec: { hostPath: { path: '/z' } }, status: { phase: 'Odd' } },
  },
  claimOf('b', {
    selector: {
      matchLabels: { z: '1', a: '2' },
      matchExpressions: [
        { key: 'k', operator: 'In', values: ['v', 'u'] },
        { operator: 'Exists', key: 'l' },
      ],
    },
    resources: { requests: { storage: '2048Mi' }, limits: { storage: '4000Mi' } },
    storageClassName: 'x',
    volumeMode: 'Block',
    volumeAttributesClassName: 'c',
    dataSource: { apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot', name: 's' },
  }),
  otherClaim('b', 'other selector', { selector: { matchLabels: { a: '3' }, matchExpressions: null } }),
  otherClaim('b', 'no class', { storageClassName: null, volumeAttributesClassName: null }),
  otherClaim('b', 'other source', { dataSource: { name: 't' }, dataSourceRef: { name: 't' } }),
  otherClaim('b', 'no source', { dataSource: null, dataSourceRef: null }),
  otherClaim('b', 'other limits', { resources: { limits: { storage: '5Gi' } } }),
  otherClaim('b', 'other modes', { accessModes: ['ReadOnlyMany', 'ReadWriteMany'] }),
  otherClaim('b', 'other mode', { volumeMode: 'Filesystem' }),
  otherClaim('b', 'no requests', { resources: { requests: null } }),
  otherClaim('b', 'nothing', { selector: null, volumeName: '' }),
  otherClaim('b', 'volume', { volumeName: 'v' }),
  claimOf('c', { volumeMode: null }),
  otherClaim('c', 'class later', { storageClassName: 'x' }),
  otherClaim('c', 'selector later', { selector: {} }),
  ...changedSource('hostPath', { path: '/x', type: 'Directory' }, { type: 'File' }),
  ...changedSource('local', { path: '/x', fsType: 'ext4' }, { fsType: null }).map((made) =>
    made.method === 'POST'
      ? {
          ...made,
          body: {
            ...(made.body as Tree),
            spec: {
              ...((made.body as Tree)['spec'] as Tree),
              nodeAffinity: {
                required: {
                  nodeSelectorTerms: [{ matchExpressions: [{ key: 'k', operator: 'In', values: ['a'] }] }],
                },
              },
            },
          },
        }
      : made,
  ),
  {
    name: 'PersistentVolume of local: other nodes',
    method: 'PATCH',
    path: '/api/v1/persistentvolumes/golden-local',
    body: {
      spec: {
        nodeAffinity: {
          required: { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n'] }] }] },
        },
      },
    },
  },
  ...changedSource('nfs', { server: 's', path: '/p' }, { readOnly: true }),
  ...changedSource('glusterfs', { endpoints: 'e', path: '/p' }, { endpointsNamespace: 'n' }),
  ...changedSource(
    'rbd',
    { monitors: ['m'], image: 'i', secretRef: secret },
    { monitors: ['m', 'n'], pool: 'p', secretRef: null },
  ),
  ...changedSource('quobyte', { registry: 'r:1', volume: 'v' }, { user: 'u', tenant: 't' }),
  ...changedSource(
    'iscsi',
    { targetPortal: '192.0.2.1', iqn: 'iqn.2001-04.com.example:storage', lun: 0, secretRef: secret },
    { chapAuthSession: true, portals: ['192.0.2.2'], initiatorName: 'iqn.2001-04.com.example:x' },
  ),
  ...changedSource('fc', { targetWWNs: ['a'], lun: 1 }, { targetWWNs: null, wwids: ['b'], lun: null }),
  ...changedSource(
    'flexVolume',
    { driver: 'a/b', options: { z: '1', a: '2' }, secretRef: secret },
    { options: { b: '3' } },
  ),
  ...changedSource('cephfs', { monitors: ['m'], secretRef: { name: 's' } }, { secretFile: '/f', readOnly: true }),
  ...changedSource('flocker', { datasetName: 'd' }, { datasetName: null, datasetUUID: 'u' }),
  ...changedSource('azureFile', { secretName: 's', shareName: 't' }, { secretNamespace: 'n' }),
  ...changedSource(
    'azureDisk',
    { diskName: 'd', diskURI: 'https://d', kind: 'Shared' },
    { cachingMode: 'None', fsType: 'xfs' },
  ),
  ...changedSource('vsphereVolume', { volumePath: '[d] x' }, { storagePolicyName: 'p' }),
  ...changedSource('photonPersistentDisk', { pdID: 'p' }, { fsType: 'ext4' }),
  ...changedSource('gcePersistentDisk', { pdName: 'p' }, { partition: 2 }),
  ...changedSource('awsElasticBlockStore', { volumeID: 'v' }, { readOnly: true, fsType: 'ext4' }),
  ...changedSource('cinder', { volumeID: 'v', secretRef: secret }, { secretRef: { namespace: 'm' } }),
  ...changedSource('portworxVolume', { volumeID: 'v' }, { volumeID: 'w' }),
  ...changedSource(
    'scaleIO',
    { gateway: 'https://g', system: 's', volumeName: 'v', secretRef: secret },
    { sslEnabled: true, storageMode: 'ThickProvisioned' },
  ),
  ...changedSource(
    'storageos',
    { volumeName: 'v', secretRef: { kind: 'Secret', ...secret } },
    { volumeNamespace: 'n', secretRef: { uid: 'u' } },
  ),
  ...changedSource('csi', { driver: 'd', volumeHandle: 'h', volumeAttributes: { z: '1', a: '2' } }, null),
  {
    name: 'PersistentVolume of csi: other handle',
    method: 'PATCH',
    path: '/api/v1/persistentvolumes/golden-csi',
    body: { spec: { csi: { volumeHandle: 'i', nodeStageSecretRef: secret, controllerExpandSecretRef: secret } } },
  },
];
