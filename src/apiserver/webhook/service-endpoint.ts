/**
 * Where a webhook behind a Service is reached: a ready endpoint, not the cluster IP, as kube-apiserver does it with
 * --enable-aggregator-routing (kube-aggregator apiserver/resolvers.go): the server needs no kube-proxy on its machine.
 */

import { newServiceUnavailable } from '#api/errors.ts';
import type { Random } from '#base/env.ts';
import type { Service } from '#kinds/generated/core-v1.ts';
import type { EndpointSlice } from '#kinds/generated/discovery-v1.ts';
import type { CollectionName, LiveObjects } from '../live-objects.ts';

const services: CollectionName = '/services';
const slices: CollectionName = 'discovery.k8s.io/endpointslices';

export interface ServiceEndpoint {
  readonly address: string;
  readonly port: number;
}

/** One of the ready endpoints by chance. Rejects with an error whose message is upstream's. */
export async function serviceEndpoint(
  objects: LiveObjects,
  random: Random,
  { namespace, name, port }: { readonly namespace: string; readonly name: string; readonly port: number },
): Promise<ServiceEndpoint> {
  await objects.load(services, slices);
  const service = objects.get(services, namespace, name) as Service | undefined;
  if (!service) throw new Error(`service "${name}" not found`);
  if (service.spec?.type === 'ExternalName') return { address: service.spec.externalName ?? '', port };
  const servicePort = service.spec?.ports?.find((candidate) => candidate.port === port);
  if (!servicePort) throw newServiceUnavailable(`no service port ${port} found for service "${name}"`);

  const found: ServiceEndpoint[] = [];
  for (const object of objects.list(slices, namespace)) {
    if (object.metadata?.labels?.['kubernetes.io/service-name'] !== name) continue;
    // The collection's name says what its objects are.
    const slice = object as EndpointSlice;
    const target = slice.ports?.find((candidate) => (candidate.name ?? '') === (servicePort.name ?? ''))?.port;
    if (target === undefined) continue;
    for (const { addresses, conditions } of slice.endpoints ?? []) {
      const [address] = addresses;
      if (address !== undefined && conditions?.ready !== false) found.push({ address, port: target });
    }
  }
  const chosen = found[Math.floor(random.next() * found.length)];
  if (!chosen) throw newServiceUnavailable(`no endpoints available for service "${name}"`);
  return chosen;
}
