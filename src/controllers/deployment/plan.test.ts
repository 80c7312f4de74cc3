import assert from 'node:assert/strict';
import { test } from 'node:test';
import { equalTrees } from '#base/equal.ts';
import type { Deployment, ReplicaSet } from '#kinds/generated/apps-v1.ts';
import type { Pod } from '#kinds/generated/core-v1.ts';
import { type DeploymentPlan, planDeployment } from './plan.ts';
import { revisionAnnotation } from './revisions.ts';

/**
 * A cluster of one Deployment in which plans are carried out at once: ReplicaSets get their pods when `settle` says so.
 * History is what the events would say.
 */
class World {
  deployment: Deployment;
  replicaSets: ReplicaSet[] = [];
  readonly history: string[] = [];
  nowMs = Date.parse('2026-01-01T12:00:00Z');
  private uids = 0;

  constructor(spec: Partial<NonNullable<Deployment['spec']>>) {
    this.deployment = {
      metadata: { name: 'web', namespace: 'default', uid: 'd', generation: 1 },
      spec: {
        replicas: 4,
        selector: { matchLabels: { app: 'web' } },
        template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'web:1' }] } },
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
        revisionHistoryLimit: 10,
        progressDeadlineSeconds: 600,
        ...spec,
      },
    };
  }

  change(spec: Partial<NonNullable<Deployment['spec']>>): void {
    const { deployment } = this;
    assert.ok(deployment.spec);
    const generation = (deployment.metadata?.generation ?? 0) + 1;
    this.deployment = {
      ...deployment,
      metadata: { ...deployment.metadata, generation },
      spec: { ...deployment.spec, ...spec },
    };
  }

  setImage(image: string): void {
    assert.ok(this.deployment.spec);
    this.change({ template: { ...this.deployment.spec.template, spec: { containers: [{ name: 'c', image }] } } });
  }

  /** Plans once and carries the plan out. */
  step(podsOf: (replicaSet: ReplicaSet) => readonly Pod[] = () => []): DeploymentPlan {
    const plan = planDeployment({
      deployment: this.deployment,
      replicaSets: this.replicaSets,
      podsOf,
      nowMs: this.nowMs,
    });
    if (plan.create) {
      const uid = `rs${++this.uids}`;
      const created = {
        ...plan.create.metadata,
        uid,
        generation: 1,
        creationTimestamp: `2026-01-01T00:00:0${this.uids}Z`,
      };
      this.replicaSets.push({ ...plan.create, metadata: created });
      if (plan.create.spec?.replicas) this.history.push(`${uid} 0->${plan.create.spec.replicas}`);
    }
    for (const { replicaSet, scaledFrom } of plan.update) {
      const uid = replicaSet.metadata?.uid;
      this.replicaSets = this.replicaSets.map((each) => (each.metadata?.uid === uid ? replicaSet : each));
      if (scaledFrom !== undefined) this.history.push(`${uid} ${scaledFrom}->${replicaSet.spec?.replicas}`);
    }
    this.replicaSets = this.replicaSets.filter(
      (each) => !plan.delete.some(({ metadata }) => metadata?.uid === each.metadata?.uid),
    );
    const annotations = plan.revision ? { [revisionAnnotation]: plan.revision } : {};
    this.deployment = {
      ...this.deployment,
      metadata: {
        ...this.deployment.metadata,
        annotations: { ...this.deployment.metadata?.annotations, ...annotations },
      },
      status: plan.status,
    };
    return plan;
  }

  /** Every pod comes up (or goes) as its ReplicaSet says; those of `broken` ReplicaSets never get available. */
  settle(broken: readonly string[] = []): void {
    this.replicaSets = this.replicaSets.map((each) => {
      const replicas = each.spec?.replicas ?? 0;
      const available = broken.includes(each.metadata?.uid ?? '') ? 0 : replicas;
      const status = { replicas, readyReplicas: available, availableReplicas: available, observedGeneration: 1 };
      return { ...each, status: { ...status, terminatingReplicas: 0 } };
    });
  }

  /** Steps until nothing happens any more; `check` sees the world after every step. */
  run(broken: readonly string[] = [], check: () => void = () => {}): void {
    for (let i = 0; i < 100; i++) {
      const before = this.deployment.status;
      const plan = this.step();
      check();
      const idle = !plan.create && plan.update.length + plan.delete.length === 0;
      if (idle && equalTrees(before, plan.status)) return;
      this.settle(broken);
    }
    assert.fail('the rollout does not end');
  }

  condition(type: string): string | undefined {
    const found = this.deployment.status?.conditions?.find((condition) => condition.type === type);
    return found && `${found.status} ${found.reason}`;
  }

  get total(): number {
    return this.replicaSets.reduce((sum, { spec }) => sum + (spec?.replicas ?? 0), 0);
  }

  get available(): number {
    return this.replicaSets.reduce(
      (sum, { spec, status }) => sum + Math.min(spec?.replicas ?? 0, status?.availableReplicas ?? 0),
      0,
    );
  }
}

