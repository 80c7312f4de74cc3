/** Nodes and pods of upstream's scheduler_perf workloads, with their counts for 5,000 nodes. */

import type { Affinity, Node, Pod, PodAffinityTerm, PodSpec } from '#kinds/generated/core-v1.ts';

export interface Shape {
  readonly name: string;
  readonly init: number;
  readonly pods: number;
  readonly nodes: (count: number) => Node[];
  /** Its pods are placed only after others went: needs an API server that deletes them. */
  readonly preempts?: true;
  readonly initPod: (i: number) => Pod;
  readonly pod: (i: number) => Pod;
  /** The pods/s that scheduler_perf's CI must not fall below, API server and etcd included. */
  readonly upstreamFloor?: number;
  /** Measured on a machine like this one: CPU time of kube-scheduler 1.36 alone. */
  readonly upstreamCpuUs?: number;
}

const zone = 'topology.kubernetes.io/zone';
const initNamespace = 'bench-sched-0';
const podNamespace = 'bench-sched-1';

const nodesWith =
  (zoneOf: (i: number) => string | undefined) =>
  (count: number): Node[] =>
    Array.from({ length: count }, (_, i) => node(`scheduler-perf-${i}`, zoneOf(i)));

const plain = nodesWith(() => undefined);
const oneZone = nodesWith(() => 'zone1');
const threeZones = nodesWith((i) => `moon-${1 + (i % 3)}`);

function node(name: string, zoneValue: string | undefined): Node {
  const resources = { pods: '110', cpu: '4', memory: '32Gi' };
  return {
    metadata: { name, labels: { 'kubernetes.io/hostname': name, ...(zoneValue ? { [zone]: zoneValue } : {}) } },
    spec: {},
    status: { capacity: resources, allocatable: resources, conditions: [{ type: 'Ready', status: 'True' }] },
  };
}

/** With what admission adds, because that is what a scheduler gets to see. */
function pod(namespace: string, i: number, labels: Record<string, string>, spec: Partial<PodSpec> = {}): Pod {
  const resources = { cpu: '100m', memory: '500Mi' };
  return {
    metadata: { namespace, name: `pod-${i}`, uid: `${namespace}-${i}`, labels },
    spec: {
      containers: [
        {
          name: 'pause',
          image: 'registry.k8s.io/pause:3.10',
          ports: [{ containerPort: 80, protocol: 'TCP' }],
          resources: { requests: resources, limits: resources },
        },
      ],
      tolerations: ['not-ready', 'unreachable'].map((condition) => ({
        key: `node.kubernetes.io/${condition}`,
        operator: 'Exists',
        effect: 'NoExecute',
        tolerationSeconds: 300,
      })),
      schedulerName: 'default-scheduler',
      priority: 0,
      ...spec,
    },
  };
}

const basic = (namespace: string) => (i: number) => pod(namespace, i, {});

const withAffinity = (color: string, affinity: Affinity) => (namespace: string) => (i: number) =>
  pod(namespace, i, { color }, { affinity });

function near(color: string, topologyKey: string): PodAffinityTerm[] {
  return [{ labelSelector: { matchLabels: { color } }, topologyKey, namespaces: [podNamespace, initNamespace] }];
}

const antiAffinity = withAffinity('green', {
  podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: near('green', 'kubernetes.io/hostname') },
});
const affinity = withAffinity('blue', {
  podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: near('blue', zone) },
});
const preferredAffinity = withAffinity('red', {
  podAffinity: {
    preferredDuringSchedulingIgnoredDuringExecution: near('red', 'kubernetes.io/hostname').map((podAffinityTerm) => ({
      weight: 1,
      podAffinityTerm,
    })),
  },
});
const preferredAntiAffinity = withAffinity('yellow', {
  podAntiAffinity: {
    preferredDuringSchedulingIgnoredDuringExecution: near('yellow', 'kubernetes.io/hostname').map(
      (podAffinityTerm) => ({ weight: 1, podAffinityTerm }),
    ),
  },
});
const nodeAffinity = withAffinity('white', {
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchExpressions: [{ key: zone, operator: 'In', values: ['zone1', 'zone2'] }] }],
    },
  },
});

