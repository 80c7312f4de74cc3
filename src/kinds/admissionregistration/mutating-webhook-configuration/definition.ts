import { defineResource } from '#api/definition.ts';
import type { MutatingWebhookConfiguration } from '#kinds/generated/admissionregistration-v1.ts';
import { staticSuffixWarnings } from '../static-suffix.ts';
import { mutatingWebhookConfigurationColumns } from './columns.ts';
import { defaultMutatingWebhookConfiguration } from './defaults.ts';
import { validateMutatingWebhookConfiguration } from './validation.ts';

export const MutatingWebhookConfigurations = defineResource<MutatingWebhookConfiguration>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'MutatingWebhookConfiguration',
  plural: 'mutatingwebhookconfigurations',
  scope: 'Cluster',
  judgesNameOnUpdate: true,
  allowsPlainFinalizers: true,
  validate: validateMutatingWebhookConfiguration,
  warnings: staticSuffixWarnings,
  columns: mutatingWebhookConfigurationColumns,
  tracksGeneration: true,
  defaults: defaultMutatingWebhookConfiguration,
  categories: ['api-extensions'],
  allowUnconditionalUpdate: false,
});
