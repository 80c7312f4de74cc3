import { defineResource } from '#api/definition.ts';
import { keepMetadata } from '#api/status-metadata.ts';
import type { FlowSchema } from '#kinds/generated/flowcontrol-v1.ts';
import { flowSchemaColumns } from './columns.ts';
import { defaultFlowSchema } from './defaults.ts';
import { validateFlowSchema, validateFlowSchemaStatus } from './validation.ts';

export const FlowSchemas = defineResource<FlowSchema>({
  group: 'flowcontrol.apiserver.k8s.io',
  version: 'v1',
  kind: 'FlowSchema',
  plural: 'flowschemas',
  scope: 'Cluster',
  judgesNameOnUpdate: true,
  prepareForStatusUpdate: keepMetadata,
  defaults: defaultFlowSchema,
  validate: validateFlowSchema,
  validateStatusUpdate: validateFlowSchemaStatus,
  columns: flowSchemaColumns,
  tracksGeneration: true,
  subresources: [
    { name: 'status', type: 'status', verbs: ['get', 'patch', 'update'], resetFields: [['metadata'], ['spec']] },
  ],
});
