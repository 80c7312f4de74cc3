import { defineResource } from '#api/definition.ts';
import type { DeviceClass } from '#kinds/generated/resource-v1.ts';
import { deviceClassColumns } from './columns.ts';

export const DeviceClasses = defineResource<DeviceClass>({
  group: 'resource.k8s.io',
  version: 'v1',
  kind: 'DeviceClass',
  plural: 'deviceclasses',
  scope: 'Cluster',
  columns: deviceClassColumns,
  returnsDeletedObject: true,
  tracksGeneration: true,
});
