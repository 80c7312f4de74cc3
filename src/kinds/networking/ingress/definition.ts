import { defineResource } from '#api/definition.ts';
import type { Ingress } from '#kinds/generated/networking-v1.ts';
import { ingressColumns } from './columns.ts';
import { validateIngress, validateIngressStatus } from './validation.ts';
import { ingressWarnings } from './warnings.ts';

export const Ingresses = defineResource<Ingress>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'Ingress',
  plural: 'ingresses',
  scope: 'Namespaced',
  judgesNameOnUpdate: true,
  warnings: ingressWarnings,
  validate: validateIngress,
  validateStatusUpdate: validateIngressStatus,
  columns: ingressColumns,
  tracksGeneration: true,
  shortNames: ['ing'],
  subresources: [{ name: 'status', type: 'status', verbs: ['get', 'patch', 'update'] }],
});
