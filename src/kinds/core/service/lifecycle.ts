/** What a change of a service's type takes away (pkg/registry/core/service dropTypeDependentFields). */

import type { Draft } from '#base/edit.ts';
import type { Service } from '#kinds/generated/core-v1.ts';
import { isExternallyAccessible } from './defaults.ts';

/** Fields that only the old type had go, unless the client set them anew. */
export function prepareServiceUpdate(service: Draft<Service>, old: Service): void {
  const { spec } = service;
  const before = old.spec;
  if (!spec || !before) return;
  if (isExternallyAccessible(before) && !isExternallyAccessible(spec)) drop(spec, before, 'externalTrafficPolicy');
  if (before.type === 'LoadBalancer' && spec.type !== 'LoadBalancer') {
    drop(spec, before, 'allocateLoadBalancerNodePorts');
    drop(spec, before, 'loadBalancerClass');
  }
  prepareService(service);
  if (spec.type !== 'LoadBalancer' && service.status?.loadBalancer) service.status.loadBalancer = {};
}

/** Names outside the cluster have no traffic inside it; what is no policy is left to be refused. */
export function prepareService({ spec }: Draft<Service>): void {
  const policy = spec?.internalTrafficPolicy;
  if (spec?.type === 'ExternalName' && (policy === 'Cluster' || policy === 'Local')) delete spec.internalTrafficPolicy;
}

function drop<Field extends 'externalTrafficPolicy' | 'allocateLoadBalancerNodePorts' | 'loadBalancerClass'>(
  spec: NonNullable<Draft<Service>['spec']>,
  before: NonNullable<Service['spec']>,
  field: Field,
): void {
  if (spec[field] === before[field]) delete spec[field];
}
