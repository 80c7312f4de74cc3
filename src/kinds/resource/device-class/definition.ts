import { defineResource } from '#api/definition.ts';
import { longName } from '#api/name-format.ts';
import type { DeviceClass } from '#kinds/generated/resource-v1.ts';
import { deviceClassColumns } from './columns.ts';
import { validateDeviceClass } from './validation.ts';

export const DeviceClasses = defineResource<DeviceClass>({
  group: 'resource.k8s.io',
  version: 'v1',
  kind: 'DeviceClass',
  plural: 'deviceclasses',
  scope: 'Cluster',
  validateName: longName,
  validate: validateDeviceClass,
  columns: deviceClassColumns,
  returnsDeletedObject: true,
  tracksGeneration: true,
});
