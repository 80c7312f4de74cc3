/** What the types and fields of apiextensions/v1 are, in our words: shown by `kubectl explain`. Language: src/api/openapi/descriptions.ts. */
import type { PackageDescriptions } from '#api/openapi/descriptions.ts';

export const apiextensionsV1: PackageDescriptions = {
  package: 'k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1',
  text: `
CustomResourceDefinitionSpec: What a custom resource is called, and its versions.
  group: API group, a domain such as example.com. The definition's own name is PLURAL.GROUP. Cannot be changed.
  names: What the resource and its kind are called.
  scope: Namespaced or Cluster. Cannot be changed once the resource is served.
  versions: The versions; exactly one is stored. Clients see releases such as v2 before v1, then betas, then alphas, then other names by alphabet.
  conversion: How objects are turned from one version into another.
  preserveUnknownFields: Deprecated: must be false; x-kubernetes-preserve-unknown-fields in a schema replaces it.
CustomResourceConversion: How objects are turned from one version into another.
  strategy: None changes only apiVersion, Webhook asks a webhook. Default None.
  webhook: The webhook; required with Webhook and not allowed with None.
WebhookConversion: A webhook that converts objects.
  clientConfig: Where it is and how it proves who it is.
  conversionReviewVersions: Versions of ConversionReview that it understands, best first; v1 or v1beta1 must be among them.
WebhookClientConfig: How to reach a webhook: exactly one of url and service.
  url: Address as https://host:port/path, without user, query or fragment; seen from the API server.
  service: The Service in front of it; to be preferred for webhooks within the cluster.
  caBundle: PEM certificates that the webhook's certificate is checked against; those of the system when absent.
ServiceReference: A Service and the path on it.
  namespace: Its namespace.
  name: Its name.
  path: Path in the URL of each request.
  port: Its port, which must speak HTTPS; default 443.
CustomResourceDefinitionVersion: One version of a custom resource.
  name: Name of the version, such as v1beta1; a DNS label, unique in the list.
  served: Whether the version is part of the API.
  storage: Whether objects are stored in this version; true for exactly one.
  deprecated: Whether clients that use the version are warned; default false.
  deprecationWarning: What the warning says, up to 256 characters; made by the server when absent. Only with deprecated.
  schema: What objects look like in this version. Required.
  subresources: Subresources of the objects; none when absent.
  additionalPrinterColumns: Columns of tables beside the name; the age when empty.
  selectableFields: Fields that field selectors may use, beside metadata.name and metadata.namespace; at most 8.
SelectableField: A field that field selectors may use.
  jsonPath: Simple path to it, such as .spec.color, without lists. It must be a string, integer or boolean in the schema, and outside metadata.
CustomResourceColumnDefinition: A column of tables.
  name: Heading.
  type: Kind of value: integer, number, string, boolean or date.
  format: More on the value: int32, int64, float, double, byte, date, date-time or password; name marks the column that names the object.
  description: For people: what the column shows.
  priority: 0 (the default) shows it always, a higher number only in wide tables.
  jsonPath: Simple path to the value in the object, such as .spec.replicas.
CustomResourceDefinitionNames: What a custom resource and its kind are called.
  plural: Lower-case plural, as in URLs: /apis/GROUP/VERSION/PLURAL. Cannot be changed.
  singular: Lower-case singular, for command lines; the kind in lower case when absent.
  shortNames: Lower-case short forms for command lines.
  kind: Kind of the objects, in camel case. Cannot be changed once the resource is served.
  listKind: Kind of lists of them; the kind with List after it when absent.
  categories: Groups that the resource is listed under by clients, such as all.
CustomResourceDefinitionCondition: One observation of a definition's state.
  type: NamesAccepted, Established (the resource is served), Terminating, NonStructuralSchema or KubernetesAPIApprovalPolicyConformant.
  status: Whether it holds: True, False or Unknown.
  lastTransitionTime: When the status changed last.
  reason: The cause of the last change, as one CamelCase word for programs.
  message: The last change explained for people.
  observedGeneration: The metadata.generation of the definition that was looked at.
CustomResourceDefinitionStatus: State of a definition.
  conditions: Observations of its state.
  acceptedNames: The names in use; they differ from the spec's where those belong to another definition.
  storedVersions: Versions in which objects were ever stored. Each can be taken out of the spec only after all objects were migrated and it was removed here.
  observedGeneration: The metadata.generation that this status was made from.
CustomResourceDefinition: Adds a resource to the API, with objects that the server stores and checks. Its name is PLURAL.GROUP.
  spec: What the resource is called, and its versions.
  status: Whether it is served.
CustomResourceValidation: What objects look like.
  openAPIV3Schema: Schema of the whole object; must be structural. Fields that it does not have are removed.
CustomResourceSubresources: Subresources of custom objects.
  status: Adds /status: status is written there alone, and changes elsewhere leave it as it was. Only changes of the rest count as new generations.
  scale: Adds /scale, with which autoscalers and kubectl scale work.
CustomResourceSubresourceStatus: Has no settings: being there turns the subresource status on.
CustomResourceSubresourceScale: Where in the object the subresource scale reads and writes.
  specReplicasPath: Simple path under .spec to the number wanted; it must be set in objects for the scale to be readable.
  statusReplicasPath: Simple path under .status to the number that exists; taken as 0 where absent.
  labelSelectorPath: Simple path under .status or .spec to a label selector in text form; autoscaling needs it.
JSONSchemaProps: JSON Schema of a value, with what Kubernetes adds. In a custom resource it must be structural.
  id: Identifier of the schema. Not allowed in custom resources.
  $schema: Dialect of the schema. Not allowed in custom resources.
  $ref: Path of another schema that stands here. Not allowed in custom resources.
  description: For people: what the value is. Shown by kubectl explain.
  type: What the value is: object, array, string, integer, number or boolean.
  format: Narrows the type, such as date-time, ipv4 or int64; formats that are unknown check nothing.
  title: For people: a heading.
  default: Value set when the field is absent, also in objects already stored; must itself match the schema.
  maximum: Largest number allowed.
  exclusiveMaximum: Whether the maximum itself is out.
  minimum: Smallest number allowed.
  exclusiveMinimum: Whether the minimum itself is out.
  maxLength: Most characters that a string may have.
  minLength: Fewest characters that a string may have.
  pattern: Regular expression that a string must match somewhere.
  maxItems: Most items that a list may have.
  minItems: Fewest items that a list may have.
  uniqueItems: Whether items must all differ. Cannot be true in custom resources: x-kubernetes-list-type set does this.
  multipleOf: The number must be a multiple of this.
  enum: The only values allowed.
  maxProperties: Most properties that an object may have.
  minProperties: Fewest properties that an object may have.
  required: Properties that must be there.
  items: Schema of the items of a list. A list of schemas is not allowed in custom resources.
  allOf: The value must match all of these.
  oneOf: The value must match exactly one of these.
  anyOf: The value must match at least one of these.
  not: The value must not match this.
  properties: Schemas of an object's properties, by name.
  additionalProperties: Schema of properties not listed, or whether there may be any. Excludes properties in custom resources.
  patternProperties: Schemas of properties by regular expression of their names. Not allowed in custom resources.
  dependencies: What a property's presence asks of the rest. Not allowed in custom resources.
  additionalItems: Schema of items beyond those listed one by one. Not allowed in custom resources.
  definitions: Schemas for reference by $ref. Not allowed in custom resources.
  externalDocs: Where more is written about the value.
  example: A value that would do; for people.
  nullable: Whether null is allowed; otherwise a null is dropped where there is a default, and refused elsewhere. Default false.
  x-kubernetes-preserve-unknown-fields: True keeps fields that the schema does not have, from here down to where properties are given again.
  x-kubernetes-embedded-resource: True marks a whole object within this one, whose apiVersion, kind and metadata are checked as such.
  x-kubernetes-int-or-string: True allows an integer or a string, and then type must be absent.
  x-kubernetes-list-map-keys: Properties that together tell the items of a list apart; required with list type map and not allowed otherwise. They need defaults or must be required.
  x-kubernetes-list-type: How a list is merged: atomic (the default) as one value, set as unique scalars, map as items told apart by keys.
  x-kubernetes-map-type: How an object is merged: granular (the default) field by field, atomic as one value.
  x-kubernetes-validations: Rules in CEL that the value must meet.
ValidationRule: A rule in CEL that a value must meet.
  rule: CEL that is true for a good value, which it sees as self. A rule with oldSelf is for changes only, unless optionalOldSelf is set.
  message: Told to the user when it is not; one line. Required when the rule has several lines.
  messageExpression: CEL that makes the message, from the same variables; message is used when it fails or makes an empty text.
  reason: Reason of the error reported: FieldValueInvalid (the default), FieldValueForbidden, FieldValueRequired or FieldValueDuplicate.
  fieldPath: Path, relative to this place in the schema, of the field that the error is shown at; must exist in it.
  optionalOldSelf: True evaluates the rule for new values too: oldSelf is an optional then, empty when there was no value.
ExternalDocumentation: Where more is written.
  description: For people: what is found there.
  url: The address.
JSON: Any value in JSON.
JSONSchemaPropsOrArray: A schema, or a list of them.
JSONSchemaPropsOrBool: A schema, or whether anything is allowed at all.
JSONSchemaPropsOrStringArray: A schema, or names of properties.
`,
};
