import { defineResource } from '#api/definition.ts';
import type { ValidatingWebhookConfiguration } from '#kinds/generated/admissionregistration-v1.ts';
import { staticSuffixWarnings } from '../static-suffix.ts';
import { validatingWebhookConfigurationColumns } from './columns.ts';
import { defaultValidatingWebhookConfiguration } from './defaults.ts';
import { validateValidatingWebhookConfiguration } from './validation.ts';

export const ValidatingWebhookConfigurations = defineResource<ValidatingWebhookConfiguration>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'ValidatingWebhookConfiguration',
  plural: 'validatingwebhookconfigurations',
  scope: 'Cluster',
  judgesNameOnUpdate: true,
  allowsPlainFinalizers: true,
  validate: validateValidatingWebhookConfiguration,
  warnings: staticSuffixWarnings,
  columns: validatingWebhookConfigurationColumns,
  tracksGeneration: true,
  defaults: defaultValidatingWebhookConfiguration,
  categories: ['api-extensions'],
  allowUnconditionalUpdate: false,
});
