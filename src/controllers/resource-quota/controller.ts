/**
 * ResourceQuota controller: counts what the objects of a namespace use. Admission charges quotas when objects are created; this
 * controller gives back what deletions free, and mends every drift.
 */

import type { ResourceDefinition } from '#api/definition.ts';
import type { KubeObject } from '#api/object.ts';
import { keyOf } from '#api/object.ts';
import { equalTrees } from '#base/equal.ts';
import { builtinDefinitions } from '#kinds/all.ts';
import { ResourceQuotas } from '#kinds/core/resource-quota/definition.ts';
import { quotaResource, usageOf } from '#kinds/core/resource-quota/usage.ts';
import type { ResourceQuota } from '#kinds/generated/core-v1.ts';
import type { Controller, ControllerContext, ControllerFactory } from '#runtime/controller.ts';
import { Informer } from '#runtime/informer.ts';
import { ResourceDiscovery } from '../discovery/api-resources.ts';
import { StatusWriter } from '../status-write.ts';
import { WriteFence } from '../write-fence.ts';
import { countQuota, limits } from './plan.ts';

export const resourceQuotaController: ControllerFactory = {
  name: 'resourcequota-controller',
  create: (context) => new ResourceQuotaController(context),
};

/** Upstream's resync period of quotas. */
const recountMs = 5 * 60_000;

class ResourceQuotaController implements Controller {
  readonly workers = 5;
  private readonly context: ControllerContext;
  private readonly quotas: Informer<ResourceQuota>;
  private readonly discovery: ResourceDiscovery;
  private readonly builtin = new Set(builtinDefinitions.map(({ group, plural }) => quotaResource(group, plural)));
  /** Informers of the resources that some quota limits, by resource. */
  private readonly watched = new Map<string, Informer<KubeObject>>();
  private readonly fence = new WriteFence();
  private readonly status: StatusWriter<ResourceQuota>;

  constructor(context: ControllerContext) {
    this.context = context;
    this.quotas = context.informers.of(ResourceQuotas);
    this.status = new StatusWriter(context.client, ResourceQuotas, this.quotas, this.fence);
    this.discovery = new ResourceDiscovery(context);
    this.quotas.addHandler({
      onAdd: (quota) => context.queue.add(keyOf(quota)),
      // Our own writes and admission's charges come back here too. A charge is made before its object is stored: counting at
      // once would take it back. What a refused or failed create left charged is found later.
      onUpdate: (old, quota) => {
        const areLimitsNew = !equalTrees(old.spec, quota.spec) || !equalTrees(quota.spec?.hard, quota.status?.hard);
        if (areLimitsNew) context.queue.add(keyOf(quota));
        else context.queue.addAfter(keyOf(quota), recountMs);
      },
    });
  }

  async reconcile(key: string, signal: AbortSignal): Promise<void> {
    await this.fence.passed(key, signal);
    const quota = this.quotas.get(key);
    if (!quota) return;
    const objects = new Map<string, readonly KubeObject[]>();
    for (const definition of await this.limitedBy(quota)) {
      const resource = quotaResource(definition.group, definition.plural);
      const informer = this.watch(definition, resource);
      await informer.whenSynced(signal);
      objects.set(resource, informer.list(quota.metadata?.namespace));
    }
    const status = countQuota(quota, objects, this.context.env.clock.now());
    await this.status.write(key, quota, status, signal);
  }

  private async limitedBy(quota: ResourceQuota): Promise<readonly ResourceDefinition[]> {
    const { definitions } = await this.discovery.resources();
    return definitions.filter(
      ({ group, plural, scope, verbs }) =>
        scope === 'Namespaced' &&
        ['create', 'list', 'watch', 'delete'].every((verb) => verbs.some((each) => each === verb)) &&
        limits(quota, quotaResource(group, plural)),
    );
  }

  private watch(definition: ResourceDefinition, resource: string): Informer<KubeObject> {
    const known = this.watched.get(resource);
    if (known) return known;
    const { client, env, informers, signal } = this.context;
    const shared = this.builtin.has(resource);
    const informer = shared ? informers.of(definition) : new Informer(client, env, definition);
    const recount = (object: KubeObject) => this.enqueue(object, resource);
    informer.addHandler({
      // No onAdd: what is created was charged by admission.
      onUpdate: (old, object) => {
        const nowMs = env.clock.now();
        if (!equalTrees(usageOf(resource, old, nowMs), usageOf(resource, object, nowMs))) recount(object);
      },
      onDelete: recount,
    });
    if (!shared) void informer.run(signal);
    this.watched.set(resource, informer);
    return informer;
  }

  private enqueue({ metadata }: KubeObject, resource: string): void {
    for (const quota of this.quotas.list(metadata?.namespace)) {
      if (limits(quota, resource)) this.context.queue.add(keyOf(quota));
    }
  }
}
