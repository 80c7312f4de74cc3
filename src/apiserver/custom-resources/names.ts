/** Which of a CRD's names it may have: those that no other CRD of the group has already (apiextensions controller/status naming). Pure. */

import type { Condition, CustomResourceKind, ResourceNames } from './json-schema.ts';

export interface NameDecision {
  /** Names that are in force: requested ones that are free, else those accepted before. */
  readonly accepted: ResourceNames;
  readonly condition: Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;
}

/** `others` are the CRDs of the same group. */
export function decideNames(crd: CustomResourceKind, others: readonly CustomResourceKind[]): NameDecision {
  const resources = new Set<string>();
  const kinds = new Set<string>();
  for (const { status } of others) {
    const names = status?.acceptedNames;
    if (!names) continue;
    for (const name of [names.plural, names.singular, ...(names.shortNames ?? [])]) if (name) resources.add(name);
    for (const kind of [names.kind, names.listKind]) if (kind) kinds.add(kind);
  }
  const requested = crd.spec.names;
  const before = crd.status?.acceptedNames;
  const conflicts: { readonly reason: string; readonly message: string }[] = [];
  const free = (taken: ReadonlySet<string>, name: string | undefined, reason: string): boolean => {
    if (!name || !taken.has(name)) return true;
    conflicts.push({ reason, message: `${JSON.stringify(name)} is already in use` });
    return false;
  };
  const plural = free(resources, requested.plural, 'PluralConflict') ? requested.plural : (before?.plural ?? '');
  const singular = free(resources, requested.singular, 'SingularConflict') ? requested.singular : before?.singular;
  const takenShort = (requested.shortNames ?? []).filter((name) => resources.has(name));
  for (const name of takenShort) free(resources, name, 'ShortNamesConflict');
  const shortNames = takenShort.length === 0 ? requested.shortNames : before?.shortNames;
  const kind = free(kinds, requested.kind, 'KindConflict') ? requested.kind : (before?.kind ?? '');
  const listKind = free(kinds, requested.listKind, 'ListKindConflict') ? requested.listKind : before?.listKind;
  const { categories } = requested;
  const accepted: ResourceNames = {
    plural,
    kind,
    ...(singular ? { singular } : {}),
    ...(shortNames && shortNames.length > 0 ? { shortNames } : {}),
    ...(listKind ? { listKind } : {}),
    ...(categories && categories.length > 0 ? { categories } : {}),
  };
  const [first] = conflicts;
  if (!first) {
    const condition = { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' };
    return { accepted, condition };
  }
  const reason = conflicts.length === 1 ? first.reason : 'MultipleConflicts';
  const message = conflicts.map((conflict) => conflict.message).join(', ');
  return { accepted, condition: { type: 'NamesAccepted', status: 'False', reason, message } };
}
