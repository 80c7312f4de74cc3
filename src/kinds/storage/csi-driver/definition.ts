import { defineResource } from '#api/definition.ts';
import type { CSIDriver } from '#kinds/generated/storage-v1.ts';
import { csiDriverColumns } from './columns.ts';
import { defaultCSIDriver } from './defaults.ts';
import { csiDriverWarnings, dropDisabledFields, prepareUpdate } from './lifecycle.ts';
import { validateCSIDriver, validateCSIDriverUpdate } from './validation.ts';

export const CSIDrivers = defineResource<CSIDriver>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSIDriver',
  plural: 'csidrivers',
  scope: 'Cluster',
  prepareForCreate: (driver) => dropDisabledFields(driver),
  prepareForUpdate: prepareUpdate,
  warnings: csiDriverWarnings,
  validate: validateCSIDriver,
  validateUpdate: validateCSIDriverUpdate,
  columns: csiDriverColumns,
  returnsDeletedObject: true,
  defaults: defaultCSIDriver,
  allowUnconditionalUpdate: false,
});
