import { defineResource } from '#api/definition.ts';
import type { RuntimeClass } from '#kinds/generated/node-v1.ts';
import { runtimeClassColumns } from './columns.ts';
import { validateRuntimeClass, validateRuntimeClassUpdate } from './validation.ts';

export const RuntimeClasses = defineResource<RuntimeClass>({
  group: 'node.k8s.io',
  version: 'v1',
  kind: 'RuntimeClass',
  plural: 'runtimeclasses',
  scope: 'Cluster',
  judgesNameOnUpdate: true,
  allowsPlainFinalizers: true,
  validate: validateRuntimeClass,
  validateUpdate: validateRuntimeClassUpdate,
  columns: runtimeClassColumns,
  allowCreateOnUpdate: true,
  allowUnconditionalUpdate: false,
});
