/** Columns of ValidatingWebhookConfiguration tables. */

import { ageColumn, nameColumn, numberColumn } from '#api/columns.ts';
import type { Column } from '#api/definition.ts';
import type { ValidatingWebhookConfiguration } from '#kinds/generated/admissionregistration-v1.ts';

export const validatingWebhookConfigurationColumns: readonly Column<ValidatingWebhookConfiguration>[] = [
  nameColumn,
  numberColumn('Webhooks', ({ webhooks }) => webhooks?.length),
  ageColumn,
];
