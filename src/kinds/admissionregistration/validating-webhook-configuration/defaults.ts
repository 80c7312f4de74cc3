/** Defaults of webhooks and their rules. */

import type { Draft } from '#base/edit.ts';
import { defaultWebhook } from '#kinds/admissionregistration/webhook-defaults.ts';
import type { ValidatingWebhookConfiguration } from '#kinds/generated/admissionregistration-v1.ts';

export function defaultValidatingWebhookConfiguration(configuration: Draft<ValidatingWebhookConfiguration>): void {
  for (const webhook of configuration.webhooks ?? []) {
    defaultWebhook(webhook);
  }
}
