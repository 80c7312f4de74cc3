/** Columns of ValidatingAdmissionPolicyBinding tables. */

import { ageColumn, nameColumn, textColumn } from '#api/columns.ts';
import type { Column } from '#api/definition.ts';
import { paramText } from '#kinds/admissionregistration/param-text.ts';
import type { ValidatingAdmissionPolicyBinding } from '#kinds/generated/admissionregistration-v1.ts';

export const validatingAdmissionPolicyBindingColumns: readonly Column<ValidatingAdmissionPolicyBinding>[] = [
  nameColumn,
  { name: 'PolicyName', type: 'string', cell: ({ spec }) => spec?.policyName ?? '' },
  textColumn('ParamRef', ({ spec }) => paramText(spec?.paramRef), '<unset>'),
  ageColumn,
];
