import { defineResource } from '#api/definition.ts';
import type { MutatingAdmissionPolicy } from '#kinds/generated/admissionregistration-v1.ts';
import { staticSuffixWarnings } from '../static-suffix.ts';
import { mutatingAdmissionPolicyColumns } from './columns.ts';
import { defaultMutatingAdmissionPolicy } from './defaults.ts';
import { validateMutatingAdmissionPolicy } from './validation.ts';

export const MutatingAdmissionPolicies = defineResource<MutatingAdmissionPolicy>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'MutatingAdmissionPolicy',
  plural: 'mutatingadmissionpolicies',
  scope: 'Cluster',
  judgesNameOnUpdate: true,
  allowsPlainFinalizers: true,
  validate: validateMutatingAdmissionPolicy,
  warnings: staticSuffixWarnings,
  columns: mutatingAdmissionPolicyColumns,
  tracksGeneration: true,
  defaults: defaultMutatingAdmissionPolicy,
  categories: ['api-extensions'],
  allowUnconditionalUpdate: false,
});
