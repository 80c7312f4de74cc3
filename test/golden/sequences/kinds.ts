/** The kinds that random requests are about: their paths, objects of few values each, subresources, and what their lists are selected by. */

import { kinds as applied, group } from '../apply/kinds.ts';
import { chance, type Draw, pick, some, subset } from '../apply/random-writers.ts';
import { goldenNamespace } from '../validation/golden-case.ts';

export interface SequenceKind {
  readonly kind: string;
  readonly apiVersion: string;
  /** Of the collection, with <namespace>. */
  readonly path: string;
  /** The same objects in other served versions. */
  readonly others?: readonly { readonly apiVersion: string; readonly path: string }[];
  readonly clusterScoped?: boolean;
  /** An object that can be created: without apiVersion, kind, name. */
  readonly whole: (draw: Draw) => object;
  readonly part: (draw: Draw) => object;
  readonly status?: (draw: Draw) => object;
  readonly subresources?: readonly string[];
  readonly fields?: readonly string[];
  readonly custom?: boolean;
}

const texts = ['1', '2', '3'];
const core = '/api/v1/namespaces/<namespace>';
const placed = (path: string): string => path.replace(goldenNamespace, '<namespace>');

const ofApply = (
  name: keyof typeof applied,
  more: Pick<SequenceKind, 'subresources' | 'fields' | 'others' | 'custom'> = {},
): SequenceKind => {
  const { kind, apiVersion, path, whole, part, status } = applied[name];
  return { kind, apiVersion, path: placed(path), whole, part, ...(status ? { status } : {}), ...more };
};

const metadata = (draw: Draw): object =>
  some(
    draw,
    {
      labels: () => some(draw, { x: () => pick(draw, texts), y: () => pick(draw, texts) }, 0.7),
      annotations: () => some(draw, { n: () => pick(draw, texts) }),
      finalizers: () => subset(draw, ['example.com/a', 'example.com/b']),
    },
    0.3,
  );

/** Of cluster-scoped kinds: those of a sequence are found by their label. */
const ownMetadata = (draw: Draw): object => ({
  ...metadata(draw),
  labels: { sequence: '<namespace>', ...some(draw, { x: () => pick(draw, texts) }) },
});

const condition = (draw: Draw, types: readonly string[]) =>
  subset(draw, types).map((type) => ({
    type,
    status: pick(draw, ['True', 'False', 'Unknown']),
    ...some(draw, { reason: () => 'Because', message: () => pick(draw, ['', 'so']) }, 0.6),
  }));

const secretPart = (draw: Draw): object => ({
  metadata: metadata(draw),
  ...some(draw, {
    data: () => some(draw, { a: () => pick(draw, ['AA==', 'AQ==']), b: () => pick(draw, ['', 'AQ==']) }),
    stringData: () => some(draw, { a: () => pick(draw, texts), c: () => pick(draw, texts) }),
    type: () => pick(draw, ['Opaque', 'example.com/x']),
    immutable: () => pick(draw, [false, true]),
  }),
});

const boundPod = (draw: Draw): object => ({
  metadata: metadata(draw),
  spec: {
    ...some(draw, {
      nodeName: () => pick(draw, ['n1', 'n2']),
      terminationGracePeriodSeconds: () => pick(draw, [0, 1, 5]),
    }),
    ...some(draw, { restartPolicy: () => pick(draw, ['Always', 'Never']), priority: () => 0 }, 0.2),
    containers: [
      {
        name: 'a',
        image: pick(draw, ['i:1', 'i:2']),
        ...some(draw, { resources: () => ({ requests: { cpu: pick(draw, ['1', '100m']) } }) }, 0.3),
      },
    ],
  },
});

const realService = (draw: Draw): object => ({
  metadata: metadata(draw),
  spec: {
    ports: [{ port: pick(draw, [80, 81]), name: 'a' }],
    ...some(
      draw,
      {
        type: () => pick(draw, ['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName']),
        externalName: () => 'example.com',
        selector: () => ({ app: pick(draw, texts) }),
        ipFamilyPolicy: () => pick(draw, ['SingleStack', 'PreferDualStack', 'RequireDualStack']),
        externalTrafficPolicy: () => pick(draw, ['Local', 'Cluster']),
        sessionAffinity: () => pick(draw, ['ClientIP', 'None']),
      },
      0.4,
    ),
  },
});

