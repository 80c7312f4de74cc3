import { defineResource } from '#api/definition.ts';
import type { IngressClass } from '#kinds/generated/networking-v1.ts';
import { ingressClassColumns } from './columns.ts';
import { defaultIngressClass } from './defaults.ts';
import { validateIngressClass, validateIngressClassUpdate } from './validation.ts';

export const IngressClasses = defineResource<IngressClass>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'IngressClass',
  plural: 'ingressclasses',
  scope: 'Cluster',
  judgesNameOnUpdate: true,
  validate: validateIngressClass,
  validateUpdate: validateIngressClassUpdate,
  columns: ingressClassColumns,
  tracksGeneration: true,
  defaults: defaultIngressClass,
});
