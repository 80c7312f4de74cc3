/** Quality-of-service class of a pod, from the requests and limits of its containers (pkg/apis/core/v1/helper/qos). */

import { compareQuantities } from '#api/quantity.ts';
import type { PodSpec } from '#kinds/generated/core-v1.ts';
import type { ResourceList } from './resources.ts';

export type QosClass = 'BestEffort' | 'Burstable' | 'Guaranteed';

const qosResources = ['cpu', 'memory'] as const;

/** Pod-level resources decide alone, even empty ones. */
export function qosClassOf(spec: PodSpec): QosClass {
  const levels = spec.resources
    ? [spec.resources]
    : [...(spec.initContainers ?? []), ...spec.containers].map(({ resources }) => resources);
  let any = false;
  let guaranteed = true;
  for (const resources of levels) {
    for (const name of qosResources) {
      const request = positive(resources?.requests, name);
      const limit = positive(resources?.limits, name);
      if (request !== undefined || limit !== undefined) any = true;
      if (limit === undefined || (request !== undefined && compareQuantities(request, limit) !== 0)) guaranteed = false;
    }
  }
  if (!any) return 'BestEffort';
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

function positive(list: ResourceList | undefined, name: string): string | undefined {
  const quantity = list?.[name];
  return quantity !== undefined && compareQuantities(quantity, '0') > 0 ? quantity : undefined;
}
