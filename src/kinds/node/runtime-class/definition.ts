import { defineResource } from '#api/definition.ts';
import type { RuntimeClass } from '#kinds/generated/node-v1.ts';
import { runtimeClassColumns } from './columns.ts';

export const RuntimeClasses = defineResource<RuntimeClass>({
  group: 'node.k8s.io',
  version: 'v1',
  kind: 'RuntimeClass',
  plural: 'runtimeclasses',
  scope: 'Cluster',
  columns: runtimeClassColumns,
  allowCreateOnUpdate: true,
  allowUnconditionalUpdate: false,
});
