/** Columns of ValidatingAdmissionPolicy tables. */

import { ageColumn, nameColumn, numberColumn, textColumn } from '#api/columns.ts';
import type { Column } from '#api/definition.ts';
import type { ValidatingAdmissionPolicy } from '#kinds/generated/admissionregistration-v1.ts';

export const validatingAdmissionPolicyColumns: readonly Column<ValidatingAdmissionPolicy>[] = [
  nameColumn,
  numberColumn('Validations', ({ spec }) => spec?.validations?.length),
  textColumn(
    'ParamKind',
    ({ spec }) => spec?.paramKind && `${spec.paramKind.apiVersion}/${spec.paramKind.kind}`,
    '<unset>',
  ),
  ageColumn,
];