const eventPart = (draw: Draw): object => ({
  metadata: metadata(draw),
  ...some(draw, {
    reason: () => pick(draw, ['R', 'S']),
    type: () => pick(draw, ['Normal', 'Warning']),
    action: () => 'Bound',
  }),
});
const coreEvent = (draw: Draw): object => ({
  ...eventPart(draw),
  involvedObject: { kind: 'Pod', name: pick(draw, ['a', 'b']), namespace: '<namespace>' },
  ...some(draw, {
    message: () => pick(draw, texts),
    count: () => pick(draw, [1, 2]),
    source: () => ({ component: 'kubelet' }),
    reportingComponent: () => 'example.com/c',
    reportingInstance: () => 'i',
    firstTimestamp: () => '2026-01-01T00:00:00Z',
    eventTime: () => '2026-01-01T00:00:00.000001Z',
  }),
});
const newEvent = (draw: Draw): object => ({
  ...eventPart(draw),
  eventTime: '2026-01-01T00:00:00.000001Z',
  reportingController: 'example.com/c',
  reportingInstance: 'i',
  action: 'Bound',
  reason: 'R',
  type: 'Normal',
  regarding: { kind: 'Pod', name: pick(draw, ['a', 'b']), namespace: '<namespace>' },
  ...some(draw, {
    note: () => pick(draw, texts),
    series: () => ({ count: 2, lastObservedTime: '2026-01-01T00:00:00.000001Z' }),
  }),
});

const scaleTarget = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
const autoscalerV1 = (draw: Draw): object => ({
  metadata: metadata(draw),
  spec: {
    scaleTargetRef: scaleTarget,
    maxReplicas: pick(draw, [2, 3]),
    ...some(draw, { minReplicas: () => 1, targetCPUUtilizationPercentage: () => pick(draw, [50, 80]) }),
  },
});
const autoscalerV2 = (draw: Draw): object => ({
  metadata: metadata(draw),
  spec: {
    scaleTargetRef: scaleTarget,
    maxReplicas: pick(draw, [2, 3]),
    ...some(draw, {
      minReplicas: () => 1,
      metrics: () => [
        {
          type: 'Resource',
          resource: {
            name: pick(draw, ['cpu', 'memory']),
            target: { type: 'Utilization', averageUtilization: pick(draw, [50, 80]) },
          },
        },
      ],
      behavior: () => ({ scaleDown: { stabilizationWindowSeconds: 5 } }),
    }),
  },
});

const nodePart = (draw: Draw): object => ({
  metadata: ownMetadata(draw),
  ...some(draw, {
    spec: () =>
      some(draw, {
        unschedulable: () => pick(draw, [true, false]),
        podCIDR: () => '10.1.0.0/24',
        taints: () => subset(draw, ['k', 'l']).map((key) => ({ key, effect: pick(draw, ['NoSchedule', 'NoExecute']) })),
      }),
  }),
});

const leasePart = (draw: Draw): object => ({
  metadata: metadata(draw),
  ...some(draw, {
    spec: () =>
      some(draw, {
        holderIdentity: () => pick(draw, ['a', 'b']),
        leaseDurationSeconds: () => pick(draw, [1, 2]),
        renewTime: () => '2026-01-01T00:00:00.000000Z',
        leaseTransitions: () => 1,
      }),
  }),
});

const budget = (draw: Draw): object => ({
  metadata: metadata(draw),
  spec: {
    selector: { matchLabels: { x: pick(draw, texts) } },
    ...(chance(draw, 0.5) ? { minAvailable: pick(draw, [0, 1, '50%']) } : { maxUnavailable: pick(draw, [0, 1]) }),
  },
});

const csr =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIZk1JR0ZBZ0VBTUNNeEZUQVRCZ05WQkFvVERITjVjM1JsYlRwdWIyUmxjekVLTUFnR0ExVUVBeE1CWVRCWgpNQk1HQnlxR1NNNDlBZ0VHQ0NxR1NNNDlBd0VIQTBJQUJBPT0KLS0tLS1FTkQgQ0VSVElGSUNBVEUgUkVRVUVTVC0tLS0tCg==';
const signing = (draw: Draw): object => ({
  metadata: ownMetadata(draw),
  spec: { request: csr, signerName: pick(draw, ['example.com/s', 'example.com/t']), usages: ['client auth'] },
});

const job = (draw: Draw): object => ({
  metadata: metadata(draw),
  spec: {
    template: { spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'i' }] } },
    ...some(draw, {
      parallelism: () => pick(draw, [0, 1, 2]),
      completions: () => pick(draw, [1, 2]),
      suspend: () => pick(draw, [true, false]),
      backoffLimit: () => 3,
    }),
  },
});

