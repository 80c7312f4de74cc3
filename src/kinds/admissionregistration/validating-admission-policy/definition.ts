import { defineResource } from '#api/definition.ts';
import type { ValidatingAdmissionPolicy } from '#kinds/generated/admissionregistration-v1.ts';
import { validatingAdmissionPolicyColumns } from './columns.ts';
import { defaultValidatingAdmissionPolicy } from './defaults.ts';

export const ValidatingAdmissionPolicies = defineResource<ValidatingAdmissionPolicy>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'ValidatingAdmissionPolicy',
  plural: 'validatingadmissionpolicies',
  scope: 'Cluster',
  columns: validatingAdmissionPolicyColumns,
  tracksGeneration: true,
  defaults: defaultValidatingAdmissionPolicy,
  categories: ['api-extensions'],
  allowUnconditionalUpdate: false,
  subresources: [{ name: 'status', type: 'status', verbs: ['get', 'patch', 'update'] }],
});
