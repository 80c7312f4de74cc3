/** Defaults of role bindings and cluster role bindings. */

import type { Draft } from '#base/edit.ts';
import type { RoleBinding, Subject } from '#kinds/generated/rbac-v1.ts';

const groupName = 'rbac.authorization.k8s.io';

export function defaultRoleBinding(binding: Draft<Pick<RoleBinding, 'roleRef' | 'subjects'>>): void {
  if (binding.roleRef) binding.roleRef.apiGroup ||= groupName;
  for (const subject of binding.subjects ?? []) defaultSubject(subject);
}

function defaultSubject(subject: Draft<Subject>): void {
  if (subject.kind === 'User' || subject.kind === 'Group') subject.apiGroup ||= groupName;
}