const volume = (draw: Draw): object => ({
  metadata: ownMetadata(draw),
  spec: {
    capacity: { storage: pick(draw, ['1Gi', '1024Mi']) },
    accessModes: ['ReadWriteOnce'],
    hostPath: { path: '/tmp' },
    ...some(draw, { storageClassName: () => pick(draw, ['a', 'b']), persistentVolumeReclaimPolicy: () => 'Delete' }),
  },
});

const account = (draw: Draw): object => ({
  metadata: metadata(draw),
  ...some(draw, {
    automountServiceAccountToken: () => pick(draw, [true, false]),
    imagePullSecrets: () => subset(draw, ['s', 't']).map((name) => ({ name })),
    secrets: () => subset(draw, ['s', 't']).map((name) => ({ name })),
  }),
});

const gadgets = 'fields.golden.example.com';
const gadget = (draw: Draw): object => ({
  metadata: metadata(draw),
  ...some(draw, {
    spec: () =>
      some(draw, {
        common: () => pick(draw, texts),
        list: () => subset(draw, texts),
        object: () => some(draw, { a: () => pick(draw, texts) }),
      }),
    status: () => ({ kept: 'not' }),
  }),
});

const nothing = (): object => ({});

export const sequenceKinds: Readonly<Record<string, SequenceKind>> = {
  configMaps: ofApply('configMap', { fields: ['metadata.name'] }),
  deployments: ofApply('deployment', { subresources: ['status', 'scale'] }),
  pods: {
    ...ofApply('pod'),
    whole: boundPod,
    subresources: ['status', 'binding', 'eviction', 'ephemeralcontainers', 'resize'],
    fields: ['metadata.name', 'spec.nodeName', 'status.phase', 'spec.restartPolicy'],
  },
  headless: ofApply('service', { subresources: ['status'] }),
  services: {
    ...ofApply('service', { subresources: ['status'], fields: ['spec.clusterIP', 'spec.type', 'metadata.name'] }),
    whole: realService,
    part: (draw) => (chance(draw, 0.5) ? realService(draw) : applied.service.part(draw)),
  },
  secrets: {
    kind: 'Secret',
    apiVersion: 'v1',
    path: `${core}/secrets`,
    whole: secretPart,
    part: secretPart,
    fields: ['type', 'metadata.name'],
  },
  serviceAccounts: {
    kind: 'ServiceAccount',
    apiVersion: 'v1',
    path: `${core}/serviceaccounts`,
    whole: account,
    part: account,
    subresources: ['token'],
  },
  coreEvents: {
    kind: 'Event',
    apiVersion: 'v1',
    path: `${core}/events`,
    others: [{ apiVersion: 'events.k8s.io/v1', path: '/apis/events.k8s.io/v1/namespaces/<namespace>/events' }],
    whole: coreEvent,
    part: eventPart,
    fields: ['involvedObject.kind', 'involvedObject.name', 'reason', 'type', 'source', 'reportingComponent'],
  },
  newEvents: {
    kind: 'Event',
    apiVersion: 'events.k8s.io/v1',
    path: '/apis/events.k8s.io/v1/namespaces/<namespace>/events',
    others: [{ apiVersion: 'v1', path: `${core}/events` }],
    whole: newEvent,
    part: (draw) => ({ metadata: metadata(draw), ...some(draw, { note: () => pick(draw, texts) }) }),
    fields: ['regarding.kind', 'regarding.name', 'reason', 'type', 'reportingController'],
  },
  autoscalersV1: {
    kind: 'HorizontalPodAutoscaler',
    apiVersion: 'autoscaling/v1',
    path: '/apis/autoscaling/v1/namespaces/<namespace>/horizontalpodautoscalers',
    others: [
      { apiVersion: 'autoscaling/v2', path: '/apis/autoscaling/v2/namespaces/<namespace>/horizontalpodautoscalers' },
    ],
    whole: autoscalerV1,
    part: autoscalerV1,
    status: (draw) => ({ currentReplicas: pick(draw, [0, 1]), desiredReplicas: pick(draw, [0, 1]) }),
    subresources: ['status'],
  },
  autoscalersV2: {
    kind: 'HorizontalPodAutoscaler',
    apiVersion: 'autoscaling/v2',
    path: '/apis/autoscaling/v2/namespaces/<namespace>/horizontalpodautoscalers',
    others: [
      { apiVersion: 'autoscaling/v1', path: '/apis/autoscaling/v1/namespaces/<namespace>/horizontalpodautoscalers' },
    ],
    whole: autoscalerV2,
    part: autoscalerV2,
    status: (draw) => ({ desiredReplicas: pick(draw, [0, 1]), conditions: condition(draw, ['AbleToScale']) }),
    subresources: ['status'],
  },
  leases: {
    kind: 'Lease',
    apiVersion: 'coordination.k8s.io/v1',
    path: '/apis/coordination.k8s.io/v1/namespaces/<namespace>/leases',
    whole: leasePart,
    part: leasePart,
  },
  budgets: {
    kind: 'PodDisruptionBudget',
    apiVersion: 'policy/v1',
    path: '/apis/policy/v1/namespaces/<namespace>/poddisruptionbudgets',
    whole: budget,
    part: budget,
    status: (draw) => ({
      disruptionsAllowed: pick(draw, [0, 1]),
      currentHealthy: 1,
      desiredHealthy: 1,
      expectedPods: 1,
      observedGeneration: pick(draw, [0, 1]),
    }),
    subresources: ['status'],
  },
  jobs: {
    kind: 'Job',
    apiVersion: 'batch/v1',
    path: '/apis/batch/v1/namespaces/<namespace>/jobs',
    whole: job,
    part: (draw) => ({
      metadata: metadata(draw),
      spec: some(draw, { parallelism: () => pick(draw, [0, 1]), suspend: () => pick(draw, [true, false]) }),
    }),
    status: (draw) => ({
      active: pick(draw, [0, 1]),
      ...some(draw, { conditions: () => condition(draw, ['Complete', 'Failed', 'Suspended']) }, 0.3),
    }),
    subresources: ['status'],
    fields: ['status.successful', 'metadata.name'],
  },
  nodes: {
    kind: 'Node',
    apiVersion: 'v1',
    path: '/api/v1/nodes',
    clusterScoped: true,
    whole: nodePart,
    part: nodePart,
    status: (draw) =>
      some(draw, {
        conditions: () => condition(draw, ['Ready', 'DiskPressure']),
        capacity: () => ({ cpu: pick(draw, ['1', '1000m', '2']) }),
        addresses: () => subset(draw, ['10.0.0.1', '10.0.0.2']).map((address) => ({ type: 'InternalIP', address })),
      }),
    subresources: ['status'],
    fields: ['spec.unschedulable', 'metadata.name'],
  },
  namespaces: {
    kind: 'Namespace',
    apiVersion: 'v1',
    path: '/api/v1/namespaces',
    clusterScoped: true,
    whole: (draw) => ({
      metadata: ownMetadata(draw),
      ...some(draw, { spec: () => ({ finalizers: ['kubernetes', 'example.com/x'] }) }, 0.2),
    }),
    part: (draw) => ({ metadata: ownMetadata(draw) }),
    status: (draw) => ({
      phase: pick(draw, ['Active', 'Terminating']),
      conditions: condition(draw, ['NamespaceContentRemaining']),
    }),
    subresources: ['status', 'finalize'],
    fields: ['status.phase', 'metadata.name', 'name'],
  },
  volumes: {
    kind: 'PersistentVolume',
    apiVersion: 'v1',
    path: '/api/v1/persistentvolumes',
    clusterScoped: true,
    whole: volume,
    part: (draw) => ({ metadata: ownMetadata(draw) }),
    status: (draw) => ({ phase: pick(draw, ['Available', 'Bound', 'Failed']), message: 'm' }),
    subresources: ['status'],
    fields: ['metadata.name'],
  },
  certificateRequests: {
    kind: 'CertificateSigningRequest',
    apiVersion: 'certificates.k8s.io/v1',
    path: '/apis/certificates.k8s.io/v1/certificatesigningrequests',
    clusterScoped: true,
    whole: signing,
    part: (draw) => ({ metadata: ownMetadata(draw) }),
    status: (draw) => ({ conditions: condition(draw, ['Approved', 'Denied', 'Failed']) }),
    subresources: ['status', 'approval'],
    fields: ['spec.signerName'],
  },
  widgets: ofApply('widget', {
    subresources: ['status', 'scale'],
    others: [{ apiVersion: `${group}/v1beta1`, path: `/apis/${group}/v1beta1/namespaces/<namespace>/widgets` }],
    custom: true,
    fields: ['metadata.name'],
  }),
  gadgets: {
    kind: 'Gadget',
    apiVersion: `${gadgets}/v1`,
    path: `/apis/${gadgets}/v1/namespaces/<namespace>/gadgets`,
    others: [{ apiVersion: `${gadgets}/v2`, path: `/apis/${gadgets}/v2/namespaces/<namespace>/gadgets` }],
    whole: gadget,
    part: (draw) => (chance(draw, 0.1) ? nothing() : gadget(draw)),
    subresources: ['status'],
    custom: true,
  },
};
