/**
 * RBACEscalation: nobody hands out permissions that they do not hold. Who writes a role must hold its rules (or may `escalate` it), who
 * writes a binding must hold the rules of the role that it refers to (or may `bind` it). Upstream does this in the storage of
 * these kinds (pkg/registry/rbac); the place in the request is the same: after what changes the object, webhooks too, and before its validation.
 */

import { newBadRequest, newForbidden, newNotFound } from '#api/errors.ts';
import type { KubeObject } from '#api/object.ts';
import { semanticallyEqual } from '#api/semantic-equal.ts';
import type { AdmissionContext, AdmissionPlugin } from '#apiserver/admission-plugin.ts';
import { superuserGroup } from '#apiserver/authorization/chain.ts';
import type { RbacAuthorizer } from '#apiserver/authorization/rbac.ts';
import { ruleText, uncovered } from '#apiserver/authorization/rbac-rules.ts';
import type { Authorizer } from '#apiserver/authorizer.ts';
import type { ClusterRole, PolicyRule, RoleBinding } from '#kinds/generated/rbac-v1.ts';

const group = 'rbac.authorization.k8s.io';
const fullAuthority: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

export interface EscalationConfig {
  readonly rbac: Pick<RbacAuthorizer, 'rulesFor' | 'rulesOf'>;
  /** The whole chain of authorizers, asked for the verbs escalate and bind. */
  readonly authorize: Authorizer;
}

export function rbacEscalation({ rbac, authorize }: EscalationConfig): AdmissionPlugin {
  /** What of these rules the user lacks, as upstream words the refusal; undefined when nothing. */
  const missing = async (context: AdmissionContext, rules: readonly PolicyRule[]): Promise<string | undefined> => {
    const { user, namespace } = context;
    const lacking = uncovered(await rbac.rulesFor(user, namespace), rules);
    if (lacking.length === 0) return undefined;
    const groups = user.groups.map((name) => JSON.stringify(name)).join(' ');
    const list = [...new Set(compact(lacking).map(ruleText))].sort().join('\n');
    return `user ${JSON.stringify(user.username)} (groups=[${groups}]) is attempting to grant RBAC permissions not currently held:\n${list}`;
  };
  const may = async (context: AdmissionContext, verb: string, resource: string, name: string): Promise<boolean> => {
    const { user, namespace } = context;
    const asked = { verb, resource, name, subresource: '', path: '', apiGroup: group, apiVersion: '*' };
    const { decision } = await authorize({ user, namespace, isResourceRequest: true, ...asked });
    return decision === 'allow';
  };
  const refuse = (context: AdmissionContext, reason: string | undefined): void => {
    if (reason === undefined) return;
    throw newForbidden({ group, resource: context.resource.resource }, context.name, reason);
  };
  const inspectRole = async (context: AdmissionContext): Promise<void> => {
    const { resource, operation } = context;
    const role = context.object as unknown as ClusterRole;
    if (await may(context, 'escalate', resource.resource, operation === 'CREATE' ? '' : context.name)) return;
    refuse(context, await missing(context, role.rules ?? []));
    if (!aggregates(role) && !aggregates(context.oldObject as ClusterRole | undefined)) return;
    if ((await missing(context, fullAuthority)) === undefined) return;
    refuse(context, 'must have cluster-admin privileges to use the aggregationRule');
  };
  const inspectBinding = async (context: AdmissionContext): Promise<void> => {
    const { kind, name = '' } = (context.object as unknown as RoleBinding).roleRef ?? {};
    // Validation refuses other kinds.
    if (kind !== 'Role' && kind !== 'ClusterRole') return;
    const resource = kind === 'Role' ? 'roles' : 'clusterroles';
    if (await may(context, 'bind', resource, name)) return;
    if (name === '') throw newBadRequest('Name parameter required.');
    if (kind === 'Role' && context.namespace === '') throw newBadRequest('Namespace parameter required.');
    const rules = await rbac.rulesOf(kind, name, context.namespace);
    if (!rules) throw newNotFound({ group, resource: context.resource.resource }, name);
    refuse(context, await missing(context, rules));
  };
  return {
    name: 'RBACEscalation',
    handles: (operation) => operation === 'CREATE' || operation === 'UPDATE',
    inspect: (context) => {
      const { resource, user, object, oldObject } = context;
      if (resource.group !== group || user.groups.includes(superuserGroup) || !object) return undefined;
      if (oldObject && changesOwnersOnly(object, oldObject)) return undefined;
      switch (resource.resource) {
        case 'roles':
        case 'clusterroles':
          return inspectRole(context).then(() => []);
        case 'rolebindings':
        case 'clusterrolebindings':
          return inspectBinding(context).then(() => []);
        default:
          return undefined;
      }
    },
  };
}

function aggregates(role: ClusterRole | undefined): boolean {
  return (role?.aggregationRule?.clusterRoleSelectors ?? []).length > 0;
}

/** The garbage collector and finalizers must get on with objects that its user could not have made. */
function changesOwnersOnly(object: KubeObject, old: KubeObject): boolean {
  const rest = ({ metadata, ...content }: KubeObject) => {
    const { ownerReferences: _owners, finalizers: _finalizers, managedFields: _managed, ...kept } = metadata ?? {};
    return { ...content, metadata: { ...kept, resourceVersion: '' } };
  };
  return semanticallyEqual(rest(object), rest(old));
}

/** Joins the verbs of rules about the same resource and name; those about paths stay as they are. */
function compact(rules: readonly PolicyRule[]): PolicyRule[] {
  const byResource = new Map<string, PolicyRule>();
  const paths: PolicyRule[] = [];
  for (const rule of rules) {
    if (rule.nonResourceURLs) {
      paths.push(rule);
      continue;
    }
    const key = JSON.stringify([rule.apiGroups, rule.resources, rule.resourceNames]);
    const found = byResource.get(key);
    byResource.set(key, found ? { ...found, verbs: [...found.verbs, ...rule.verbs] } : rule);
  }
  return [...paths, ...byResource.values()];
}
