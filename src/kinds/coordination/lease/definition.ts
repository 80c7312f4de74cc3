import { defineResource } from '#api/definition.ts';
import type { Lease } from '#kinds/generated/coordination-v1.ts';

export const Leases = defineResource<Lease>({
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  scope: 'Namespaced',
  allowCreateOnUpdate: true,
  allowUnconditionalUpdate: false,
});
