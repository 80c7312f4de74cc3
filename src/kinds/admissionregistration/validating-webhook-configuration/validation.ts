/** Rules of ValidatingWebhookConfigurations. */

import type { FieldError } from '#api/field-error.ts';
import type { ValidatingWebhookConfiguration } from '#kinds/generated/admissionregistration-v1.ts';
import { validateWebhooks } from '../webhook-rules.ts';

export function validateValidatingWebhookConfiguration(
  { webhooks }: ValidatingWebhookConfiguration,
  _context: unknown,
  old?: ValidatingWebhookConfiguration,
): FieldError[] {
  return validateWebhooks(webhooks, old && (old.webhooks ?? []));
}
