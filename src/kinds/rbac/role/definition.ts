import { defineResource } from '#api/definition.ts';
import type { FieldError } from '#api/field-error.ts';
import { pathSegmentName } from '#api/name-format.ts';
import type { Role } from '#kinds/generated/rbac-v1.ts';
import { checkPolicyRules } from '#kinds/rbac/rule-rules.ts';

export const Roles = defineResource<Role>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'Role',
  plural: 'roles',
  scope: 'Namespaced',
  judgesNameOnUpdate: true,
  validateName: pathSegmentName,
  validate: ({ rules }) => {
    const errors: FieldError[] = [];
    checkPolicyRules(rules, true, errors);
    return errors;
  },
  allowCreateOnUpdate: true,
});
