/** What the types and fields of flowcontrol/v1 are, in our words: shown by `kubectl explain`. Language: src/api/openapi/descriptions.ts. */
import type { PackageDescriptions } from '#api/openapi/descriptions.ts';

export const flowcontrolV1: PackageDescriptions = {
  package: 'k8s.io/api/flowcontrol/v1',
  text: `
FlowSchema: Sorts requests to the API server into a priority level, and there into flows that are served fairly.
  spec: Which requests, and where to.
  status: Whether the priority level exists.
FlowSchemaSpec: Which requests, and where to.
  priorityLevelConfiguration: The priority level that the requests go to; the schema has no effect while there is none of that name.
  matchingPrecedence: Of all schemas that match a request the one with the least number counts, by name between equals. 1 to 10000, default 1000.
  distinguisherMethod: How requests are split into flows; all are one flow when absent.
  rules: A request matches when one of these does; none does when empty.
FlowDistinguisherMethod: How the requests of a schema are split into flows.
  type: ByUser makes a flow of each user, ByNamespace one of each namespace.
PriorityLevelConfigurationReference: Names a priority level.
  name: Its name.
PolicyRulesWithSubjects: Matches requests by who sends them and what they are for.
  subjects: Senders; at least one, any of which may match.
  resourceRules: Requests for resources; one of these or of nonResourceRules must match.
  nonResourceRules: Requests for other paths.
Subject: A sender of requests. Exactly the member that kind names is set.
  kind: User, Group or ServiceAccount.
  user: Matches by name of the user.
  group: Matches by group.
  serviceAccount: Matches service accounts.
UserSubject: A user by name.
  name: Name of the user; * for everyone.
GroupSubject: The users of a group.
  name: Name of the group; * for everyone. system:authenticated and the like are groups too.
ServiceAccountSubject: A service account, or all of a namespace.
  namespace: Its namespace.
  name: Its name; * for all in the namespace.
ResourcePolicyRule: Matches requests for resources: verb, group, resource and namespace must all fit.
  verbs: Verbs such as get or create; * alone for all.
  apiGroups: API groups, an empty string for the core group; * alone for all.
  resources: Resources in lower-case plural, also with a subresource after a slash; * alone for all.
  clusterScope: Whether requests without a namespace match; default false.
  namespaces: Namespaces of the requests; * alone for all. May be empty only with clusterScope.
NonResourcePolicyRule: Matches requests for paths that are no resources.
  verbs: HTTP methods in lower case; * alone for all.
  nonResourceURLs: Paths, where /* may end one to mean what is below; * alone for all.
FlowSchemaStatus: State of a flow schema.
  conditions: Dangling: whether the priority level is missing.
FlowSchemaCondition: One observation of a flow schema's state.
  type: Dangling is the one that the API server sets.
  status: Whether it holds: True, False or Unknown.
  lastTransitionTime: When the status changed last.
  reason: The cause of the last change, as one CamelCase word for programs.
  message: The last change explained for people.
PriorityLevelConfiguration: A level of priority among requests to the API server, with a share of what it can do at a time.
  spec: How large the share is, and what happens to requests beyond it.
  status: State of the level.
PriorityLevelConfigurationSpec: How large the share of a level is, and what happens to requests beyond it.
  type: Limited, or Exempt, whose requests never wait; only the level named exempt is Exempt.
  limited: Settings of a Limited level; required for it and not allowed otherwise.
  exempt: Settings of the Exempt level.
LimitedPriorityLevelConfiguration: How large the share of a Limited level is, how it is lent, and what happens to requests beyond it.
  nominalConcurrencyShares: Weight of the level: the server's requests at a time are divided among levels by it. Default 30.
  limitResponse: What happens to a request when the level is full.
  lendablePercent: Percentage, 0 to 100, of the level's places that others may borrow while they are free; default 0.
  borrowingLimitPercent: How many places it may borrow from others, in percent of its own; no limit when absent, 0 for none.
ExemptPriorityLevelConfiguration: What the Exempt level sets aside for itself and lends. Its requests are not limited by that.
  nominalConcurrencyShares: Weight of the level when the server's requests at a time are divided; default 0.
  lendablePercent: Percentage, 0 to 100, of the level's places that others may borrow while they are free; default 0.
LimitResponse: What happens to a request when its level is full.
  type: Queue lets it wait, Reject answers 429 at once.
  queuing: Settings of the queues; required with Queue and not allowed with Reject.
QueuingConfiguration: How requests wait. Each flow is dealt a few of the queues and uses the shortest of them.
  queues: Number of queues; default 64. More of them keep flows better apart; with 1 flows do not matter.
  handSize: Queues dealt to each flow, not more than queues; default 8. Few of them shield flows better from a heavy one.
  queueLengthLimit: Requests that may wait in one queue; those beyond are answered 429. Default 50.
PriorityLevelConfigurationStatus: State of a priority level.
  conditions: Observations of its state, at most one of each type.
PriorityLevelConfigurationCondition as FlowSchemaCondition: One observation of a priority level's state.
  type: Which state is spoken of; unique in the list.
`,
};
