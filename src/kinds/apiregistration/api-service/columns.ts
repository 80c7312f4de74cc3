/** Columns of APIService tables. */

import { ageColumn, nameColumn, textColumn } from '#api/columns.ts';
import type { Column } from '#api/definition.ts';
import type { APIService } from '#kinds/generated/apiregistration-v1.ts';

export const apiServiceColumns: readonly Column<APIService>[] = [
  nameColumn,
  textColumn(
    'Service',
    ({ spec }) => (spec?.service ? `${spec.service.namespace}/${spec.service.name}` : undefined),
    'Local',
  ),
  textColumn('Available', availableOf),
  ageColumn,
];

function availableOf({ status }: APIService): string {
  const condition = status?.conditions?.find(({ type }) => type === 'Available');
  if (!condition) return 'Unknown';
  return condition.status === 'True' || !condition.reason
    ? condition.status
    : `${condition.status} (${condition.reason})`;
}
