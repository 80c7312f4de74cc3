import { defineResource } from '#api/definition.ts';
import type { Node } from '#kinds/generated/core-v1.ts';
import { nodeColumns } from './columns.ts';
import { defaultNode } from './defaults.ts';
import { dropRemovedFields, dropRemovedSpec, dropRemovedStatus } from './removed-fields.ts';
import { nodeWarnings, validateNode, validateNodeStatusUpdate, validateNodeUpdate } from './validation.ts';

export const Nodes = defineResource<Node>({
  group: '',
  version: 'v1',
  kind: 'Node',
  plural: 'nodes',
  scope: 'Cluster',
  judgesNameOnUpdate: true,
  validate: validateNode,
  validateUpdate: validateNodeUpdate,
  validateStatusUpdate: validateNodeStatusUpdate,
  warnings: nodeWarnings,
  columns: nodeColumns,
  keepsStatusOnCreate: true,
  defaults: defaultNode,
  prepareForCreate: dropRemovedFields,
  prepareForUpdate: dropRemovedSpec,
  prepareForStatusUpdate: dropRemovedStatus,
  shortNames: ['no'],
  selectableFields: {
    'spec.unschedulable': (node) => String(node.spec?.unschedulable ?? false),
  },
  subresources: [
    {
      name: 'proxy',
      type: 'action',
      verbs: ['create', 'delete', 'get', 'patch', 'update'],
      kind: { group: '', version: 'v1', kind: 'NodeProxyOptions' },
    },
    { name: 'status', type: 'status', verbs: ['get', 'patch', 'update'] },
  ],
});
