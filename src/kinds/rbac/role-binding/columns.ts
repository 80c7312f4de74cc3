/** Columns of RoleBinding tables. */

import { ageColumn, nameColumn, wide } from '#api/columns.ts';
import type { Column } from '#api/definition.ts';
import type { RoleBinding } from '#kinds/generated/rbac-v1.ts';
import { subjectNames } from '#kinds/rbac/subjects.ts';

export const roleBindingColumns: readonly Column<RoleBinding>[] = [
  nameColumn,
  { name: 'Role', type: 'string', cell: ({ roleRef }) => `${roleRef.kind}/${roleRef.name}` },
  ageColumn,
  wide({ name: 'Users', type: 'string', cell: ({ subjects }) => subjectNames(subjects, 'User') }),
  wide({ name: 'Groups', type: 'string', cell: ({ subjects }) => subjectNames(subjects, 'Group') }),
  wide({ name: 'ServiceAccounts', type: 'string', cell: ({ subjects }) => subjectNames(subjects, 'ServiceAccount') }),
];
