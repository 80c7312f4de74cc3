/** What the types and fields of meta/v1 are, in our words: shown by `kubectl explain`. Language: src/api/openapi/descriptions.ts. */

import type { PackageDescriptions } from '#api/openapi/descriptions.ts';

export const metaV1: PackageDescriptions = {
  package: 'k8s.io/apimachinery/pkg/apis/meta/v1',
  text: `
ObjectMeta: What the server keeps of every object beside its content: name, labels, version, owners.
  annotations: Annotations hold whatever tools want to keep with the object; they cannot be selected by.
  creationTimestamp: CreationTimestamp is a timestamp of when the server created the object. Set by the server.
  deletionGracePeriodSeconds: Seconds that the object has to end by itself before it is removed. Set by the server.
  deletionTimestamp: When the object will be removed, once a deletion was asked for. Set by the server.
  finalizers: The object stays, marked for deletion, until every name in this list was taken away by its owner.
  generateName: Prefix of a unique name that the server makes when name is not given.
  generation: Counts the changes of the desired state. Set by the server.
  labels: Labels are short facts by which selectors find the object.
  managedFields: Which manager set which fields. Kept by the server for server-side apply.
  name: Unique among the objects of the kind in the namespace; does not change.
  namespace: The space in which the name is unique. Absent for cluster-scoped kinds.
  ownerReferences: Objects that this one depends on: when all of them are gone, so is it.
  resourceVersion: Opaque version of the stored object, for optimistic locking and watches. Set by the server.
  selfLink: Deprecated, no longer set.
  uid: Tells the object from all others that ever had its name. Set by the server.
`,
};
