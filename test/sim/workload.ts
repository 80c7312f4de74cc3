/**
 * A user who does random things to a cluster through a faulty network: creates, scales, updates and deletes deployments,
 * services and bare pods, and remembers every answer.
 */

import { isStatusError } from '#api/errors.ts';
import { type KubeObject, keyOf } from '#api/object.ts';
import { sleep } from '#base/abort.ts';
import { type Draft, edit } from '#base/edit.ts';
import type { Clock } from '#base/env.ts';
import type { Client } from '#client/client.ts';
import { DaemonSets } from '#kinds/apps/daemon-set/definition.ts';
import { Deployments } from '#kinds/apps/deployment/definition.ts';
import { StatefulSets } from '#kinds/apps/stateful-set/definition.ts';
import { Jobs } from '#kinds/batch/job/definition.ts';
import { ConfigMaps } from '#kinds/core/config-map/definition.ts';
import { Namespaces } from '#kinds/core/namespace/definition.ts';
import { Nodes } from '#kinds/core/node/definition.ts';
import { Pods } from '#kinds/core/pod/definition.ts';
import { Services } from '#kinds/core/service/definition.ts';
import type { Deployment } from '#kinds/generated/apps-v1.ts';
import type { Container, Pod, PodSpec } from '#kinds/generated/core-v1.ts';
import type { SimProcess } from '#platform/sim/process.ts';
import type { SimRandom } from '#platform/sim/random.ts';
import { endingImagePrefix } from '#testing/machine/runtime.ts';

/** A write that the server said is done. */
export interface Acknowledged {
  readonly what: string;
  readonly uid: string;
  readonly resourceVersion: number;
}

const namespace = 'default';
const names = ['a', 'b', 'c', 'd'];
const images = ['web:1', 'web:2', 'web:3'];

/** Pause between two actions, in ms. */
const pauseMs = { low: 100, high: 4000 };

export class Workload {
  readonly acknowledged: Acknowledged[] = [];
  /** Answers by kind of outcome, to see that a run tests something. */
  readonly outcomes = new Map<string, number>();
  private readonly client: Client;
  private readonly random: SimRandom;
  private readonly clock: Clock;
  private stopped = false;

  constructor(process: SimProcess, client: Client, random: SimRandom) {
    this.client = client;
    this.random = random;
    this.clock = process.env.clock;
    void this.run();
  }

