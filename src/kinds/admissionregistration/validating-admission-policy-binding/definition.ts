import { defineResource } from '#api/definition.ts';
import type { ValidatingAdmissionPolicyBinding } from '#kinds/generated/admissionregistration-v1.ts';
import { staticSuffixWarnings } from '../static-suffix.ts';
import { validatingAdmissionPolicyBindingColumns } from './columns.ts';
import { defaultValidatingAdmissionPolicyBinding } from './defaults.ts';
import { validateValidatingAdmissionPolicyBinding } from './validation.ts';

export const ValidatingAdmissionPolicyBindings = defineResource<ValidatingAdmissionPolicyBinding>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'ValidatingAdmissionPolicyBinding',
  plural: 'validatingadmissionpolicybindings',
  scope: 'Cluster',
  judgesNameOnUpdate: true,
  allowsPlainFinalizers: true,
  validate: validateValidatingAdmissionPolicyBinding,
  warnings: staticSuffixWarnings,
  columns: validatingAdmissionPolicyBindingColumns,
  tracksGeneration: true,
  defaults: defaultValidatingAdmissionPolicyBinding,
  categories: ['api-extensions'],
  allowUnconditionalUpdate: false,
});
