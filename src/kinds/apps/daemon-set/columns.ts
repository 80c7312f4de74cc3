/** Columns of DaemonSet tables. */

import {
  ageColumn,
  formatLabels,
  nameColumn,
  numberColumn,
  selectorColumn,
  templateColumns,
  textColumn,
} from '#api/columns.ts';
import type { Column } from '#api/definition.ts';
import type { DaemonSet } from '#kinds/generated/apps-v1.ts';

export const daemonSetColumns: readonly Column<DaemonSet>[] = [
  nameColumn,
  numberColumn('Desired', ({ status }) => status?.desiredNumberScheduled),
  numberColumn('Current', ({ status }) => status?.currentNumberScheduled),
  numberColumn('Ready', ({ status }) => status?.numberReady),
  numberColumn('Up-to-date', ({ status }) => status?.updatedNumberScheduled),
  numberColumn('Available', ({ status }) => status?.numberAvailable),
  textColumn('Node Selector', ({ spec }) => formatLabels(spec?.template?.spec?.nodeSelector)),
  ageColumn,
  ...templateColumns(({ spec }) => spec?.template),
  selectorColumn(({ spec }) => spec?.selector),
];
