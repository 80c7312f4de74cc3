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
];
