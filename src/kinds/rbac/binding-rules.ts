/** Rules of role bindings, of one namespace or of the whole cluster. */

import { child, type FieldError, index, invalid, notSupported, required } from '#api/field-error.ts';
import { checkFormat } from '#api/field-rules.ts';
import { isDNS1123Subdomain, isPathSegmentName } from '#api/name-format.ts';
import { semanticallyEqual } from '#api/semantic-equal.ts';
import { goQuote } from '#base/go-quote.ts';
import type { RoleRef, Subject } from '#kinds/generated/rbac-v1.ts';

const groupName = 'rbac.authorization.k8s.io';

interface Binding {
  readonly roleRef?: RoleRef;
  readonly subjects?: readonly Subject[] | undefined;
}

/** `roleKinds` are the kinds of roles that the binding may refer to. */
export function validateBinding(binding: Binding, namespaced: boolean, roleKinds: readonly string[]): FieldError[] {
  const errors: FieldError[] = [];
  const { apiGroup = '', kind = '', name = '' } = binding.roleRef ?? {};
  if (apiGroup !== groupName) errors.push(notSupported('roleRef.apiGroup', apiGroup, [groupName], goQuote));
  if (!roleKinds.includes(kind)) errors.push(notSupported('roleRef.kind', kind, roleKinds, goQuote));
  if (name === '') errors.push(required('roleRef.name'));
  else checkFormat(isPathSegmentName, name, 'roleRef.name', errors);
  binding.subjects?.forEach((subject, position) => {
    checkSubject(subject, namespaced, index('subjects', position), errors);
  });
  return errors;
}

function checkSubject(subject: Subject, namespaced: boolean, path: string, errors: FieldError[]): void {
  const { kind, name, apiGroup = '', namespace = '' } = subject;
  const groupPath = child(path, 'apiGroup');
  if (!name) errors.push(required(child(path, 'name')));
  switch (kind) {
    case 'ServiceAccount':
      if (name) checkFormat(isDNS1123Subdomain, name, child(path, 'name'), errors);
      if (apiGroup !== '') errors.push(notSupported(groupPath, apiGroup, [''], goQuote));
      if (!namespaced && namespace === '') errors.push(required(child(path, 'namespace')));
      break;
    case 'User':
    case 'Group':
      if (apiGroup !== groupName) errors.push(notSupported(groupPath, apiGroup, [groupName], goQuote));
      break;
    default:
      errors.push(notSupported(child(path, 'kind'), kind ?? '', ['ServiceAccount', 'User', 'Group'], goQuote));
  }
}

/** Whom a binding is for may change, what it grants may not: that is decided when it is created. */
export function validateBindingUpdate({ roleRef }: Binding, old: Binding): FieldError[] {
  if (semanticallyEqual(roleRef, old.roleRef)) return [];
  // Upstream prints its internal type.
  const printed = { APIGroup: roleRef?.apiGroup ?? '', Kind: roleRef?.kind ?? '', Name: roleRef?.name ?? '' };
  return [invalid('roleRef', printed, 'cannot change roleRef')];
}
