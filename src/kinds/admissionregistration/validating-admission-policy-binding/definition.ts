import { defineResource } from '#api/definition.ts';
import type { ValidatingAdmissionPolicyBinding } from '#kinds/generated/admissionregistration-v1.ts';
import { validatingAdmissionPolicyBindingColumns } from './columns.ts';
import { defaultValidatingAdmissionPolicyBinding } from './defaults.ts';

export const ValidatingAdmissionPolicyBindings = defineResource<ValidatingAdmissionPolicyBinding>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'ValidatingAdmissionPolicyBinding',
  plural: 'validatingadmissionpolicybindings',
  scope: 'Cluster',
  columns: validatingAdmissionPolicyBindingColumns,
  tracksGeneration: true,
  defaults: defaultValidatingAdmissionPolicyBinding,
  categories: ['api-extensions'],
  allowUnconditionalUpdate: false,
});
