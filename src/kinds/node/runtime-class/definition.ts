import { defineResource } from '#api/definition.ts';
import type { RuntimeClass } from '#kinds/generated/node-v1.ts';

export const RuntimeClasses = defineResource<RuntimeClass>({
  group: 'node.k8s.io',
  version: 'v1',
  kind: 'RuntimeClass',
  plural: 'runtimeclasses',
  scope: 'Cluster',
  allowCreateOnUpdate: true,
  allowUnconditionalUpdate: false,
});
