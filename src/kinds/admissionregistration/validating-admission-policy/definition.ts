import { defineResource } from '#api/definition.ts';
import { keepMetadata } from '#api/status-metadata.ts';
import type { ValidatingAdmissionPolicy } from '#kinds/generated/admissionregistration-v1.ts';
import { staticSuffixWarnings } from '../static-suffix.ts';
import { validatingAdmissionPolicyColumns } from './columns.ts';
import { defaultValidatingAdmissionPolicy } from './defaults.ts';
import { validateValidatingAdmissionPolicy, validateValidatingAdmissionPolicyStatus } from './validation.ts';

export const ValidatingAdmissionPolicies = defineResource<ValidatingAdmissionPolicy>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'ValidatingAdmissionPolicy',
  plural: 'validatingadmissionpolicies',
  scope: 'Cluster',
  judgesNameOnUpdate: true,
  allowsPlainFinalizers: true,
  prepareForStatusUpdate: keepMetadata,
  validate: validateValidatingAdmissionPolicy,
  validateStatusUpdate: validateValidatingAdmissionPolicyStatus,
  warnings: staticSuffixWarnings,
  columns: validatingAdmissionPolicyColumns,
  tracksGeneration: true,
  defaults: defaultValidatingAdmissionPolicy,
  categories: ['api-extensions'],
  allowUnconditionalUpdate: false,
  subresources: [
    { name: 'status', type: 'status', verbs: ['get', 'patch', 'update'], resetFields: [['metadata'], ['spec']] },
  ],
});
