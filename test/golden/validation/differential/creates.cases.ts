/** What test/golden/differential found in creates: a case for each fault. */

import type { Tree } from '../case-builders.ts';
import { type GoldenCase, goldenNamespace } from '../golden-case.ts';

const create = (name: string, path: string, body: Tree, managed = false): GoldenCase => ({
  name,
  method: 'POST',
  path: path.includes('/') ? `/apis/${path.replace('NS', `namespaces/${goldenNamespace}`)}` : path,
  body: { metadata: { name: 'a' }, ...body },
  dryRun: true,
  ...(managed ? { managed } : {}),
});
const cluster = (name: string, resource: string, body: Tree, managed = false): GoldenCase => ({
  ...create(name, resource, body, managed),
  path: `/api/v1/${resource}`,
});
const managed = true;

const container: Tree = { name: 'c', image: 'x:1' };
const podSpec: Tree = { containers: [container], automountServiceAccountToken: false };
const pod = (name: string, spec: Tree, more: Tree = {}): GoldenCase =>
  create(`pod: ${name}`, 'pods', { spec: { ...podSpec, ...spec }, ...more });
const template = (spec: Tree = {}): Tree => ({
  metadata: { labels: { app: 'a' } },
  spec: { ...podSpec, ...spec },
});
const workload = (more: Tree = {}, spec: Tree = {}): Tree => ({
  spec: { selector: { matchLabels: { app: 'a' } }, template: template(spec), ...more },
});
const owner = (apiVersion: string): Tree => ({ apiVersion, kind: 'K', name: 'n', uid: 'u' });
const owned = (...owners: readonly Tree[]): Tree => ({ metadata: { name: 'a', ownerReferences: owners } });

const disabled: Tree = {
  schedulingGroup: { podGroupName: 'g' },
  containers: [{ ...container, lifecycle: { stopSignal: 'SIGBOGUS' } }],
  initContainers: [{ name: 'i', image: 'x:1', lifecycle: { stopSignal: 'SIGTERM' } }],
  volumes: [
    { name: 'v', projected: { sources: [{ clusterTrustBundle: { name: 'b', path: 'p' } }] } },
    { name: 'w', projected: { sources: [{ podCertificate: { signerName: 's', keyType: 'k' } }] } },
  ],
};
const images = ['/a/../b', '-a', '../x', 'é✓', 'https://a.b/c', '$(A)', 'A/b', 'a/B', 'a'.repeat(64), 'localhost/a']
  .concat(`x@sha256:${'a'.repeat(64)}`, `x@sha256:${'a'.repeat(63)}`, `x:latest@sha256:${'a'.repeat(64)}`)
  .concat('x:y:z', 'r.io:5000/x', '[::1]:5000/x', `${'a'.repeat(300)}`, 'index.docker.io/x', 'a__b', 'a_.b', 'x:');

