/** Endpoints controller: keeps the Endpoints object of every Service that selects pods, for clients that read the older form. */

import { isNamespaceTerminating, isNotFound } from '#api/errors.ts';
import { keyOf, refOfKey } from '#api/object.ts';
import { messageOf } from '#base/errors.ts';
import { Endpoints } from '#kinds/core/endpoints/definition.ts';
import type { Pod, Service } from '#kinds/generated/core-v1.ts';
import type { Controller, ControllerContext, ControllerFactory } from '#runtime/controller.ts';
import { referenceTo } from '#runtime/event-recorder.ts';
import type { Informer } from '#runtime/informer.ts';
import { hasOwnEndpoints, podsBehind, watchServicePods } from '../service-pods/service-pods.ts';
import { TriggerTimes } from '../service-pods/trigger-time.ts';
import { WriteFence } from '../write-fence.ts';
import { controllerName, managedByLabel, planEndpoints } from './plan.ts';

export const endpointsController: ControllerFactory = {
  name: 'endpoint-controller',
  create: (context) => new EndpointsController(context),
};

class EndpointsController implements Controller {
  readonly workers = 5;
  private readonly context: ControllerContext;
  private readonly services: Informer<Service>;
  private readonly pods: Informer<Pod>;
  private readonly endpoints: Informer<Endpoints>;
  private readonly fence = new WriteFence();
  private readonly triggerTimes = new TriggerTimes();

  constructor(context: ControllerContext) {
    this.context = context;
    const { services, pods } = watchServicePods(context);
    this.services = services;
    this.pods = pods;
    this.endpoints = context.informers.of(Endpoints);
    // Ours that are there at the start may be left over from Services that went while nobody looked; others are no concern.
    this.endpoints.addHandler({
      onAdd: (endpoints) => {
        if (endpoints.metadata?.labels?.[managedByLabel] === controllerName) context.queue.add(keyOf(endpoints));
      },
      onDelete: (endpoints) => context.queue.add(keyOf(endpoints)),
    });
  }

  async reconcile(key: string, signal: AbortSignal): Promise<void> {
    await this.fence.passed(key, signal);
    const service = this.services.get(key);
    if (!service) return this.removeLeftover(key, signal);
    if (!hasOwnEndpoints(service)) return;
    const current = this.endpoints.get(key);
    const pods = podsBehind(service, this.pods);
    const wanted = planEndpoints(service, pods, current, this.triggerTimes.next(key, service, pods));
    if (!wanted) return;
    const { client, events } = this.context;
    try {
      const written = current
        ? await client.update(Endpoints, wanted, { signal })
        : await client.create(Endpoints, wanted, { signal });
      this.fence.wrote(key, this.endpoints, written);
    } catch (error) {
      if (isNamespaceTerminating(error)) return;
      const verb = current ? 'update' : 'create';
      const subject = current ? `endpoint ${key}` : `endpoint for service ${key}`;
      const reason = current ? 'FailedToUpdateEndpoint' : 'FailedToCreateEndpoint';
      const message = `Failed to ${verb} ${subject}: ${messageOf(error)}`;
      if (!signal.aborted) events.record(referenceTo(Endpoints, wanted), 'Warning', reason, message);
      throw error;
    }
  }

  /** The Endpoints go with their Service, also those that somebody kept by hand. */
  private async removeLeftover(key: string, signal: AbortSignal): Promise<void> {
    this.triggerTimes.forget(key);
    if (!this.endpoints.get(key)) return;
    try {
      const answer = await this.context.client.delete(Endpoints, refOfKey(key), { signal });
      this.fence.wrote(key, this.endpoints, answer);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}