test('a new Deployment creates its ReplicaSet at full size and reports success', () => {
  const world = new World({});
  const plan = world.step();
  assert.match(plan.create?.metadata?.name ?? '', /^web-[b-z2-9]+$/);
  assert.equal(plan.revision, '1');
  assert.equal(world.condition('Progressing'), 'True NewReplicaSetCreated');
  assert.equal(world.condition('Available'), 'False MinimumReplicasUnavailable');
  world.settle();
  world.run();
  assert.deepEqual(world.history, ['rs1 0->4']);
  assert.equal(world.condition('Progressing'), 'True NewReplicaSetAvailable');
  assert.equal(world.condition('Available'), 'True MinimumReplicasAvailable');
  assert.deepEqual(
    { ...world.deployment.status, conditions: undefined },
    {
      observedGeneration: 1,
      replicas: 4,
      updatedReplicas: 4,
      readyReplicas: 4,
      availableReplicas: 4,
      unavailableReplicas: undefined,
      terminatingReplicas: 0,
      conditions: undefined,
      collisionCount: undefined,
    },
  );
});

test('a rolling update stays within maxSurge and maxUnavailable', () => {
  const world = new World({});
  world.run();
  world.settle();
  world.setImage('web:2');
  world.run([], () => {
    assert.ok(world.total <= 5, `${world.total} replicas`);
    assert.ok(world.available >= 3, `${world.available} available`);
  });
  assert.deepEqual(world.history.slice(1), ['rs2 0->1', 'rs1 4->3', 'rs2 1->2', 'rs1 3->1', 'rs2 2->4', 'rs1 1->0']);
  assert.equal(world.deployment.metadata?.annotations?.[revisionAnnotation], '2');
});

test('a broken update stops, times out, and a roll-back removes the broken pods first', () => {
  const world = new World({});
  world.run();
  world.settle();
  world.setImage('web:broken');
  world.run(['rs2']);
  assert.equal(world.available, 3);
  world.nowMs += 601_000;
  world.step();
  assert.equal(world.condition('Progressing'), 'False ProgressDeadlineExceeded');
  world.setImage('web:1');
  world.run(['rs2'], () => assert.ok(world.available >= 3));
  assert.equal(world.replicaSets.find(({ metadata }) => metadata?.uid === 'rs1')?.spec?.replicas, 4);
  assert.equal(world.deployment.metadata?.annotations?.[revisionAnnotation], '3');
  const annotations = world.replicaSets.find(({ metadata }) => metadata?.uid === 'rs1')?.metadata?.annotations;
  assert.equal(annotations?.['deployment.kubernetes.io/revision-history'], '1');
});

test('scaling in the middle of a rollout is proportional', () => {
  const world = new World({
    replicas: 10,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } },
  });
  world.run();
  world.settle();
  world.setImage('web:broken');
  world.run(['rs2']);
  assert.deepEqual(
    world.replicaSets.map(({ spec }) => spec?.replicas),
    [8, 5],
  );
  world.change({ replicas: 30 });
  world.step();
  assert.deepEqual(
    world.replicaSets.map(({ spec }) => spec?.replicas),
    [20, 13],
  );
});

test('Recreate empties old ReplicaSets and waits for their pods before it creates the new one', () => {
  const world = new World({ strategy: { type: 'Recreate' } });
  world.run();
  world.settle();
  world.setImage('web:2');
  world.step();
  assert.deepEqual(world.history, ['rs1 0->4', 'rs1 4->0']);
  world.settle();
  const lingering: Pod = {
    metadata: { name: 'p', deletionTimestamp: '2026-01-01T12:00:00Z' },
    status: { phase: 'Running' },
  };
  assert.equal(world.step(() => [lingering]).create, undefined);
  world.run();
  assert.deepEqual(world.history.slice(2), ['rs2 0->4']);
});

test('a paused Deployment scales but does not roll, and cleans up history', () => {
  const world = new World({ revisionHistoryLimit: 0 });
  world.run();
  world.settle();
  world.change({ paused: true, replicas: 6 });
  world.setImage('web:2');
  world.run();
  assert.deepEqual(world.history, ['rs1 0->4', 'rs1 4->6']);
  assert.equal(world.condition('Progressing'), 'Unknown DeploymentPaused');
  world.change({ paused: false });
  world.settle();
  world.run();
  assert.deepEqual(
    world.replicaSets.map(({ metadata }) => metadata?.uid),
    ['rs2'],
  );
});

test('without a progress deadline there is no Progressing condition and nothing to wait for', () => {
  const world = new World({ progressDeadlineSeconds: 2 ** 31 - 1 });
  assert.equal(world.step().requeueAfterMs, undefined);
  assert.equal(world.condition('Progressing'), undefined);
});
