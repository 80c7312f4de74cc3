/** What the types and fields of admissionregistration/v1 are, in our words: shown by `kubectl explain`. Language: src/api/openapi/descriptions.ts. */
import type { PackageDescriptions } from '#api/openapi/descriptions.ts';

export const admissionregistrationV1: PackageDescriptions = {
  package: 'k8s.io/api/admissionregistration/v1',
  text: `
Rule: Groups, versions and resources that are matched; all must fit.
  apiGroups: API groups of the resources, an empty string for the core group; * alone for all. Required.
  apiVersions: Versions of the resources; * alone for all. Required.
  resources: Resources in plural such as pods, pods/* for all subresources, */scale for one of all, */* for everything. Required.
  scope: Cluster, Namespaced, or * (the default) for both. A Namespace counts as Cluster, subresources like their object.
ValidatingAdmissionPolicy: Rules in CEL that requests must meet. They apply where a ValidatingAdmissionPolicyBinding says so.
  spec: Which requests are looked at, and what must hold.
  status: What the server found in checking the policy.
ValidatingAdmissionPolicyStatus: What the server found in checking a policy.
  observedGeneration: The metadata.generation that was checked.
  typeChecking: Doubts about the types in the expressions; absent until checked.
  conditions: Observations of the policy's state, at most one of each type.
TypeChecking: Doubts about the types in a policy's expressions. They do not keep the policy from working.
  expressionWarnings: Expression by expression, what is doubtful.
ExpressionWarning: A doubt about one expression.
  fieldRef: Path of the field with the expression, such as spec.validations[0].expression.
  warning: What is doubtful, for each kind that was tried, over several lines.
ValidatingAdmissionPolicySpec: Which requests are looked at, and what must hold. At least one of validations and auditAnnotations is required.
  paramKind: Kind of the objects that bindings may give as params; none are there when absent.
  matchConstraints: Which requests the policy is for; resourceRules in it is required.
  validations: What must hold; all are evaluated.
  failurePolicy: When an expression cannot be evaluated or the policy is set up wrongly: Fail (the default) refuses the request, Ignore lets it pass.
  auditAnnotations: What to note in the audit event; at most 20.
  matchConditions: Expressions that must all be true for the policy to apply; at most 64. An error counts as failurePolicy says.
  variables: Named expressions for use in those that follow and in the rest of the policy, as variables.NAME; evaluated when first used.
ParamKind: A kind of objects with parameters for a policy.
  apiVersion: Group and version, such as rules.example.com/v1. Required.
  kind: The kind. Required.
Validation: Something that must hold of a request.
  expression: CEL that is true when the request is fine. It sees object, oldObject, request, params, namespaceObject, variables and authorizer.
  message: Told to the user when it is not; one line. The expression itself when absent.
  reason: Gives the HTTP code of the refusal: Forbidden, Invalid (the default) or RequestEntityTooLarge.
  messageExpression: CEL that makes the message, with all variables but authorizer; message is used when it fails or makes an empty or longer text.
Variable: A named expression of a policy.
  name: Name of the variable, an identifier in CEL; unique in the policy.
  expression: CEL that gives its value, of any type; may use variables before it.
AuditAnnotation: A note for the audit event of a request.
  key: Key of the note after the policy's name, POLICY/KEY; unique in the policy.
  valueExpression: CEL that makes its text, or null for no note; up to 5 KiB long. Notes beyond 10 KiB are cut.
ValidatingAdmissionPolicyBinding: Puts a ValidatingAdmissionPolicy to work: for which requests, with which parameters, with what effect.
  spec: Which policy, where and how.
ValidatingAdmissionPolicyBindingSpec: Which policy is put to work, where and how.
  policyName: The policy; the binding has no effect while there is none of that name. Required.
  paramRef: Objects with parameters; the policy is evaluated once for each.
  matchResources: Narrows the requests further: those that the policy itself is for must also match here.
  validationActions: What a failed validation does: Deny refuses, Warn warns the client, Audit notes it. Deny and Warn exclude each other. Required.
ParamRef: Which objects give a policy its parameters: either name or selector.
  name: Name of the one object.
  namespace: Where to look for namespaced kinds; in the namespace of the request when absent. Not allowed for cluster-scoped kinds.
  selector: Takes every object that it selects; all of the kind when empty.
  parameterNotFoundAction: With no such object: Allow lets requests pass, Deny treats them as failurePolicy says. Required.
MatchResources: Which requests match: those that all of the fields allow.
  namespaceSelector: By labels of the object's namespace, or of the object that is itself a Namespace; other cluster-scoped ones match. Empty takes all.
  objectSelector: By labels of the new or the old object; one of them must match. Users can leave it unmatched by choice of labels. Empty takes all.
  resourceRules: By operation, resource and name; one of these must match. A binding may leave it empty, which takes all; a policy may not.
  excludeResourceRules: What these match is left out, whatever resourceRules says.
  matchPolicy: Equivalent (the default) also takes requests for the same resource in another group or version, Exact only those listed.
NamedRuleWithOperations: Operations, resources and names that are matched; all must fit.
  resourceNames: Names of the only objects that match; any when empty.
ValidatingWebhookConfiguration: Webhooks that are asked whether requests may pass.
  webhooks: The webhooks; all that match are asked at the same time, after objects were changed for the last time.
MutatingWebhookConfiguration: Webhooks that may change the objects of requests before they are stored, or refuse them.
  webhooks: The webhooks; they are asked one after the other, and configurations in order of their names.
ValidatingWebhook: A webhook that may refuse requests.
  name: A full domain name such as check.example.com, unique in the configuration.
  clientConfig: Where it is and how it proves who it is.
  rules: Which operations on which resources it is asked about; one rule must match. Webhooks are never asked about webhook configurations.
  failurePolicy: When it cannot be asked: Fail (the default) refuses the request, Ignore goes on without it.
  matchPolicy: Equivalent (the default) also takes requests for the same resource in another group or version, converted first; Exact only those listed.
  namespaceSelector: By labels of the object's namespace, or of the object that is itself a Namespace; other cluster-scoped ones match. Empty takes all.
  objectSelector: By labels of the new or the old object; one of them must match. Empty takes all. No protection, as users choose labels.
  sideEffects: None, or NoneOnDryRun when it has effects of its own but heeds dryRun. Required; others refuse dry runs and are no longer accepted.
  timeoutSeconds: How long to wait for its answer, 1 to 30 seconds; default 10. Then failurePolicy decides.
  admissionReviewVersions: Versions of AdmissionReview that it understands, best first; v1 or v1beta1 must be among them.
  matchConditions: CEL expressions that must all be true for it to be asked; at most 64. One false means no; errors count as failurePolicy says.
MutatingWebhook as ValidatingWebhook: A webhook that may change or refuse requests.
  name: A full domain name such as fill.example.com, unique in the configuration.
  reinvocationPolicy: Never (the default) asks once per request; IfNeeded asks once more when the object was changed after its answer.
MutatingAdmissionPolicy: Changes to objects of requests, written in CEL. They apply where a MutatingAdmissionPolicyBinding says so.
  spec: Which requests are looked at, and how objects are changed.
MutatingAdmissionPolicySpec: Which requests are looked at, and how objects are changed.
  paramKind: Kind of the objects that bindings may give as params; none are there when absent.
  matchConstraints: Which requests the policy is for; resourceRules in it is required, and DELETE cannot be matched.
  variables: Named expressions for use in those that follow and in the mutations, as variables.NAME; evaluated when first used.
  mutations: The changes, made in this order; at least one.
  failurePolicy: When an expression cannot be evaluated or the policy is set up wrongly: Fail (the default) refuses the request, Ignore leaves it as it is.
  matchConditions: Expressions that must all be true for the policy to apply; at most 64. An error counts as failurePolicy says.
  reinvocationPolicy: Never applies the policy once per request; IfNeeded once more when the object was changed afterwards. Required.
Mutation: One change to an object. Exactly the member that patchType names is set.
  patchType: ApplyConfiguration or JSONPatch.
  applyConfiguration: A partial object to merge, as server-side apply does.
  jsonPatch: A list of JSON patch operations.
ApplyConfiguration: A change by merging a partial object.
  expression: CEL that makes the partial object, such as Object{spec: Object.spec{replicas: 1}}. Atomic lists, maps and structs cannot be changed so.
JSONPatch: A change by JSON patch.
  expression: CEL that makes a list of JSONPatch values with op, path, from and value; jsonpatch.escapeKey escapes keys in a path.
MutatingAdmissionPolicyBinding: Puts a MutatingAdmissionPolicy to work: for which requests and with which parameters.
  spec: Which policy, where and how.
MutatingAdmissionPolicyBindingSpec: Which policy is put to work, where and how.
  policyName: The policy; the binding has no effect while there is none of that name. Required.
  paramRef: Objects with parameters; the policy is applied once for each.
  matchResources: Narrows the requests further: those that the policy itself is for must also match here.
RuleWithOperations: Operations and resources that are matched; all must fit.
  operations: CREATE, UPDATE, DELETE, CONNECT, or * alone for all. Required.
WebhookClientConfig: How to reach a webhook: exactly one of url and service.
  url: Address as https://host:port/path, without user, query or fragment; seen from the API server.
  service: The Service in front of it; to be preferred for webhooks within the cluster.
  caBundle: PEM certificates that the webhook's certificate is checked against; those of the system when absent.
ServiceReference: A Service and the path on it.
  namespace: Its namespace.
  name: Its name.
  path: Path in the URL of each request.
  port: Its port, which must speak HTTPS; default 443.
MatchCondition: A condition on requests.
  name: Name for logs and messages, unique in the list; a name with an optional domain, as label keys have.
  expression: CEL that is true when the request matches. It sees object, oldObject, request and authorizer; in policies also params.
`,
};
