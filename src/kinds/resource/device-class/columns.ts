/** Columns of DeviceClass tables. */

import { ageColumn, nameColumn } from '#api/columns.ts';
import type { Column } from '#api/definition.ts';
import type { DeviceClass } from '#kinds/generated/resource-v1.ts';

export const deviceClassColumns: readonly Column<DeviceClass>[] = [nameColumn, ageColumn];
