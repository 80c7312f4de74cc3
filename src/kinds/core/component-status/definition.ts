import { defineResource } from '#api/definition.ts';
import type { ComponentStatus } from '#kinds/generated/core-v1.ts';

export const ComponentStatuses = defineResource<ComponentStatus>({
  group: '',
  version: 'v1',
  kind: 'ComponentStatus',
  plural: 'componentstatuses',
  scope: 'Cluster',
  shortNames: ['cs'],
  verbs: ['get', 'list'],
  stored: false,
});