const spread = (whenUnsatisfiable: 'DoNotSchedule' | 'ScheduleAnyway') => (i: number) =>
  pod(
    podNamespace,
    i,
    { color: 'blue' },
    {
      topologySpreadConstraints: [
        { maxSkew: 5, topologyKey: zone, whenUnsatisfiable, labelSelector: { matchLabels: { color: 'blue' } } },
      ],
    },
  );

const daemonTarget = 'scheduler-perf-node';
const daemon = (i: number): Pod =>
  pod(
    podNamespace,
    i,
    {},
    {
      containers: [{ name: 'pause', image: 'registry.k8s.io/pause:3.10' }],
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [daemonTarget] }] }],
          },
        },
      },
    },
  );

/** Four of these fill a node of 4 cores so that three have to go for one that wants 3. */
const sized = (cpu: string, priority: number) => (namespace: string) => (i: number) => {
  const resources = { cpu, memory: '500Mi' };
  const container = { name: 'pause', image: 'registry.k8s.io/pause:3.10', resources: { requests: resources } };
  return pod(namespace, i, {}, { priority, terminationGracePeriodSeconds: 0, containers: [container] });
};

export const shapes: readonly Shape[] = [
  {
    name: 'SchedulingBasic',
    init: 1000,
    pods: 10_000,
    nodes: plain,
    initPod: basic(initNamespace),
    pod: basic(podNamespace),
    upstreamFloor: 680,
    upstreamCpuUs: 5700,
  },
  {
    name: 'PodAntiAffinity',
    init: 1000,
    pods: 2000,
    nodes: plain,
    initPod: antiAffinity(initNamespace),
    pod: antiAffinity(podNamespace),
    upstreamFloor: 180,
  },
  {
    name: 'PodAffinity',
    init: 5000,
    pods: 5000,
    nodes: oneZone,
    initPod: affinity(initNamespace),
    pod: affinity(podNamespace),
    upstreamFloor: 70,
    upstreamCpuUs: 50_000,
  },
  {
    name: 'PreferredPodAffinity',
    init: 5000,
    pods: 5000,
    nodes: plain,
    initPod: preferredAffinity(initNamespace),
    pod: preferredAffinity(podNamespace),
    upstreamFloor: 160,
  },
  {
    name: 'PreferredPodAntiAffinity',
    init: 5000,
    pods: 5000,
    nodes: plain,
    initPod: preferredAntiAffinity(initNamespace),
    pod: preferredAntiAffinity(podNamespace),
    upstreamFloor: 190,
  },
  {
    name: 'NodeAffinity',
    init: 5000,
    pods: 10_000,
    nodes: oneZone,
    initPod: nodeAffinity(initNamespace),
    pod: nodeAffinity(podNamespace),
    upstreamFloor: 540,
  },
  {
    name: 'TopologySpreading',
    init: 5000,
    pods: 5000,
    nodes: threeZones,
    initPod: basic(initNamespace),
    pod: spread('DoNotSchedule'),
    upstreamFloor: 460,
    upstreamCpuUs: 20_000,
  },
  {
    name: 'PreferredTopologySpreading',
    init: 5000,
    pods: 5000,
    nodes: threeZones,
    initPod: basic(initNamespace),
    pod: spread('ScheduleAnyway'),
    upstreamFloor: 340,
  },
  {
    name: 'PreemptionBasic',
    init: 20_000,
    pods: 5000,
    preempts: true,
    nodes: plain,
    initPod: sized('900m', 0)(initNamespace),
    pod: sized('3000m', 10)(podNamespace),
  },
  {
    name: 'Daemonset',
    init: 0,
    pods: 10_000,
    nodes: (count) => [...plain(count), withRoom(node(daemonTarget, undefined))],
    initPod: basic(initNamespace),
    pod: daemon,
    upstreamFloor: 1100,
  },
];

/** One node takes all pods of the shape. */
function withRoom(target: Node): Node {
  const resources = { pods: '90000', cpu: '4', memory: '32Gi' };
  return { ...target, status: { ...target.status, capacity: resources, allocatable: resources } };
}
