/**
 * The RBAC authorizer: allows what a role that is bound to the user (or one of its groups) allows; it never denies.
 *
 * Bindings are indexed by subject, so a request looks at the roles of its own user and groups only. The index is made again
 * when a role or binding has changed, at the next request.
 */

import type { UserInfo } from '#api/request.ts';
import type { ClusterRole, PolicyRule, RoleBinding, Subject } from '#kinds/generated/rbac-v1.ts';
import { type AuthorizationAttributes, type Authorizer, type Decision, noOpinion } from '../authorizer.ts';
import type { CollectionName, LiveObjects } from '../live-objects.ts';
import { ruleAllows } from './rbac-rules.ts';

const group = 'rbac.authorization.k8s.io';
const clusterRoles: CollectionName = `${group}/clusterroles`;
const roles: CollectionName = `${group}/roles`;
const clusterRoleBindings: CollectionName = `${group}/clusterrolebindings`;
const roleBindings: CollectionName = `${group}/rolebindings`;
const collections = [clusterRoles, roles, clusterRoleBindings, roleBindings] as const;

/** Rules that a subject has, everywhere ('') or in one namespace. */
interface Grant {
  readonly namespace: string;
  readonly rules: readonly PolicyRule[];
  /** Says which binding allowed it. */
  readonly decision: Decision;
}

export interface RbacAuthorizer {
  readonly authorize: Authorizer;
  /** Every rule that the user has in the namespace (and cluster-wide): for escalation checks and rules reviews. */
  rulesFor(user: UserInfo, namespace: string): Promise<PolicyRule[]>;
  /** The rules of a role reference, or undefined when it does not exist. */
  rulesOf(kind: string, name: string, namespace: string): Promise<readonly PolicyRule[] | undefined>;
}

export function createRbacAuthorizer(objects: LiveObjects): RbacAuthorizer {
  let builtFrom: string | undefined;
  let grants = new Map<string, Grant[]>();
  const current = () => {
    const versions = collections.map((collection) => objects.version(collection)).join();
    if (versions !== builtFrom) {
      grants = grantsBySubject(objects);
      builtFrom = versions;
    }
    return grants;
  };
  const decide = (attributes: AuthorizationAttributes) => {
    const index = current();
    for (const subject of subjectsOf(attributes.user)) {
      for (const grant of index.get(subject) ?? []) {
        if (grant.namespace !== '' && (!attributes.isResourceRequest || grant.namespace !== attributes.namespace))
          continue;
        if (grant.rules.some((rule) => ruleAllows(rule, attributes))) return grant.decision;
      }
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
      const index = current();
      return subjectsOf(user).flatMap((subject) =>
        (index.get(subject) ?? [])
          .filter((grant) => grant.namespace === '' || grant.namespace === namespace)
          .flatMap((grant) => grant.rules),
      );
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

const serviceAccountPrefix = 'system:serviceaccount:';

/** Keys of the index under which a user's grants are found. Service accounts are users with a structured name. */
function subjectsOf(user: UserInfo): string[] {
  return [`User/${user.username}`, ...user.groups.map((name) => `Group/${name}`)];
}

function keyOfSubject(subject: Subject, bindingNamespace: string): string {
  if (subject.kind !== 'ServiceAccount') return `${subject.kind}/${subject.name}`;
  return `User/${serviceAccountPrefix}${subject.namespace || bindingNamespace}:${subject.name}`;
}

/** As reasons print a subject (rbac/v1 helpers). */
function subjectText({ kind, name, namespace }: Subject): string {
  return kind === 'ServiceAccount' && namespace ? `${kind} "${name}/${namespace}"` : `${kind} "${name}"`;
}

function grantsBySubject(objects: LiveObjects): Map<string, Grant[]> {
  const index = new Map<string, Grant[]>();
  const add = (
    { metadata, subjects, roleRef }: RoleBinding,
    namespace: string,
    rules: readonly PolicyRule[] | undefined,
  ) => {
    if (!rules || rules.length === 0) return;
    const name = metadata?.name ?? '';
    const binding = namespace === '' ? `ClusterRoleBinding "${name}"` : `RoleBinding "${name}/${namespace}"`;
    for (const subject of subjects ?? []) {
      const reason = `RBAC: allowed by ${binding} of ${roleRef.kind} "${roleRef.name}" to ${subjectText(subject)}`;
      const grant: Grant = { namespace, rules, decision: { decision: 'allow', reason } };
      const key = keyOfSubject(subject, namespace);
      const found = index.get(key);
      if (found) found.push(grant);
      else index.set(key, [grant]);
    }
  };
  const rulesOfClusterRole = (name: string) => (objects.get(clusterRoles, '', name) as ClusterRole | undefined)?.rules;
  for (const object of objects.list(clusterRoleBindings)) {
    const binding = object as RoleBinding;
    add(binding, '', rulesOfClusterRole(binding.roleRef.name));
  }
  for (const object of objects.list(roleBindings)) {
    const binding = object as RoleBinding;
    const { roleRef } = binding;
    const namespace = binding.metadata?.namespace ?? '';
    const rules =
      roleRef.kind === 'ClusterRole'
        ? rulesOfClusterRole(roleRef.name)
        : (objects.get(roles, namespace, roleRef.name) as ClusterRole | undefined)?.rules;
    add(binding, namespace, rules);
  }
  return index;
}
