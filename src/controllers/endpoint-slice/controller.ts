/** EndpointSlice controller: what proxies and DNS read to find the pods behind a Service. Decisions are in plan.ts. */

import { isNamespaceTerminating, isNotFound } from '#api/errors.ts';
import { messageOf } from '#base/errors.ts';
import { Nodes } from '#kinds/core/node/definition.ts';
import { Services } from '#kinds/core/service/definition.ts';
import { EndpointSlices } from '#kinds/discovery/endpoint-slice/definition.ts';
import type { Node, Pod, Service } from '#kinds/generated/core-v1.ts';
import type { EndpointSlice } from '#kinds/generated/discovery-v1.ts';
import type { Controller, ControllerContext, ControllerFactory } from '#runtime/controller.ts';
import { referenceTo } from '#runtime/event-recorder.ts';
import type { Informer } from '#runtime/informer.ts';
import { hasOwnEndpoints, podsBehind, watchServicePods } from '../service-pods/service-pods.ts';
import { TriggerTimes } from '../service-pods/trigger-time.ts';
import { WriteFence } from '../write-fence.ts';
import {
  controllerName,
  type EndpointSlicePlan,
  managedByLabel,
  planEndpointSlices,
  serviceNameLabel,
} from './plan.ts';

export const endpointSliceController: ControllerFactory = {
  name: 'endpoint-slice-controller',
  create: (context) => new EndpointSliceController(context),
};

const zoneLabel = 'topology.kubernetes.io/zone';
const byService = 'service';

class EndpointSliceController implements Controller {
  readonly workers = 5;
  private readonly context: ControllerContext;
  private readonly services: Informer<Service>;
  private readonly pods: Informer<Pod>;
  private readonly nodes: Informer<Node>;
  private readonly slices: Informer<EndpointSlice>;
  private readonly fence = new WriteFence();
  private readonly triggerTimes = new TriggerTimes();
  /** Services that wait for a node of a pod. */
  private readonly incomplete = new Set<string>();

  constructor(context: ControllerContext) {
    this.context = context;
    const { services, pods } = watchServicePods(context);
    this.services = services;
    this.pods = pods;
    this.nodes = context.informers.of(Nodes);
    this.slices = context.informers.of(EndpointSlices);
    this.slices.addIndex(byService, (slice) => (isOurs(slice) ? [serviceKeyOf(slice)] : []));
    const enqueue = (slice: EndpointSlice) => isOurs(slice) && context.queue.add(serviceKeyOf(slice));
    // Additions are our own, or somebody else's, who will update them when they want to be noticed.
    this.slices.addHandler({
      onUpdate: (old, slice) => {
        enqueue(old);
        enqueue(slice);
      },
      onDelete: enqueue,
    });
    this.nodes.addHandler({
      onAdd: () => this.enqueueIncomplete(),
      onUpdate: (old, node) => {
        if (old.metadata?.labels?.[zoneLabel] !== node.metadata?.labels?.[zoneLabel]) this.enqueueAll();
      },
    });
  }

  async reconcile(key: string, signal: AbortSignal): Promise<void> {
    await this.fence.passed(key, signal);
    this.incomplete.delete(key);
    const service = this.services.get(key);
    if (!service) this.triggerTimes.forget(key);
    if (!service || !hasOwnEndpoints(service)) return;
    const pods = podsBehind(service, this.pods);
    const plan = planEndpointSlices({
      service,
      pods,
      triggerTime: this.triggerTimes.next(key, service, pods),
      slices: this.slices.byIndex(byService, key).filter(({ metadata }) => metadata?.deletionTimestamp === undefined),
      zoneOf: (name) => {
        const node = this.nodes.get(name);
        return node && (node.metadata?.labels?.[zoneLabel] ?? '');
      },
    });
    if (plan.unknownNodes.length > 0) this.incomplete.add(key);
    try {
      await this.apply(service, plan, key, signal);
    } catch (error) {
      const { namespace, name } = service.metadata ?? {};
      const message = `Error updating Endpoint Slices for Service ${namespace}/${name}: ${messageOf(error)}`;
      if (!signal.aborted)
        this.context.events.record(referenceTo(Services, service), 'Warning', 'FailedToUpdateEndpointSlices', message);
      throw error;
    }
  }

  private async apply(service: Service, plan: EndpointSlicePlan, key: string, signal: AbortSignal): Promise<void> {
    const { client } = this.context;
    const creations = service.metadata?.deletionTimestamp === undefined ? plan.create : [];
    for (const slice of creations) {
      try {
        this.fence.wrote(key, this.slices, await client.create(EndpointSlices, slice, { signal }));
      } catch (error) {
        if (isNamespaceTerminating(error)) return;
        throw error;
      }
    }
    for (const slice of plan.update)
      this.fence.wrote(key, this.slices, await client.update(EndpointSlices, slice, { signal }));
    for (const { metadata } of plan.delete) {
      const target = { namespace: metadata?.namespace, name: metadata?.name ?? '' };
      try {
        this.fence.wrote(key, this.slices, await client.delete(EndpointSlices, target, { signal }));
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    }
  }

  private enqueueIncomplete(): void {
    for (const key of this.incomplete) this.context.queue.add(key);
  }

  private enqueueAll(): void {
    for (const { metadata } of this.services.list()) this.context.queue.add(`${metadata?.namespace}/${metadata?.name}`);
  }
}

function isOurs(slice: EndpointSlice): boolean {
  return slice.metadata?.labels?.[managedByLabel] === controllerName;
}

function serviceKeyOf(slice: EndpointSlice): string {
  return `${slice.metadata?.namespace}/${slice.metadata?.labels?.[serviceNameLabel]}`;
}
