import { defineResource } from '#api/definition.ts';
import { labelName } from '#api/name-format.ts';
import { mutableCopy } from '#base/edit.ts';
import type { Namespace } from '#kinds/generated/core-v1.ts';
import { namespaceColumns } from './columns.ts';
import { defaultNamespace } from './defaults.ts';
import { namespaceHasFinalizers, prepareNamespace, prepareNamespaceUpdate, terminateNamespace } from './lifecycle.ts';
import { validateNamespace, validateNamespaceStatusUpdate } from './validation.ts';

export const Namespaces = defineResource<Namespace>({
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  scope: 'Cluster',
  judgesNameOnUpdate: true,
  columns: namespaceColumns,
  returnsDeletedObject: true,
  defaults: defaultNamespace,
  prepareForCreate: prepareNamespace,
  prepareForUpdate: prepareNamespaceUpdate,
  validate: validateNamespace,
  validateStatusUpdate: validateNamespaceStatusUpdate,
  prepareForDelete: terminateNamespace,
  marksDeletionByTime: true,
  holdsDeletion: namespaceHasFinalizers,
  shortNames: ['ns'],
  verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  selectableFields: {
    'status.phase': (namespace) => namespace.status?.phase ?? '',
  },
  validateName: labelName,
  subresources: [
    {
      name: 'finalize',
      type: 'view',
      verbs: ['update'],
      read: (namespace) => namespace,
      // All but the status: whoever finalizes sends the namespace whole.
      write: (draft, view: Namespace) => {
        const { metadata, spec } = mutableCopy(view);
        draft.metadata = metadata;
        draft.spec = spec;
      },
    },
    { name: 'status', type: 'status', verbs: ['get', 'patch', 'update'] },
  ],
});
