/** Columns of ResourceClaimTemplate tables. */

import { ageColumn, nameColumn } from '#api/columns.ts';
import type { Column } from '#api/definition.ts';
import type { ResourceClaimTemplate } from '#kinds/generated/resource-v1.ts';

export const resourceClaimTemplateColumns: readonly Column<ResourceClaimTemplate>[] = [nameColumn, ageColumn];
