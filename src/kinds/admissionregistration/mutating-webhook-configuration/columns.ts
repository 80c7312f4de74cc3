/** Columns of MutatingWebhookConfiguration tables. */

import { ageColumn, nameColumn, numberColumn } from '#api/columns.ts';
import type { Column } from '#api/definition.ts';
import type { MutatingWebhookConfiguration } from '#kinds/generated/admissionregistration-v1.ts';

export const mutatingWebhookConfigurationColumns: readonly Column<MutatingWebhookConfiguration>[] = [
  nameColumn,
  numberColumn('Webhooks', ({ webhooks }) => webhooks?.length),
  ageColumn,
];
