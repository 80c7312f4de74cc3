/** Columns of ComponentStatus tables. */

import { nameColumn, textColumn } from '#api/columns.ts';
import type { Column } from '#api/definition.ts';
import type { ComponentCondition, ComponentStatus } from '#kinds/generated/core-v1.ts';

export const componentStatusColumns: readonly Column<ComponentStatus>[] = [
  nameColumn,
  textColumn('Status', (component) => {
    const health = healthOf(component);
    if (!health) return 'Unknown';
    return health.status === 'True' ? 'Healthy' : 'Unhealthy';
  }),
  textColumn('Message', (component) => healthOf(component)?.message, ''),
  textColumn('Error', (component) => healthOf(component)?.error, ''),
];

function healthOf({ conditions }: ComponentStatus): ComponentCondition | undefined {
  return conditions?.find(({ type }) => type === 'Healthy');
}
