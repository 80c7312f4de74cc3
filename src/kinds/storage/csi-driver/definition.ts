import { defineResource } from '#api/definition.ts';
import type { CSIDriver } from '#kinds/generated/storage-v1.ts';

export const CSIDrivers = defineResource<CSIDriver>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSIDriver',
  plural: 'csidrivers',
  scope: 'Cluster',
  allowUnconditionalUpdate: false,
});
