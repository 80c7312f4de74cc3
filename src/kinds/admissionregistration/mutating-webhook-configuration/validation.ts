/** Rules of MutatingWebhookConfigurations. */

import type { FieldError } from '#api/field-error.ts';
import type { MutatingWebhookConfiguration } from '#kinds/generated/admissionregistration-v1.ts';
import { validateWebhooks } from '../webhook-rules.ts';

export function validateMutatingWebhookConfiguration(
  { webhooks }: MutatingWebhookConfiguration,
  _context: unknown,
  old?: MutatingWebhookConfiguration,
): FieldError[] {
  return validateWebhooks(webhooks, old && (old.webhooks ?? []));
}