  /** What is under way goes on; nothing new begins. */
  stop(): void {
    this.stopped = true;
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      await sleep(this.clock, this.random.between(pauseMs.low, pauseMs.high));
      const action = this.random.pick(this.actions);
      // Some things happen at the same time.
      const running = action();
      if (this.random.chance(0.7)) await running;
    }
  }

  private readonly actions: readonly (() => Promise<void>)[] = [
    () => this.createDeployment(),
    () => this.createDeployment(),
    () => this.scale(),
    () => this.scale(),
    () => this.update(),
    () => this.update(),
    () => this.deleteDeployment(),
    () => this.createService(),
    () => this.deleteService(),
    () => this.createPod(),
    () => this.deletePod(),
    () => this.deletePod(),
    () => this.replacePod(),
    () => this.createStatefulSet(),
    () => this.scaleStatefulSet(),
    () => this.deleteStatefulSet(),
    () => this.createJob(),
    () => this.deleteJob(),
    () => this.createDaemonSet(),
    () => this.deleteDaemonSet(),
    () => this.createNamespace(),
    () => this.deleteNamespace(),
    () => this.cordon(),
  ];

  private createDeployment(): Promise<void> {
    const name = this.random.pick(names);
    const labels = { app: name };
    const template = {
      metadata: { labels },
      spec: this.podSpec({ name: 'web', image: this.random.pick(images), ports: [{ containerPort: 80 }] }),
    };
    const spec = { replicas: this.random.between(0, 6), selector: { matchLabels: labels }, template };
    return this.write('create deployment', () =>
      this.client.create(Deployments, { metadata: { namespace, name }, spec }),
    );
  }

  /** Sometimes with what makes a pod's life more complicated. */
  private podSpec(container: Container): PodSpec {
    const probe = { httpGet: { port: 80 }, periodSeconds: this.random.between(1, 5) };
    const sidecar = { name: 'sidecar', image: 'proxy:1', restartPolicy: 'Always' };
    const init = { name: 'init', image: `${endingImagePrefix}:init` };
    return {
      // Not 0: that gives the name away while the containers run, by definition.
      terminationGracePeriodSeconds: this.random.pick([1, 5, 30]),
      ...(this.random.chance(0.4)
        ? { initContainers: this.random.pick([[init], [sidecar], [init, sidecar], [sidecar, init]]) }
        : {}),
      containers: [
        { ...container, ...(this.random.chance(0.3) ? { readinessProbe: probe } : {}) },
        ...(this.random.chance(0.2) ? [{ name: 'second', image: 'helper:1' }] : []),
      ],
    };
  }

  private scale(): Promise<void> {
    const replicas = this.random.between(0, 8);
    return this.change('scale deployment', (draft) => {
      if (draft.spec) draft.spec.replicas = replicas;
    });
  }

  private update(): Promise<void> {
    const image = this.random.pick(images);
    return this.change('update deployment', (draft) => {
      const container = draft.spec?.template.spec?.containers[0];
      if (container) container.image = image;
    });
  }

  private change(what: string, recipe: (draft: Draft<Deployment>) => void): Promise<void> {
    const name = this.random.pick(names);
    return this.write(what, async () => {
      const current = await this.client.get(Deployments, { namespace, name });
      return this.client.update(Deployments, edit(current, recipe));
    });
  }

  private deleteDeployment(): Promise<void> {
    const name = this.random.pick(names);
    const propagationPolicy = this.random.pick(['Foreground', 'Background'] as const);
    return this.attempt('delete deployment', () =>
      this.client.delete(Deployments, { namespace, name }, { propagationPolicy }),
    );
  }

  private createService(): Promise<void> {
    const name = this.random.pick(names);
    const spec = { clusterIP: 'None', selector: { app: name }, ports: [{ port: 80, targetPort: 80 }] };
    return this.write('create service', () => this.client.create(Services, { metadata: { namespace, name }, spec }));
  }

  private deleteService(): Promise<void> {
    const name = this.random.pick(names);
    return this.attempt('delete service', () => this.client.delete(Services, { namespace, name }));
  }

  private createPod(): Promise<void> {
    const name = `bare-${this.random.pick(names)}`;
    return this.write('create pod', () => this.client.create(Pods, barePod(name)));
  }

  /** A pod of the same name as soon as the name is free. */
  private async replacePod(): Promise<void> {
    const name = `bare-${this.random.pick(names)}`;
    await this.attempt('replace pod', () => this.client.delete(Pods, { namespace, name }));
    for (let i = 0; i < 20; i++) {
      await sleep(this.clock, 100);
      await this.write('replace pod', () => this.client.create(Pods, barePod(name)));
    }
  }

  private createStatefulSet(): Promise<void> {
    const name = 'db';
    const labels = { app: name };
    const template = { metadata: { labels }, spec: this.podSpec({ name: 'db', image: this.random.pick(images) }) };
    const podManagementPolicy = this.random.pick(['OrderedReady', 'Parallel'] as const);
    const replicas = this.random.between(1, 3);
    const spec = { serviceName: name, replicas, selector: { matchLabels: labels }, template, podManagementPolicy };
    return this.write('create stateful set', () =>
      this.client.create(StatefulSets, { metadata: { namespace, name }, spec }),
    );
  }

  private scaleStatefulSet(): Promise<void> {
    const replicas = this.random.between(0, 4);
    return this.write('scale stateful set', async () => {
      const current = await this.client.get(StatefulSets, { namespace, name: 'db' });
      const next = edit(current, (draft) => {
        if (draft.spec) draft.spec.replicas = replicas;
      });
      return this.client.update(StatefulSets, next);
    });
  }

  private deleteStatefulSet(): Promise<void> {
    const propagationPolicy = this.random.pick(['Foreground', 'Background'] as const);
    return this.attempt('delete stateful set', () =>
      this.client.delete(StatefulSets, { namespace, name: 'db' }, { propagationPolicy }),
    );
  }

  private createJob(): Promise<void> {
    const name = `job-${this.random.pick(names)}`;
    const containers = [{ name: 'main', image: `${endingImagePrefix}:1` }];
    const spec = {
      completions: this.random.between(1, 4),
      parallelism: this.random.between(1, 3),
      backoffLimit: 100,
      template: { spec: { restartPolicy: 'Never' as const, containers } },
    };
    return this.write('create job', () => this.client.create(Jobs, { metadata: { namespace, name }, spec }));
  }

  private deleteJob(): Promise<void> {
    const name = `job-${this.random.pick(names)}`;
    return this.attempt('delete job', () =>
      this.client.delete(Jobs, { namespace, name }, { propagationPolicy: 'Background' }),
    );
  }

  private createDaemonSet(): Promise<void> {
    const name = 'agent';
    const labels = { app: name };
    const template = { metadata: { labels }, spec: { containers: [{ name: 'agent', image: 'agent:1' }] } };
    const spec = { selector: { matchLabels: labels }, template };
    return this.write('create daemon set', () =>
      this.client.create(DaemonSets, { metadata: { namespace, name }, spec }),
    );
  }

  private deleteDaemonSet(): Promise<void> {
    return this.attempt('delete daemon set', () => this.client.delete(DaemonSets, { namespace, name: 'agent' }));
  }

  /** A namespace with something in it. */
  private createNamespace(): Promise<void> {
    const name = `team-${this.random.pick(names)}`;
    return this.write('create namespace', async () => {
      const created = await this.client.create(Namespaces, { metadata: { name } });
      for (const inside of names.slice(0, this.random.between(0, 3))) {
        const metadata = { namespace: name, name: inside };
        await this.write('fill namespace', () => this.client.create(ConfigMaps, { metadata, data: { key: inside } }));
        await this.write('fill namespace', () =>
          this.client.create(Services, { metadata, spec: { clusterIP: 'None', ports: [{ port: 80 }] } }),
        );
      }
      return created;
    });
  }

  private deleteNamespace(): Promise<void> {
    const name = `team-${this.random.pick(names)}`;
    return this.attempt('delete namespace', () => this.client.delete(Namespaces, { name }));
  }

  private cordon(): Promise<void> {
    const unschedulable = this.random.chance(0.5);
    const index = this.random.between(0, 2);
    return this.write('cordon node', async () => {
      const node = await this.client.get(Nodes, { name: `node-${index}` });
      const next = edit(node, (draft) => {
        draft.spec = { ...draft.spec, unschedulable };
      });
      return this.client.update(Nodes, next);
    });
  }

  /** Everything may be placed everywhere again: else some pods rightly wait. */
  async uncordon(administrator: Client): Promise<void> {
    const { items } = await administrator.list(Nodes);
    for (const node of items) {
      if (!node.spec?.unschedulable) continue;
      const next = edit(node, (draft) => {
        if (draft.spec) delete draft.spec.unschedulable;
      });
      await administrator.update(Nodes, next);
    }
  }

  private deletePod(): Promise<void> {
    return this.attempt('delete pod', async () => {
      const { items } = await this.client.list(Pods, { namespace, resourceVersion: '0' });
      if (items.length === 0) return;
      await this.client.delete(Pods, { namespace, name: this.random.pick(items).metadata?.name ?? '' });
    });
  }

  private write(what: string, call: () => Promise<KubeObject>): Promise<void> {
    return this.attempt(what, async () => {
      const object = await call();
      const { uid = '', resourceVersion = '0' } = object.metadata ?? {};
      this.acknowledged.push({ what: `${what} ${keyOf(object)}`, uid, resourceVersion: Number(resourceVersion) });
    });
  }

  /** Refusals and broken connections are part of life; anything else is not. */
  private async attempt(what: string, call: () => Promise<unknown>): Promise<void> {
    let outcome = 'done';
    try {
      await call();
    } catch (error) {
      outcome = isStatusError(error) ? error.reason : error instanceof Error ? error.name : String(error);
    }
    const key = `${what}: ${outcome}`;
    this.outcomes.set(key, (this.outcomes.get(key) ?? 0) + 1);
  }
}

function barePod(name: string): Pod {
  return { metadata: { namespace, name }, spec: { containers: [{ name: 'main', image: 'tool:1' }] } };
}
