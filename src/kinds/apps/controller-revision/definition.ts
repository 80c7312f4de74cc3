import { defineResource } from '#api/definition.ts';
import type { ControllerRevision } from '#kinds/generated/apps-v1.ts';
import { controllerRevisionColumns } from './columns.ts';
import { validateControllerRevision, validateControllerRevisionUpdate } from './validation.ts';

export const ControllerRevisions = defineResource<ControllerRevision>({
  group: 'apps',
  version: 'v1',
  kind: 'ControllerRevision',
  plural: 'controllerrevisions',
  scope: 'Namespaced',
  judgesNameOnUpdate: true,
  validate: validateControllerRevision,
  validateUpdate: validateControllerRevisionUpdate,
  columns: controllerRevisionColumns,
});
