/** EndpointSlice mirroring controller: decisions are in plan.ts. */

import { isNamespaceTerminating, isNotFound } from '#api/errors.ts';
import { type KubeObject, keyOf } from '#api/object.ts';
import { Endpoints } from '#kinds/core/endpoints/definition.ts';
import { Services } from '#kinds/core/service/definition.ts';
import { EndpointSlices } from '#kinds/discovery/endpoint-slice/definition.ts';
import type { EndpointSlice } from '#kinds/generated/discovery-v1.ts';
import type { ControllerFactory } from '#runtime/controller.ts';
import { managedByLabel, serviceNameLabel } from '../endpoint-slice/plan.ts';
import { WriteFence } from '../write-fence.ts';
import { controllerName, planMirror, shouldMirror } from './plan.ts';

const byEndpoints = 'mirrored-endpoints';

export const endpointSliceMirroringController: ControllerFactory = {
  name: 'endpoint-slice-mirroring-controller',
  create: ({ client, informers, queue }) => {
    const endpoints = informers.of(Endpoints);
    const services = informers.of(Services);
    const slices = informers.of(EndpointSlices);
    const fence = new WriteFence();
    const endpointsKeyOf = ({ metadata }: EndpointSlice) =>
      `${metadata?.namespace}/${metadata?.labels?.[serviceNameLabel]}`;
    const isOurs = ({ metadata }: EndpointSlice) => metadata?.labels?.[managedByLabel] === controllerName;
    slices.addIndex(byEndpoints, (slice) => (isOurs(slice) ? [endpointsKeyOf(slice)] : []));
    const enqueue = (object: KubeObject) => queue.add(keyOf(object));
    endpoints.addHandler({ onAdd: enqueue, onUpdate: (_, object) => enqueue(object), onDelete: enqueue });
    services.addHandler({
      onAdd: enqueue,
      onUpdate: (old, service) => {
        if ((old.spec?.selector === undefined) !== (service.spec?.selector === undefined)) enqueue(service);
      },
      onDelete: enqueue,
    });
    const enqueueMirrored = (slice: EndpointSlice) => isOurs(slice) && queue.add(endpointsKeyOf(slice));
    slices.addHandler({ onUpdate: (_, slice) => enqueueMirrored(slice), onDelete: enqueueMirrored });
    return {
      workers: 5,
      async reconcile(key, signal) {
        await fence.passed(key, signal);
        const source = endpoints.get(key);
        const mirrored = slices.byIndex(byEndpoints, key).filter(({ metadata }) => !metadata?.deletionTimestamp);
        const wanted = source && shouldMirror(source, services.get(key));
        const plan = wanted ? planMirror(source, mirrored) : { create: [], update: [], delete: mirrored };
        for (const slice of plan.create) {
          try {
            fence.wrote(key, slices, await client.create(EndpointSlices, slice, { signal }));
          } catch (error) {
            if (isNamespaceTerminating(error)) return;
            throw error;
          }
        }
        for (const slice of plan.update)
          fence.wrote(key, slices, await client.update(EndpointSlices, slice, { signal }));
        for (const { metadata } of plan.delete) {
          const target = { namespace: metadata?.namespace, name: metadata?.name ?? '' };
          try {
            fence.wrote(key, slices, await client.delete(EndpointSlices, target, { signal }));
          } catch (error) {
            if (!isNotFound(error)) throw error;
          }
        }
      },
    };
  },
};
