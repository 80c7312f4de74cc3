/** Columns of PodDisruptionBudget tables. */

import { ageColumn, nameColumn, numberColumn, textColumn } from '#api/columns.ts';
import type { Column } from '#api/definition.ts';
import type { PodDisruptionBudget } from '#kinds/generated/policy-v1.ts';

export const podDisruptionBudgetColumns: readonly Column<PodDisruptionBudget>[] = [
  nameColumn,
  textColumn(
    'Min Available',
    ({ spec }) => (spec?.minAvailable === undefined ? undefined : String(spec.minAvailable)),
    'N/A',
  ),
  textColumn(
    'Max Unavailable',
    ({ spec }) => (spec?.maxUnavailable === undefined ? undefined : String(spec.maxUnavailable)),
    'N/A',
  ),
  numberColumn('Allowed Disruptions', ({ status }) => status?.disruptionsAllowed),
  ageColumn,
];
