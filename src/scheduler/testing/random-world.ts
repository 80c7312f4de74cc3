/** Random clusters and pods, small enough for the reference and mixed enough to meet every rule often. */

import type { Random } from '#base/env.ts';
import type {
  Node,
  Pod,
  PodAffinityTerm,
  PodSpec,
  Service,
  Taint,
  Toleration,
  TopologySpreadConstraint,
} from '#kinds/generated/core-v1.ts';
import { makeNode, makePod } from './fixtures.ts';

const apps = ['a', 'b', 'c'];
const namespaces = ['n1', 'n2', 'n3'];
const topologyKeys = ['kubernetes.io/hostname', 'topology.kubernetes.io/zone', 'rack'];

export const namespaceLabels: ReadonlyMap<string, Readonly<Record<string, string>>> = new Map([
  ['n1', { team: 'red' }],
  ['n2', { team: 'red' }],
  ['n3', {}],
]);

export class RandomWorld {
  private readonly random: Random;
  private made = 0;

  constructor(random: Random) {
    this.random = random;
  }

  chance(share: number): boolean {
    return this.random.next() < share;
  }

  pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.random.next() * items.length)] as T;
  }

  upTo(most: number): number {
    return Math.floor(this.random.next() * (most + 1));
  }

  /** With the same name a new version of a node. */
  node(name = `node-${this.made++}`): Node {
    const labels: Record<string, string> = {};
    if (this.chance(0.8)) labels['topology.kubernetes.io/zone'] = `z${this.upTo(2)}`;
    if (this.chance(0.6)) labels.rack = `r${this.upTo(3)}`;
    if (this.chance(0.5)) labels.disk = this.pick(['ssd', 'hdd']);
    const taints: Taint[] = [];
    if (this.chance(0.2)) taints.push({ key: 'dedicated', value: this.pick(['x', 'y']), effect: 'NoSchedule' });
    if (this.chance(0.3)) taints.push({ key: 'slow', effect: 'PreferNoSchedule' });
    if (this.chance(0.2)) taints.push({ key: 'old', value: 'very', effect: 'PreferNoSchedule' });
    const allocatable = {
      cpu: `${this.pick([1000, 2000, 4000])}m`,
      memory: `${this.pick([1000, 4000, 8000])}Mi`,
      pods: String(this.pick([3, 10, 110])),
      ...(this.chance(0.3) ? { 'example.com/gpu': '2' } : {}),
    };
    const images = apps
      .filter(() => this.chance(0.3))
      .map((app) => ({ names: [`image-${app}:latest`], sizeBytes: 700 * 1024 * 1024 }));
    return makeNode(name, allocatable, {
      metadata: { labels },
      spec: { taints, ...(this.chance(0.05) ? { unschedulable: true } : {}) },
      status: { allocatable, images },
    });
  }

  service(): Service {
    return {
      metadata: { name: `service-${this.made++}`, namespace: this.pick(namespaces) },
      spec: { selector: { app: this.pick(apps) } },
    };
  }

  pod(): Pod {
    const requests: Record<string, string> = {};
    if (this.chance(0.8)) requests.cpu = `${this.pick([50, 100, 500])}m`;
    if (this.chance(0.8)) requests.memory = `${this.pick([100, 500])}Mi`;
    if (this.chance(0.1)) requests['example.com/gpu'] = '1';
    const app = this.pick(apps);
    const hostPort = this.chance(0.1) ? this.pick([8080, 8081]) : undefined;
    const spec: Partial<PodSpec> = {
      containers: [
        {
          name: 'main',
          image: `image-${app}`,
          resources: { requests },
          ...(hostPort ? { ports: [{ containerPort: 80, hostPort, protocol: 'TCP' as const }] } : {}),
        },
      ],
      tolerations: this.tolerations(),
      ...this.nodeChoice(),
      ...(this.chance(0.3) ? { topologySpreadConstraints: this.constraints() } : {}),
    };
    const affinity = this.affinity(spec.affinity);
    return makePod(
      `pod-${this.made}`,
      { ...spec, ...(affinity ? { affinity } : {}) },
      { namespace: this.pick(namespaces), uid: `uid-${this.made++}`, labels: { app, tier: this.pick(['web', 'db']) } },
    );
  }

  private tolerations(): Toleration[] {
    const tolerations: Toleration[] = [];
    if (this.chance(0.3)) tolerations.push({ key: 'dedicated', value: 'x', effect: 'NoSchedule' });
    if (this.chance(0.2)) tolerations.push({ key: 'slow', operator: 'Exists' });
    if (this.chance(0.1)) tolerations.push({ operator: 'Exists' });
    return tolerations;
  }

  private nodeChoice(): Partial<PodSpec> {
    if (this.chance(0.15)) return { nodeSelector: { disk: 'ssd' } };
    if (!this.chance(0.3)) return {};
    const disk = { key: 'disk', operator: this.pick(['In', 'NotIn', 'Exists'] as const) };
    const expression = disk.operator === 'Exists' ? disk : { ...disk, values: ['ssd'] };
    return {
      affinity: {
        nodeAffinity: {
          ...(this.chance(0.4)
            ? {
                requiredDuringSchedulingIgnoredDuringExecution: {
                  nodeSelectorTerms: [{ matchExpressions: [expression] }, {}],
                },
              }
            : {}),
          preferredDuringSchedulingIgnoredDuringExecution: [
            { weight: 10 + this.upTo(50), preference: { matchExpressions: [expression] } },
            { weight: 5, preference: { matchExpressions: [{ key: 'rack', operator: 'Exists' }] } },
          ],
        },
      },
    };
  }

  private term(): PodAffinityTerm {
    const scope = this.upTo(4);
    return {
      topologyKey: this.pick(topologyKeys),
      labelSelector: this.chance(0.2)
        ? { matchExpressions: [{ key: 'tier', operator: 'In', values: ['web'] }] }
        : { matchLabels: { app: this.pick(apps) } },
      ...(scope === 1 ? { namespaces: ['n1', 'n2'] } : {}),
      ...(scope === 2 ? { namespaceSelector: { matchLabels: { team: 'red' } } } : {}),
      ...(scope === 3 ? { namespaceSelector: {} } : {}),
    };
  }

  private affinity(base: PodSpec['affinity']): PodSpec['affinity'] {
    const terms = (share: number) =>
      this.chance(share) ? [this.term(), ...(this.chance(0.3) ? [this.term()] : [])] : [];
    const weighted = (share: number) =>
      terms(share).map((podAffinityTerm) => ({ weight: 1 + this.upTo(99), podAffinityTerm }));
    if (!this.chance(0.5)) return base;
    return {
      ...base,
      podAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: terms(0.2),
        preferredDuringSchedulingIgnoredDuringExecution: weighted(0.3),
      },
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: terms(0.2),
        preferredDuringSchedulingIgnoredDuringExecution: weighted(0.3),
      },
    };
  }

  private constraints(): TopologySpreadConstraint[] {
    return Array.from({ length: 1 + this.upTo(1) }, () => ({
      maxSkew: 1 + this.upTo(2),
      topologyKey: this.pick(topologyKeys),
      whenUnsatisfiable: this.pick(['DoNotSchedule', 'ScheduleAnyway'] as const),
      labelSelector: { matchLabels: { app: this.pick(apps) } },
      ...(this.chance(0.2) ? { minDomains: 3 } : {}),
      ...(this.chance(0.2) ? { nodeAffinityPolicy: 'Ignore' as const } : {}),
      ...(this.chance(0.3) ? { nodeTaintsPolicy: 'Honor' as const } : {}),
    }));
  }
}
