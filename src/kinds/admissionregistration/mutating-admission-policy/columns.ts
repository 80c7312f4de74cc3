/** Columns of MutatingAdmissionPolicy tables. */

import { ageColumn, nameColumn, numberColumn, textColumn } from '#api/columns.ts';
import type { Column } from '#api/definition.ts';
import type { MutatingAdmissionPolicy } from '#kinds/generated/admissionregistration-v1.ts';

export const mutatingAdmissionPolicyColumns: readonly Column<MutatingAdmissionPolicy>[] = [
  nameColumn,
  numberColumn('Mutations', ({ spec }) => spec?.mutations?.length),
  textColumn(
    'ParamKind',
    ({ spec }) => spec?.paramKind && `${spec.paramKind.apiVersion}/${spec.paramKind.kind}`,
    '<unset>',
  ),
  ageColumn,
];
