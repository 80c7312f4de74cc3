/** Defaults of network policies. */

import type { Draft } from '#base/edit.ts';
import type { NetworkPolicy } from '#kinds/generated/networking-v1.ts';

export function defaultNetworkPolicy({ spec }: Draft<NetworkPolicy>): void {
  if (!spec) return;
  if (!spec.policyTypes || spec.policyTypes.length === 0) {
    spec.policyTypes = (spec.egress?.length ?? 0) > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
  }
  for (const rule of [...(spec.ingress ?? []), ...(spec.egress ?? [])]) {
    for (const port of rule.ports ?? []) port.protocol ??= 'TCP';
  }
}
