/**
 * The Service default/kubernetes: how pods reach the API server. It has no selector; its endpoints are the addresses that the
 * servers listen on, kept by each server at its start (upstream: pkg/controlplane/reconcilers).
 */

import type { ResourceDefinition } from '#api/definition.ts';
import { isAlreadyExists, isNotFound } from '#api/errors.ts';
import type { KubeObject } from '#api/object.ts';
import { equalTrees } from '#base/equal.ts';
import type { Client } from '#client/client.ts';
import { Endpoints } from '#kinds/core/endpoints/definition.ts';
import { Services } from '#kinds/core/service/definition.ts';
import { EndpointSlices } from '#kinds/discovery/endpoint-slice/definition.ts';
import type { Endpoints as EndpointsObject, Service } from '#kinds/generated/core-v1.ts';
import type { EndpointSlice } from '#kinds/generated/discovery-v1.ts';
import type { ServiceCIDR } from '#kinds/generated/networking-v1.ts';
import { ServiceCIDRs } from '#kinds/networking/service-cidr/definition.ts';

export interface KubernetesServicePlan {
  readonly clusterIP: string;
  /** An address of this server that every node and pod can reach. */
  readonly address: string;
  readonly port: number;
  readonly serviceCidr: string;
}

const metadata = { name: 'kubernetes', namespace: 'default' } as const;

export async function ensureKubernetesService(client: Client, plan: KubernetesServicePlan): Promise<void> {
  const cidr: ServiceCIDR = { metadata: { name: metadata.name }, spec: { cidrs: [plan.serviceCidr] } };
  await ensure(client, ServiceCIDRs, cidr, () => true);
  const service = planService(plan);
  await ensure(client, Services, service, (current) => equalTrees(current.spec?.ports?.[0]?.targetPort, plan.port));
  const endpoints = planEndpoints(plan);
  await ensure(client, Endpoints, endpoints, (current) => equalTrees(current.subsets, endpoints.subsets));
  const slice = planSlice(plan);
  await ensure(
    client,
    EndpointSlices,
    slice,
    (current) => equalTrees(current.endpoints, slice.endpoints) && equalTrees(current.ports, slice.ports),
  );
}

function planService({ clusterIP, port }: KubernetesServicePlan): Service {
  return {
    metadata: { ...metadata, labels: { component: 'apiserver', provider: 'kubernetes' } },
    spec: {
      type: 'ClusterIP',
      clusterIP,
      ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: port }],
      sessionAffinity: 'None',
    },
  };
}

function planEndpoints({ address, port }: KubernetesServicePlan): EndpointsObject {
  return {
    metadata: { ...metadata, labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
    subsets: [{ addresses: [{ ip: address }], ports: [{ name: 'https', port, protocol: 'TCP' }] }],
  };
}

function planSlice({ address, port }: KubernetesServicePlan): EndpointSlice {
  return {
    metadata: { ...metadata, labels: { 'kubernetes.io/service-name': metadata.name } },
    addressType: 'IPv4',
    endpoints: [{ addresses: [address], conditions: { ready: true } }],
    ports: [{ name: 'https', port, protocol: 'TCP' }],
  };
}

/** Creates the object, or replaces one that says something else. */
async function ensure<T extends KubeObject>(
  client: Client,
  definition: ResourceDefinition<T>,
  wanted: T,
  isCurrent: (current: T) => boolean,
): Promise<void> {
  const target = { namespace: wanted.metadata?.namespace, name: wanted.metadata?.name ?? '' };
  try {
    const current = await client.get(definition, target);
    if (isCurrent(current)) return;
    const resourceVersion = current.metadata?.resourceVersion;
    await client.update(definition, {
      ...current,
      ...wanted,
      metadata: { ...current.metadata, ...wanted.metadata, resourceVersion },
    });
  } catch (error) {
    if (!isNotFound(error)) throw error;
    await client.create(definition, wanted).catch((failure: unknown) => {
      if (!isAlreadyExists(failure)) throw failure;
    });
  }
}
