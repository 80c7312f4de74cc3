/** What the types and fields of meta/v1 are, in our words: shown by `kubectl explain`. Language: src/api/openapi/descriptions.ts. */

import type { PackageDescriptions } from '#api/openapi/descriptions.ts';

export const metaV1: PackageDescriptions = {
  package: 'k8s.io/apimachinery/pkg/apis/meta/v1',
  text: `
ListMeta: Data about a list as a whole.
  selfLink: Deprecated: no longer set.
  resourceVersion: Opaque version of the collection when it was read; a watch can begin from it. Set by the server.
  continue: Opaque token with which the next request gets the following chunk, under the same conditions; it expires after some minutes. Empty: the list is complete.
  remainingItemCount: About how many items come after this chunk. Absent when unknown, as with selectors, or when nothing remains.
  shardInfo: Which shard of the collection the list shows. Absent: all of it.
ShardInfo: The shard of a collection that was asked for.
  selector: The selector of the shard, as the request gave it.
ObjectMeta: What every stored object has: name, labels, and what the server notes about it.
  name: Unique among the objects of the kind in the namespace; does not change.
  generateName: Prefix of a unique name that the server makes when name is not given.
  namespace: The space in which the name is unique. Absent for cluster-scoped kinds. Immutable.
  selfLink: Deprecated: no longer set.
  uid: Tells the object from all others that ever had its name. Set by the server.
  resourceVersion: Opaque version of the stored object, for optimistic locking and watches. Set by the server.
  generation: Counts the changes of the desired state. Set by the server.
  creationTimestamp: CreationTimestamp is a timestamp of when the server created the object. Set by the server.
  deletionTimestamp: When the object will be removed, once a deletion was asked for. Set by the server.
  deletionGracePeriodSeconds: Seconds that the object has to end by itself before it is removed. Set by the server; may only be lowered.
  labels: Labels are short facts by which selectors find the object.
  annotations: Annotations hold whatever tools want to keep with the object, 256 KiB in all; they cannot be selected by.
  ownerReferences: Objects that this one depends on: when all of them are gone, so is it. At most one is the managing controller.
  finalizers: Who still has to clean up: a deleted object stays until all names were taken away. Their order means nothing.
  managedFields: Which manager set which fields. Kept by the server for server-side apply.
OwnerReference: Points at an object of the same namespace, or a cluster-scoped one, that another depends on.
  apiVersion: Group and version of the owner.
  kind: Kind of the owner.
  name: Name of the owner.
  uid: Uid of the owner, so that a later object of its name does not count.
  controller: True for the controller that manages the object; at most one owner may say so.
  blockOwnerDeletion: True keeps an owner that is deleted in the foreground until this object is gone. Setting it needs the right to update the owner's finalizers. Default false.
DeleteOptions: How to delete.
  gracePeriodSeconds: Seconds that the object has to end by itself; 0 deletes at once. Absent means the default of the kind or object.
  preconditions: What must hold of the object; otherwise the answer is 409 Conflict.
  orphanDependents: Deprecated: true leaves dependents alone, false deletes them. Use propagationPolicy, which this excludes.
  propagationPolicy: What becomes of dependents: Orphan leaves them, Background deletes them afterwards, Foreground beforehand. Absent means the default of the kind.
  dryRun: With the value All, the only one, the request passes every stage but nothing is stored.
  ignoreStoreReadErrorWithClusterBreakingPotential: Deletes an object even if what is stored cannot be decrypted or decoded, without finalizers or preconditions. May break what depends on it. Needs the right unsafe-delete-ignore-read-errors.
Preconditions: What must hold of an object for a change to be made.
  uid: Its uid must be this.
  resourceVersion: Its version must be this.
Status: The answer to a request that returns no object, most of all an error.
  status: Success or Failure.
  message: What happened, for people to read.
  reason: A CamelCase word for why it failed, such as NotFound; tells more than the code. Absent when there is nothing to say.
  details: More about the failure, by reason.
  code: HTTP status code; 0 if not set.
StatusDetails: What a failure is about. Which fields are set depends on the reason.
  name: Name of the object concerned, when there is a single one.
  group: API group of the kind.
  kind: Resource or kind of the object concerned.
  uid: Uid of the object concerned.
  causes: Single causes, such as each invalid field.
  retryAfterSeconds: Seconds to wait before the next attempt. Absent: no advice.
StatusCause: One cause of a failure.
  reason: A word for the cause, such as FieldValueInvalid. Absent when there is nothing to say.
  message: The cause in full, for people to read.
  field: Path of the field as it stands in JSON, such as spec.ports[0].port.
APIVersions: Versions of the core group that the server serves.
  versions: The versions, such as v1.
  serverAddressByClientCIDRs: Addresses of the server, by the network that a client is in.
APIGroupList: All API groups but the core one.
  groups: The groups.
APIGroup: An API group with its versions.
  name: Name of the group, such as apps.
  versions: Its versions, the one to prefer first.
  preferredVersion: The version that clients should take when they know several.
  serverAddressByClientCIDRs: Addresses of the server, by the network that a client is in. Clients may ignore it.
ServerAddressByClientCIDR: The address that clients of one network use to reach the server.
  clientCIDR: The network of the client, in CIDR form.
  serverAddress: Host, or host:port, of the server.
GroupVersionForDiscovery: An API group and version, both joined and apart.
  groupVersion: Group and version, as apiVersion has them.
  version: The version alone.
APIResource: What a server offers about one resource or subresource.
  name: Plural name as it stands in paths, for a subresource RESOURCE/SUBRESOURCE.
  singularName: Name for one of them, as commands accept it. Empty for subresources.
  namespaced: Whether its objects are inside namespaces.
  group: API group of its objects. Absent means that of the list; scale for instance has another.
  version: Version of its objects. Absent means that of the list.
  kind: Kind of its objects.
  verbs: What can be done: get, list, watch, patch, update, create, delete and deletecollection.
  shortNames: Short names for commands, such as po.
  categories: Groupings that commands know, such as all.
  storageVersionHash: Stands for the version in which objects are stored; comparing it for equality tells of a change.
APIResourceList: The resources of one API group and version.
  groupVersion: The group and version.
  resources: Its resources and subresources.
Patch: A patch as it stands in the body of a request; the content type says of which sort it is.
LabelSelector: Which objects are meant, by their labels: all conditions must hold. An empty selector matches all objects, an absent one none.
  matchLabels: Labels that must have exactly these values.
  matchExpressions: Conditions on labels.
LabelSelectorRequirement: A condition on one label.
  key: Key of the label.
  operator: In, NotIn, Exists or DoesNotExist.
  values: At least one for In and NotIn, none for Exists and DoesNotExist.
FieldSelectorRequirement: A condition on one field that can be selected by.
  key: The field, such as metadata.name.
  operator: In, NotIn, Exists or DoesNotExist; others may come.
  values: At least one for In and NotIn, none for Exists and DoesNotExist.
ManagedFieldsEntry: The fields that one manager has set in one way.
  manager: Who set them, as fieldManager of the requests.
  operation: Apply (server-side apply) or Update (any other write).
  apiVersion: Group and version in which the fields are named.
  time: When an entry's fields or their manager last changed. Losing fields to others does not count.
  fieldsType: Form of the set of fields: FieldsV1.
  fieldsV1: The fields.
  subresource: Subresource through which they were set. Empty: the object itself.
Condition: One observed fact about an object.
  type: Which fact, in CamelCase, with a domain in front if need be; unique in the list.
  status: True, False or Unknown.
  observedGeneration: Generation of the object that the fact was observed at; an older one means that it may be out of date.
  lastTransitionTime: When status last changed its value.
  reason: A CamelCase word for the cause of the last change, as the one who sets the type defines it. Not empty.
  message: Details of the last change, for people to read. May be empty.
WatchEvent: One event of a watch.
  type: ADDED, MODIFIED, DELETED, BOOKMARK or ERROR.
  object: The object after the change, before it for DELETED; only with a resourceVersion for BOOKMARK, a Status for ERROR.
FieldsV1: A set of fields as nested keys: f:NAME is a field, k:KEYS an element by its keys, v:VALUE an element by its value, i:INDEX one by its place, and "." the thing itself.
MicroTime: A time as RFC 3339 writes it, in UTC with microseconds: 2026-01-02T15:04:05.000000Z.
Time: A time as RFC 3339 writes it, to the second; null when unset. The server answers in UTC: 2026-01-02T15:04:05Z.
`,
};
