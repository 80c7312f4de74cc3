/**
 * The Service default/kubernetes: how pods reach the API server. It has no selector; its endpoints are kept by
 * kubernetes-endpoints.ts.
 */

import type { ResourceDefinition } from '#api/definition.ts';
import { isAlreadyExists, isNotFound } from '#api/errors.ts';
import type { KubeObject } from '#api/object.ts';
import { equalTrees } from '#base/equal.ts';
import type { Client } from '#client/client.ts';
import { Services } from '#kinds/core/service/definition.ts';
import type { Service } from '#kinds/generated/core-v1.ts';
import type { ServiceCIDR } from '#kinds/generated/networking-v1.ts';
import { ServiceCIDRs } from '#kinds/networking/service-cidr/definition.ts';

export interface KubernetesServicePlan {
  readonly clusterIP: string;
  readonly port: number;
  readonly serviceCidr: string;
}

const metadata = { name: 'kubernetes', namespace: 'default' } as const;

export async function ensureKubernetesService(client: Client, plan: KubernetesServicePlan): Promise<void> {
  const cidr: ServiceCIDR = { metadata: { name: metadata.name }, spec: { cidrs: [plan.serviceCidr] } };
  await ensure(client, ServiceCIDRs, cidr, () => true);
  const service = planService(plan);
  await ensure(client, Services, service, (current) => equalTrees(current.spec?.ports?.[0]?.targetPort, plan.port));
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
