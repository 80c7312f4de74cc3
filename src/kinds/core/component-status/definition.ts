import { defineResource } from '#api/definition.ts';
import type { ComponentStatus } from '#kinds/generated/core-v1.ts';
import { componentStatusColumns } from './columns.ts';

export const ComponentStatuses = defineResource<ComponentStatus>({
  group: '',
  version: 'v1',
  kind: 'ComponentStatus',
  deprecation: 'v1 ComponentStatus is deprecated in v1.19+',
  plural: 'componentstatuses',
  scope: 'Cluster',
  shortNames: ['cs'],
  verbs: ['get', 'list'],
  columns: componentStatusColumns,
  stored: false,
});
