import { defineResource } from '#api/definition.ts';
import type { ResourceSlice } from '#kinds/generated/resource-v1.ts';
import { resourceSliceColumns } from './columns.ts';

export const ResourceSlices = defineResource<ResourceSlice>({
  group: 'resource.k8s.io',
  version: 'v1',
  kind: 'ResourceSlice',
  plural: 'resourceslices',
  scope: 'Cluster',
  columns: resourceSliceColumns,
  returnsDeletedObject: true,
  tracksGeneration: true,
  selectableFields: {
    'spec.nodeName': (slice) => slice.spec.nodeName ?? '',
    'spec.driver': (slice) => slice.spec.driver,
  },
});
