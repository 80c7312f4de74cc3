/** What the types and fields of rbac/v1 are, in our words: shown by `kubectl explain`. Language: src/api/openapi/descriptions.ts. */
import type { PackageDescriptions } from '#api/openapi/descriptions.ts';

export const rbacV1: PackageDescriptions = {
  package: 'k8s.io/api/rbac/v1',
  text: `
PolicyRule: Allows verbs on resources of the API or on other paths of the server. Rules only add; nothing can be denied.
  verbs: What may be done, such as get, list, watch, create, update, patch, delete; * for everything.
  apiGroups: Groups of the resources, an empty string for the core group; * for all.
  resources: Resources in plural, such as pods, or with a subresource, pods/log; * for all, */scale for that subresource of all.
  resourceNames: Names of the only objects allowed; any when empty. Not of use for create, which comes before the name is known.
  nonResourceURLs: Paths outside the resources, such as /healthz; * may stand for the last part. Only in ClusterRoles that are bound cluster-wide.
Subject: Someone to whom a role is given.
  kind: User, Group or ServiceAccount.
  apiGroup: Group of the kind: empty for ServiceAccount, rbac.authorization.k8s.io otherwise, which are also the defaults.
  name: Name of the user, group or service account.
  namespace: Where the service account is; not allowed for users and groups.
RoleRef: The role that a binding gives. Cannot be changed: delete the binding and make another.
  apiGroup: Always rbac.authorization.k8s.io.
  kind: Role or ClusterRole.
  name: Name of the role.
Role: A set of permissions within its namespace, to be given by RoleBindings.
  rules: What the role allows.
RoleBinding: Gives the permissions of a Role, or of a ClusterRole, to subjects within the binding's namespace.
  subjects: To whom the role is given; to nobody when empty.
  roleRef: A Role of this namespace, or a ClusterRole. Cannot be changed.
ClusterRole: A set of permissions for the whole cluster, to be given by ClusterRoleBindings or, for one namespace, by RoleBindings.
  rules: What the role allows.
  aggregationRule: Takes the rules from other ClusterRoles; rules is then kept by a controller and changes to it are overwritten.
AggregationRule: Which ClusterRoles are joined into one.
  clusterRoleSelectors: ClusterRoles that any of these selects give their rules.
ClusterRoleBinding: Gives the permissions of a ClusterRole to subjects in the whole cluster.
  subjects: To whom the role is given; to nobody when empty.
  roleRef: The ClusterRole. Cannot be changed.
`,
};
