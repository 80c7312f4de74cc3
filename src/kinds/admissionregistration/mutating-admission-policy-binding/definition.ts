import { defineResource } from '#api/definition.ts';
import type { MutatingAdmissionPolicyBinding } from '#kinds/generated/admissionregistration-v1.ts';
import { staticSuffixWarnings } from '../static-suffix.ts';
import { mutatingAdmissionPolicyBindingColumns } from './columns.ts';
import { defaultMutatingAdmissionPolicyBinding } from './defaults.ts';
import { validateMutatingAdmissionPolicyBinding } from './validation.ts';

export const MutatingAdmissionPolicyBindings = defineResource<MutatingAdmissionPolicyBinding>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'MutatingAdmissionPolicyBinding',
  plural: 'mutatingadmissionpolicybindings',
  scope: 'Cluster',
  judgesNameOnUpdate: true,
  allowsPlainFinalizers: true,
  validate: validateMutatingAdmissionPolicyBinding,
  warnings: staticSuffixWarnings,
  columns: mutatingAdmissionPolicyBindingColumns,
  tracksGeneration: true,
  defaults: defaultMutatingAdmissionPolicyBinding,
  categories: ['api-extensions'],
  allowUnconditionalUpdate: false,
});