export const cases: readonly GoldenCase[] = [
  create('uid of another type', 'configmaps', { metadata: { name: 'a', uid: [] } }),
  create('uid of an owner of another type', 'configmaps', owned({ ...owner('v1'), uid: 5 })),
  create('resource version in a dry run', 'configmaps', { metadata: { name: 'a', resourceVersion: '5' } }),
  create(
    'deletion time',
    'configmaps',
    { metadata: { name: 'a', deletionTimestamp: '2026-01-02T03:04:05Z' } },
    managed,
  ),
  create('owner twice', 'configmaps', owned(owner('v1'), owner('v1'), owner('v2'))),
  create('owner of a version with two slashes', 'configmaps', owned(owner('a/b/c'))),
  create('owner of a version that begins with a slash', 'configmaps', owned({ ...owner('/v1'), kind: 'Event' })),
  create('apiVersion with two slashes', 'configmaps', { apiVersion: '/a/../b' }),
  create('bytes as a list', 'configmaps', { binaryData: { a: [], b: [1, null, 255] } }),
  create('bytes as a list of too much', 'configmaps', { binaryData: { a: [256] } }),
  create('bytes as a list of texts', 'configmaps', { binaryData: { a: ['x'] } }),
  create('quantities finer than thousandths', 'limitranges', {
    spec: { limits: [{ type: 'Container', max: { cpu: '0.5m', memory: '1e-7', a: '1500001n', b: '-1u' } }] },
  }),
  cluster('Node: quantities finer than thousandths', 'nodes', { status: { capacity: { cpu: '0.5m' } } }),

  pod('class that is said', {}, { status: { phase: 'Failed', qosClass: 'Guaranteed' } }),
  pod('disabled fields', disabled),
  pod('rules of an init container without a policy', {
    initContainers: [{ name: 'i', image: 'x', restartPolicyRules: [{ action: 'Bogus' }] }],
  }),
  pod('pull policies by image', { initContainers: images.map((image, at) => ({ name: `i${at}`, image })) }),
  pod('warning beyond ASCII', {
    containers: [{ ...container, ports: [{ containerPort: 80, hostIP: '1.2.3.4', name: 'web' }] }],
    affinity: {
      nodeAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 1, preference: { matchExpressions: [{ key: 'a', operator: 'In', values: ['é✓'] }] } },
        ],
      },
    },
  }),
  create('PodTemplate: disabled fields', 'podtemplates', { template: template(disabled) }),
  create('PodTemplate: empty preemption policy', 'podtemplates', { template: template({ preemptionPolicy: '' }) }),
  create('ReplicationController: disabled fields', 'replicationcontrollers', {
    spec: { selector: { app: 'a' }, template: template(disabled) },
  }),
  ...['deployments', 'daemonsets', 'replicasets', 'statefulsets'].map((resource) =>
    create(`${resource}: disabled fields`, `apps/v1/NS/${resource}`, workload({}, disabled)),
  ),
  create('Job: disabled fields', 'batch/v1/NS/jobs', {
    spec: {
      template: template({ ...disabled, restartPolicy: 'Never' }),
      manualSelector: true,
      selector: { matchLabels: { app: 'a' } },
    },
  }),
  create('CronJob: disabled fields', 'batch/v1/NS/cronjobs', {
    spec: {
      schedule: '* * * * *',
      jobTemplate: { spec: { template: template({ ...disabled, restartPolicy: 'Never' }) } },
    },
  }),
  create('CronJob: failure pattern without a status', 'batch/v1/NS/cronjobs', {
    spec: {
      schedule: '* * * * *',
      jobTemplate: {
        spec: {
          template: template({ restartPolicy: 'Never' }),
          podFailurePolicy: { rules: [{ action: 'Ignore', onPodConditions: [{ type: 'X' }] }] },
        },
      },
    },
  }),
  create('CronJob: success policy without rules', 'batch/v1/NS/cronjobs', {
    spec: {
      schedule: '* * * * *',
      jobTemplate: { spec: { template: template({ restartPolicy: 'Never' }), successPolicy: {} } },
    },
  }),
  create('DaemonSet: managed fields', 'apps/v1/NS/daemonsets', workload(), managed),
  create('StatefulSet: claims of another kind', 'apps/v1/NS/statefulsets', {
    ...workload({
      volumeClaimTemplates: [
        {
          apiVersion: 'x',
          kind: 'y',
          metadata: { name: 'v' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
        },
      ],
    }),
  }),
  cluster('Node: first of the CIDRs', 'nodes', { spec: { podCIDRs: ['10.0.0.0/24', 'fd00::/64'] } }),
  cluster('Node: another CIDR than the first', 'nodes', { spec: { podCIDR: 'a', podCIDRs: ['10.0.0.0/24'] } }),
  cluster('Node: CIDR alone', 'nodes', { spec: { podCIDR: '10.0.0.0/24' } }),
  cluster('Node: configuration by a ConfigMap', 'nodes', {
    spec: { configSource: { configMap: { name: 'a', namespace: 'b', kubeletConfigKey: 'k' } } },
    status: { config: { error: 'x' } },
  }),
  create('PersistentVolumeClaim: source in another namespace', 'persistentvolumeclaims', {
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '1Gi' } },
      dataSourceRef: { apiGroup: 'a.b', kind: 'X', name: 'x', namespace: 'A b' },
    },
  }),
  create('PriorityClass: empty preemption policy', 'scheduling.k8s.io/v1/priorityclasses', {
    value: 1,
    preemptionPolicy: '',
  }),
  create('EndpointSlice: empty protocol', 'discovery.k8s.io/v1/NS/endpointslices', {
    addressType: 'IPv4',
    endpoints: [],
    ports: [{ port: 1, protocol: '' }],
  }),
  create('EndpointSlice: names', 'discovery.k8s.io/v1/NS/endpointslices', { addressType: 'FQDN', endpoints: [] }),
  create('EndpointSlice: addresses that are not canonical', 'discovery.k8s.io/v1/NS/endpointslices', {
    addressType: 'IPv6',
    endpoints: [{ addresses: ['fd00:0::1'] }],
  }),

  create(
    'managed fields: zeros that are written anyway',
    'apps/v1/NS/controllerrevisions',
    { data: { a: 'b' } },
    managed,
  ),
  create('managed fields: a zero of the client', 'scheduling.k8s.io/v1/priorityclasses', { value: 0 }, managed),
  create(
    'managed fields: zeros of pointers',
    'apps/v1/NS/statefulsets',
    workload({ ordinals: {}, serviceName: '' }),
    managed,
  ),
  create(
    'managed fields: event without times',
    'events',
    { involvedObject: { namespace: goldenNamespace }, series: {} },
    managed,
  ),
  ...[
    { azureFile: { secretName: 's', shareName: 't' } },
    { scaleIO: { gateway: 'g', system: 's', volumeName: 'v' } },
    { hostPath: { path: '/x' }, claimRef: { kind: 'PersistentVolumeClaim', namespace: 'n', name: 'c' } },
  ].map((spec) =>
    cluster(
      `managed fields: volume of ${Object.keys(spec).join(' and ')}`,
      'persistentvolumes',
      { spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], ...spec } },
      managed,
    ),
  ),
  create('order of what is printed', 'apps/v1/NS/deployments', {
    ...workload({
      selector: { matchExpressions: [{ values: ['b'], operator: 'In', key: null }], matchLabels: { app: 'a' } },
    }),
  }),
  create('order of a strategy that is printed', 'apps/v1/NS/daemonsets', {
    ...workload({ updateStrategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 }, type: 'Bogus' } }),
  }),
  create('order of a strategy of deployments that is printed', 'apps/v1/NS/deployments', {
    ...workload({ strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 }, type: 'Bogus' } }),
  }),
  pod('overhead without a class', { overhead: { cpu: '1' } }),
  pod('overhead that is wrong, without a class', { overhead: { a: '1' } }),
  ...['a/b', 'a%b', '..'].map((name) => pod(`service account ${name}`, { serviceAccountName: name })),
  create('enumerations that need quoting', 'services', {
    spec: { type: 'a\u0007<b', trafficDistribution: 'a\u0007<b', ports: [{ port: 80, protocol: '\u0007' }] },
  }),
  create('a role that needs quoting', 'rbac.authorization.k8s.io/v1/NS/rolebindings', {
    roleRef: { apiGroup: '\u0007', kind: '\u0007', name: 'a' },
  }),
  ...[{}, { nodeSelectorTerms: null }, { nodeSelectorTerms: [] }].map((nodeSelector) =>
    create(`slice of ${JSON.stringify(nodeSelector)}`, 'resource.k8s.io/v1/resourceslices', {
      spec: { driver: 'a.b', nodeSelector, pool: { name: 'p', resourceSliceCount: 1, generation: 1 } },
    }),
  ),
  ...[{}, { versions: null }, { versions: [] }].map((versions) =>
    create(`definition of ${JSON.stringify(versions)}`, 'apiextensions.k8s.io/v1/customresourcedefinitions', {
      metadata: { name: 'a.b.c' },
      spec: { group: 'b.c', names: { plural: 'a', kind: 'A' }, scope: 'Cluster', ...versions },
    }),
  ),
  ...[null, []].map((a) =>
    create(`review of extra ${JSON.stringify(a)}`, 'authorization.k8s.io/v1/subjectaccessreviews', {
      metadata: {},
      spec: { user: 'x', extra: { a }, nonResourceAttributes: { path: '/x', verb: 'get' } },
    }),
  ),
  create('a driver that says whether pods wait for it', 'storage.k8s.io/v1/csidrivers', {
    spec: { preventPodSchedulingIfMissing: true },
  }),
];
