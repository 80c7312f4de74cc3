/** What the types and fields of authorization/v1 are, in our words: shown by `kubectl explain`. Language: src/api/openapi/descriptions.ts. */
import type { PackageDescriptions } from '#api/openapi/descriptions.ts';

export const authorizationV1: PackageDescriptions = {
  package: 'k8s.io/api/authorization/v1',
  text: `
SubjectAccessReview: Asks whether some user or group may do something. Answered at once in the status; nothing is stored.
  spec: Who wants to do what.
  status: The answer. Filled in by the server.
SelfSubjectAccessReview: Asks whether the one who asks may do something. Answered at once in the status; nothing is stored.
  spec: What is wanted.
  status: The answer. Filled in by the server.
LocalSubjectAccessReview: Asks whether some user may do something in one namespace, so that the right to ask can be given for that namespace alone.
  spec: Who wants to do what; the namespace must be that of the request.
  status: The answer. Filled in by the server.
ResourceAttributes: A request for resources of the API.
  namespace: Where: empty means all namespaces, or none for cluster-scoped resources.
  verb: What is done: get, list, watch, create, update, patch, delete and so on; * for everything.
  group: API group; empty for the core group, * for all.
  version: API version; * for all.
  resource: Resource in plural; * for all.
  subresource: Subresource; none when empty.
  name: Name of the object; any when empty.
  fieldSelector: Restricts a list, watch or deletecollection by fields.
  labelSelector: Restricts a list, watch or deletecollection by labels.
LabelSelectorAttributes: The label selector of a request, as text or taken apart. Not both.
  rawSelector: The text of the query parameter; the server takes it apart itself.
  requirements: Its parts, all of which must hold.
FieldSelectorAttributes: The field selector of a request, as text or taken apart. Not both.
  rawSelector: The text of the query parameter; the server takes it apart itself.
  requirements: Its parts, all of which must hold.
NonResourceAttributes: A request for a path that is no resource.
  path: Path in the URL, such as /healthz.
  verb: HTTP method in lower case.
SubjectAccessReviewSpec: Who wants to do what. Exactly one of resourceAttributes and nonResourceAttributes is set, and user or groups.
  resourceAttributes: Asks about a resource.
  nonResourceAttributes: Asks about another path.
  user: Name of the user. With groups absent, a user in no group is meant.
  groups: Groups of the user.
  extra: What authentication said besides; given to the authorizers.
  uid: UID of the user.
SelfSubjectAccessReviewSpec: What is wanted. Exactly one of the two is set.
  resourceAttributes: Asks about a resource.
  nonResourceAttributes: Asks about another path.
SubjectAccessReviewStatus: The answer to a question about access.
  allowed: Whether the action may be done.
  denied: Whether an authorizer forbids it outright. Neither allowed nor denied also means no, for want of an opinion.
  reason: Why, for people.
  evaluationError: What went wrong in finding the answer; it may be valid all the same.
SelfSubjectRulesReview: Asks what the one who asks may do in a namespace, for showing it. SubjectAccessReview answers for real decisions.
  spec: Which namespace.
  status: The rules. Filled in by the server.
SelfSubjectRulesReviewSpec: Where permissions are asked for.
  namespace: The namespace; required.
SubjectRulesReviewStatus: What may be done in a namespace, as far as authorizers can tell.
  resourceRules: Permissions for resources; order means nothing and repeats are possible.
  nonResourceRules: Permissions for other paths; order means nothing and repeats are possible.
  incomplete: Whether rules may be missing, since some authorizers cannot list theirs.
  evaluationError: What went wrong; the rules listed hold all the same.
ResourceRule: Verbs that are allowed for resources.
  verbs: What may be done; * for everything.
  apiGroups: API groups, an empty string for the core group; * for all.
  resources: Resources in plural, also with a subresource after a slash; * for all.
  resourceNames: Names of the only objects allowed; any when empty.
NonResourceRule: Verbs that are allowed for other paths.
  verbs: HTTP methods in lower case; * for all.
  nonResourceURLs: Paths, where * may stand for the last part, or alone for all.
`,
};
