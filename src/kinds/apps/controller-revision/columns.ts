/** Columns of ControllerRevision tables. */

import { ageColumn, nameColumn, textColumn } from '#api/columns.ts';
import type { Column } from '#api/definition.ts';
import type { ControllerRevision } from '#kinds/generated/apps-v1.ts';

export const controllerRevisionColumns: readonly Column<ControllerRevision>[] = [
  nameColumn,
  textColumn('Controller', controllerOf),
  { name: 'Revision', type: 'string', cell: ({ revision }) => revision },
  ageColumn,
];

/** 'deployment.apps/web' of the controlling owner. */
function controllerOf({ metadata }: ControllerRevision): string | undefined {
  const owner = metadata?.ownerReferences?.find((reference) => reference.controller);
  if (!owner) return undefined;
  const [group = '', version] = owner.apiVersion.split('/');
  const kind = owner.kind.toLowerCase();
  return `${version === undefined ? kind : `${kind}.${group}`}/${owner.name}`;
}
