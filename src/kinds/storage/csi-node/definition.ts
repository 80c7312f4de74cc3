import { defineResource } from '#api/definition.ts';
import type { CSINode } from '#kinds/generated/storage-v1.ts';

export const CSINodes = defineResource<CSINode>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSINode',
  plural: 'csinodes',
  scope: 'Cluster',
  returnsDeletedObject: true,
  allowUnconditionalUpdate: false,
});
