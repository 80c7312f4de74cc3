import { defineResource } from '#api/definition.ts';
import type { ResourceSlice } from '#kinds/generated/resource-v1.ts';
import { resourceSliceColumns } from './columns.ts';
import { prepareSliceForCreate, prepareSliceForUpdate } from './lifecycle.ts';
import { resourceSliceWarnings, validateResourceSlice } from './validation.ts';

export const ResourceSlices = defineResource<ResourceSlice>({
  group: 'resource.k8s.io',
  version: 'v1',
  kind: 'ResourceSlice',
  plural: 'resourceslices',
  scope: 'Cluster',
  prepareForCreate: prepareSliceForCreate,
  prepareForUpdate: prepareSliceForUpdate,
  validate: validateResourceSlice,
  warnings: resourceSliceWarnings,
  columns: resourceSliceColumns,
  returnsDeletedObject: true,
  tracksGeneration: true,
  selectableFields: {
    'spec.nodeName': (slice) => slice.spec.nodeName ?? '',
    'spec.driver': (slice) => slice.spec.driver,
  },
});
