/** Conflicts of an apply: what others have of the fields that it would change, told in upstream's words. */

import { newApplyConflict, type StatusError } from '../errors.ts';
import type { FieldSet } from './field-set.ts';
import type { Manager } from './managers.ts';

export interface Conflict {
  readonly manager: Manager;
  readonly set: FieldSet;
}

/** By managerId. */
export type Conflicts = ReadonlyMap<string, Conflict>;

/** Without the paths of the set. */
export function conflictsWithout(conflicts: Conflicts, allowed: FieldSet): Conflicts {
  const left = [...conflicts].map(([id, { manager, set }]) => [id, { manager, set: set.difference(allowed) }] as const);
  return new Map(left.filter(([, { set }]) => !set.isEmpty));
}

export function conflictError(conflicts: Conflicts): StatusError {
  const listed = [...conflicts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { manager, set }]) => ({ who: managerText(manager), paths: set.paths() }));
  const causes = listed.flatMap(({ who, paths }) =>
    paths.map((field) => ({ reason: 'FieldManagerConflict', message: `conflict with ${who}`, field })),
  );
  const [only] = causes;
  if (only && causes.length === 1)
    return newApplyConflict(causes, `Apply failed with 1 conflict: ${only.message}: ${only.field}`);
  const texts = listed.map(({ who, paths }) => [`conflicts with ${who}:`, ...paths.map((path) => `- ${path}`)]);
  return newApplyConflict(causes, `Apply failed with ${causes.length} conflicts: ${texts.flat().join('\n')}`);
}

function managerText({ name, subresource, operation, apiVersion }: Manager): string {
  const who = `${JSON.stringify(name)}${subresource === '' ? '' : ` with subresource ${JSON.stringify(subresource)}`}`;
  return operation === 'Update' ? `${who} using ${apiVersion}` : who;
}
