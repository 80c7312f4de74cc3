import { defineResource } from '#api/definition.ts';
import type { ConfigMap } from '#kinds/generated/core-v1.ts';
import { configMapColumns } from './columns.ts';
import { validateConfigMap, validateConfigMapUpdate } from './validation.ts';

export const ConfigMaps = defineResource<ConfigMap>({
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  scope: 'Namespaced',
  judgesNameOnUpdate: true,
  columns: configMapColumns,
  validate: validateConfigMap,
  validateUpdate: validateConfigMapUpdate,
  shortNames: ['cm'],
});
