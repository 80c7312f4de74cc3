/**
 * What becomes of a role or binding of upstream's policy that is there already (component-helpers auth/rbac/reconciliation): what is missing is
 * added, what somebody added stays, and whoever marked it `autoupdate: "false"` keeps it as it is. Pure.
 */

import type { KubeObject } from '#api/object.ts';
import { semanticallyEqual } from '#api/semantic-equal.ts';
import { uncovered } from '#apiserver/authorization/rbac-rules.ts';
import { type Draft, edit, mutableCopy } from '#base/edit.ts';
import type { ClusterRole, ClusterRoleBinding } from '#kinds/generated/rbac-v1.ts';

const autoupdate = 'rbac.authorization.kubernetes.io/autoupdate';

export type Reconciliation =
  | { readonly type: 'keep' }
  | { readonly type: 'update'; readonly object: KubeObject }
  /** The role of a binding cannot change: it is deleted and made anew. */
  | { readonly type: 'recreate'; readonly object: KubeObject };

const keep: Reconciliation = { type: 'keep' };

/** Of ClusterRoles, Roles and their bindings; everything else is kept. */
export function reconciliation(present: KubeObject, wanted: KubeObject): Reconciliation {
  if (present.metadata?.annotations?.[autoupdate] === 'false') return keep;
  switch (wanted.kind) {
    case 'ClusterRole':
    case 'Role':
      return changed(present, withRole(present as ClusterRole, wanted as ClusterRole));
    case 'ClusterRoleBinding':
    case 'RoleBinding':
      return binding(present as ClusterRoleBinding, wanted as ClusterRoleBinding);
    default:
      return keep;
  }
}

function changed(present: KubeObject, object: KubeObject): Reconciliation {
  return semanticallyEqual(present, object) ? keep : { type: 'update', object };
}

function withRole(present: ClusterRole, wanted: ClusterRole): ClusterRole {
  return edit(present, (draft) => {
    addMetadata(draft, wanted);
    // The rules of one that aggregates are its controller's.
    if (!present.aggregationRule && !wanted.aggregationRule) {
      const missing = uncovered(present.rules ?? [], wanted.rules ?? []);
      if (missing.length > 0) draft.rules = mutableCopy([...(present.rules ?? []), ...missing]);
    }
    const selectors = present.aggregationRule?.clusterRoleSelectors ?? [];
    const lacking = added(selectors, wanted.aggregationRule?.clusterRoleSelectors ?? []);
    if (lacking.length > 0) draft.aggregationRule = mutableCopy({ clusterRoleSelectors: [...selectors, ...lacking] });
  });
}

function binding(present: ClusterRoleBinding, wanted: ClusterRoleBinding): Reconciliation {
  const subjects = present.subjects ?? [];
  const lacking = added(subjects, wanted.subjects ?? []);
  const object = edit(present, (draft) => {
    addMetadata(draft, wanted);
    draft.roleRef = mutableCopy(wanted.roleRef);
    if (lacking.length > 0) draft.subjects = mutableCopy([...subjects, ...lacking]);
  });
  if (semanticallyEqual(present.roleRef, wanted.roleRef)) return changed(present, object);
  const anew = edit(object, (draft) => {
    delete draft.metadata?.resourceVersion;
    delete draft.metadata?.uid;
  });
  return { type: 'recreate', object: anew };
}

/** Labels and annotations that lack; the values of those that are there stay. */
function addMetadata(draft: Draft<KubeObject>, { metadata }: KubeObject): void {
  for (const field of ['labels', 'annotations'] as const) {
    const wanted = metadata?.[field];
    if (wanted) draft.metadata = { ...draft.metadata, [field]: { ...wanted, ...draft.metadata?.[field] } };
  }
}

function added<T>(present: readonly T[], wanted: readonly T[]): T[] {
  return wanted.filter((one) => !present.some((other) => semanticallyEqual(one, other)));
}
