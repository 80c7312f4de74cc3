/** Columns of ServiceAccount tables. */

import { ageColumn, nameColumn } from '#api/columns.ts';
import type { Column } from '#api/definition.ts';
import type { ServiceAccount } from '#kinds/generated/core-v1.ts';

export const serviceAccountColumns: readonly Column<ServiceAccount>[] = [nameColumn, ageColumn];
