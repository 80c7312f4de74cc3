/**
 * The RBAC authorizer: allows what a role that is bound to the user (or one of its groups) allows; it never denies.
 *
 * Bindings are indexed by subject and namespace, so a request looks at the roles of its own user and groups in its own namespace only.
 */

import type { KubeObject } from '#api/object.ts';
import type { UserInfo } from '#api/request.ts';
import type { ClusterRole, PolicyRule, RoleBinding } from '#kinds/generated/rbac-v1.ts';
import { type AuthorizationAttributes, type Authorizer, type Decision, noOpinion } from '../authorizer.ts';
import type { CollectionName, LiveObjects } from '../live-objects.ts';
import { type Grant, RbacIndex, subjectsOf } from './rbac-index.ts';
import { ruleAllows } from './rbac-rules.ts';

const group = 'rbac.authorization.k8s.io';
const clusterRoles: CollectionName = `${group}/clusterroles`;
const roles: CollectionName = `${group}/roles`;
const clusterRoleBindings: CollectionName = `${group}/clusterrolebindings`;
const roleBindings: CollectionName = `${group}/rolebindings`;
const collections = [clusterRoles, roles, clusterRoleBindings, roleBindings] as const;

export interface RbacAuthorizer {
  readonly authorize: Authorizer;
  /** Every rule that the user has in the namespace (and cluster-wide): for escalation checks and rules reviews. */
  rulesFor(user: UserInfo, namespace: string): Promise<PolicyRule[]>;
  /** The rules of a role reference, or undefined when it does not exist. */
  rulesOf(kind: string, name: string, namespace: string): Promise<readonly PolicyRule[] | undefined>;
}

export function createRbacAuthorizer(objects: LiveObjects): RbacAuthorizer {
  let index: RbacIndex | undefined;
  const current = (): RbacIndex => {
    index ??= followed(objects);
    return index;
  };
  const allows = (grants: readonly Grant[], attributes: AuthorizationAttributes): Decision | undefined => {
    for (const { role, decision } of grants) {
      for (const rule of role.rules) if (ruleAllows(rule, attributes)) return decision;
    }
    return undefined;
  };
  const decide = (attributes: AuthorizationAttributes): Decision => {
    const { user, isResourceRequest, namespace } = attributes;
    const known = current();
    const isNamespaced = isResourceRequest && namespace !== '';
    for (const subject of subjectsOf(user)) {
      const decision =
        allows(known.grants('', subject), attributes) ??
        (isNamespaced ? allows(known.grants(namespace, subject), attributes) : undefined);
      if (decision) return decision;
    }
    return noOpinion;
  };
  return {
    authorize(attributes) {
      const loading = objects.load(...collections);
      return loading ? loading.then(() => decide(attributes)) : decide(attributes);
    },
    async rulesFor(user, namespace) {
      await objects.load(...collections);
      const known = current();
      return subjectsOf(user).flatMap((subject) => {
        const grants = known.grants('', subject);
        const narrower = namespace === '' ? [] : known.grants(namespace, subject);
        return [...grants, ...narrower].flatMap(({ role }) => role.rules);
      });
    },
    async rulesOf(kind, name, namespace) {
      const found =
        kind === 'ClusterRole'
          ? await objects.getFresh(clusterRoles, '', name)
          : await objects.getFresh(roles, namespace, name);
      return found && ((found as ClusterRole).rules ?? []);
    },
  };
}

/** An index of all that there is, which follows every change. */
function followed(objects: LiveObjects): RbacIndex {
  const index = new RbacIndex();
  const role = (current: KubeObject | undefined, previous: KubeObject | undefined): void =>
    index.roleChanged(current as ClusterRole | undefined, previous as ClusterRole | undefined);
  const binding = (current: KubeObject | undefined, previous: KubeObject | undefined): void =>
    index.bindingChanged(current as RoleBinding | undefined, previous as RoleBinding | undefined);
  for (const collection of [clusterRoles, roles]) objects.follow(collection, role);
  for (const collection of [clusterRoleBindings, roleBindings]) objects.follow(collection, binding);
  return index;
}
