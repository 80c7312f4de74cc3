import { defineResource } from '#api/definition.ts';
import type { FlowSchema } from '#kinds/generated/flowcontrol-v1.ts';
import { flowSchemaColumns } from './columns.ts';

export const FlowSchemas = defineResource<FlowSchema>({
  group: 'flowcontrol.apiserver.k8s.io',
  version: 'v1',
  kind: 'FlowSchema',
  plural: 'flowschemas',
  scope: 'Cluster',
  columns: flowSchemaColumns,
  tracksGeneration: true,
  subresources: [{ name: 'status', type: 'status', verbs: ['get', 'patch', 'update'] }],
});
