/** Updates of services: addresses, families, class and health check port stay once they are set. */

import { child, type FieldError, forbidden, index, invalid } from '#api/field-error.ts';
import { immutableMessage } from '#api/field-rules.ts';
import type { Service, ServiceSpec } from '#kinds/generated/core-v1.ts';
import { isHeadless } from './address-rules.ts';
import { needsHealthCheck } from './validation.ts';

const path = 'spec';

/** The first address and family stay; a second one may come and, for single-stack services, go. */
export function validateServiceUpdate({ spec = {} }: Service, { spec: old = {} }: Service): FieldError[] {
  const errors: FieldError[] = [];
  if (spec.type !== 'ExternalName' && old.type !== 'ExternalName') {
    const [is, was] = [isHeadless(spec), isHeadless(old)];
    if (!is || !was) checkChange('clusterIPs', spec, old, errors);
    if (!is && !was) checkChange('ipFamilies', spec, old, errors);
  }
  checkTrafficUpdate(spec, old, errors);
  return errors;
}

function checkChange(
  field: 'clusterIPs' | 'ipFamilies',
  spec: ServiceSpec,
  old: ServiceSpec,
  errors: FieldError[],
): void {
  const now = spec[field] ?? [];
  const before = old[field] ?? [];
  const path = `spec.${field}`;
  const change = (position: number, value: unknown = now): void => {
    errors.push(invalid(index(path, position), value, 'may not change once set'));
  };
  if (before.length === now.length) {
    before.forEach((value, position) => {
      // Of families upstream always names the first.
      if (value !== now[position]) change(field === 'clusterIPs' ? position : 0);
    });
    return;
  }
  const name = field === 'clusterIPs' ? 'clusterIP' : 'ipFamily';
  if (before.length > now.length && (spec.clusterIPs ?? []).length === 0) {
    errors.push(invalid(index(path, 0), now, `primary ${name} can not be unset`));
  }
  if (before.length > 0 && now.length > 0 && now[0] !== before[0]) change(0, spec.clusterIPs ?? []);
  if (before.length > now.length && now.length === 1 && spec.ipFamilyPolicy !== 'SingleStack') {
    const detail = `must be set to 'SingleStack' when releasing the secondary ${name}`;
    errors.push(invalid('spec.ipFamilyPolicy', spec.ipFamilyPolicy, detail));
  }
}

/** What keeps: the balancer's class and the health check's port. Addresses and families have rules of their own. */
function checkTrafficUpdate(spec: ServiceSpec, old: ServiceSpec, errors: FieldError[]): void {
  if (spec.type === 'LoadBalancer' && old.type === 'LoadBalancer' && spec.loadBalancerClass !== old.loadBalancerClass) {
    errors.push(invalid(child(path, 'loadBalancerClass'), spec.loadBalancerClass, 'may not change once set'));
  }
  if (needsHealthCheck(spec) && needsHealthCheck(old) && spec.healthCheckNodePort !== old.healthCheckNodePort) {
    errors.push(forbidden(child(path, 'healthCheckNodePort'), immutableMessage));
  }
}
