import { defineResource } from '#api/definition.ts';
import type { CSINode } from '#kinds/generated/storage-v1.ts';
import { csiNodeColumns } from './columns.ts';
import { validateCSINode, validateCSINodeUpdate } from './validation.ts';

export const CSINodes = defineResource<CSINode>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSINode',
  plural: 'csinodes',
  scope: 'Cluster',
  judgesNameOnUpdate: true,
  validate: validateCSINode,
  validateUpdate: validateCSINodeUpdate,
  columns: csiNodeColumns,
  returnsDeletedObject: true,
  allowUnconditionalUpdate: false,
});
