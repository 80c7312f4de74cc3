/** What the types and fields of apps/v1 are, in our words: shown by `kubectl explain`. Language: src/api/openapi/descriptions.ts. */
import type { PackageDescriptions } from '#api/openapi/descriptions.ts';

export const appsV1: PackageDescriptions = {
  package: 'k8s.io/api/apps/v1',
  text: `
StatefulSet: Runs pods that keep an identity: each has an ordinal, a lasting name and, where asked for, volumes of its own that outlive it.
  spec: Which pods are wanted, how many, and how they are created and replaced.
  status: What the controller last saw of the pods; may lag behind the spec.
StatefulSetUpdateStrategy: How the pods are brought to a new template.
  type: RollingUpdate (the default) replaces pods from the highest ordinal downwards; OnDelete replaces a pod only when someone deletes it.
  rollingUpdate: Settings of RollingUpdate; not allowed with OnDelete.
RollingUpdateStatefulSetStrategy: Which pods a rolling update touches and how many it may take down at a time.
  partition: Only pods with this ordinal or a higher one get the new template; default 0, which is all of them.
  maxUnavailable: Pods that may be down during an update, as a number or a percentage (rounded up) of replicas; at least 1, which is the default.
StatefulSetPersistentVolumeClaimRetentionPolicy: What becomes of the claims made from volumeClaimTemplates when they are no longer used.
  whenDeleted: On deletion of the StatefulSet: Retain (the default) keeps its claims, Delete removes them once their pods are gone.
  whenScaled: On scaling down: Retain (the default) keeps the claims of the pods removed, Delete removes them too.
StatefulSetOrdinals: How ordinals are given to the pods.
  start: Ordinal of the first pod, default 0: the others follow up to start + replicas - 1.
StatefulSetSpec: The wanted state of a StatefulSet. Name of the service, selector, claim templates and podManagementPolicy stay as they were created.
  replicas: Number of pods wanted; 1 when absent.
  selector: Selects the pods that belong to the set. Must match the labels of the template and cannot be changed.
  template: From this each pod is made; its name becomes that of the set with the ordinal after it.
  volumeClaimTemplates: Claims made for every pod, named TEMPLATE-POD. A pod's volume of the same name is replaced by its claim.
  serviceName: The headless Service that gives the pods their DNS names, POD.SERVICE.NAMESPACE.svc. It must be made separately.
  podManagementPolicy: OrderedReady (the default) starts pods one after the other and stops them in reverse; Parallel waits for none.
  updateStrategy: How existing pods get a changed template; RollingUpdate when absent.
  revisionHistoryLimit: Old ControllerRevisions kept for rolling back; default 10.
  minReadySeconds: Seconds that a new pod must stay ready, without a crash, to be counted as available; default 0.
  persistentVolumeClaimRetentionPolicy: Whether claims are removed with the set or with the pods; all are kept when absent.
  ordinals: Where the numbering of pods starts; at 0 when absent.
StatefulSetStatus: How far a StatefulSet has come.
  observedGeneration: The metadata.generation that this status was made from.
  replicas: Pods that the controller has created.
  readyReplicas: Pods whose Ready condition is true.
  currentReplicas: Pods that still run currentRevision.
  updatedReplicas: Pods that already run updateRevision.
  currentRevision: ControllerRevision of the pods that an update has not reached yet.
  updateRevision: ControllerRevision to which pods are being brought; equals currentRevision when all are.
  collisionCount: How often the hash in a revision's name was already taken; part of the next hash.
  conditions: Observations of the set's state, at most one of each type.
  availableReplicas: Pods that have been ready for minReadySeconds or longer.
StatefulSetCondition: One observation of a StatefulSet's state.
  type: Which state is spoken of; unique in the list.
  status: Whether it holds: True, False or Unknown.
  lastTransitionTime: When the status changed last.
  reason: The cause of the last change, as one CamelCase word for programs.
  message: The last change explained for people.
Deployment: Keeps a number of equal pods running, by way of ReplicaSets, and replaces them step by step when the template changes.
  spec: Which pods are wanted, how many, and how they are replaced.
  status: What the controller last saw; may lag behind the spec.
DeploymentSpec: The wanted state of a Deployment.
  replicas: Number of pods wanted; 1 when absent. Leave it out where an autoscaler sets it.
  selector: Selects the pods that belong to the Deployment. Must match the template's labels and cannot be changed.
  template: From this the pods are made. A change starts a rollout. Its restartPolicy must be Always.
  strategy: How pods of an old template are replaced by new ones; a rolling update when absent.
  minReadySeconds: Seconds for which a new pod must stay ready to be counted as available; default 0.
  revisionHistoryLimit: Old ReplicaSets kept, scaled to zero, for rolling back; default 10.
  paused: While true, a changed template starts no rollout; scaling goes on.
  progressDeadlineSeconds: Seconds without progress of a rollout after which the condition Progressing turns false; default 600. Nothing is rolled back.
DeploymentStrategy: How pods of an old template are replaced by new ones.
  type: RollingUpdate (the default) replaces pods gradually; Recreate ends all old pods before it starts new ones.
  rollingUpdate: Limits of a rolling update; not allowed with Recreate.
RollingUpdateDeployment: How far the number of pods may go below and above replicas during a rollout. The two cannot both be 0.
  maxUnavailable: Pods that may be missing from replicas, as a number or a percentage (rounded down); default 25%.
  maxSurge: Pods that may exist beyond replicas, as a number or a percentage (rounded up); default 25%.
DeploymentStatus: How far a Deployment has come.
  observedGeneration: The metadata.generation that this status was made from.
  replicas: Pods of all its ReplicaSets together that are not being deleted.
  updatedReplicas: Pods made from the present template that are not being deleted.
  readyReplicas: Pods whose Ready condition is true and that are not being deleted.
  availableReplicas: Pods that have been ready for minReadySeconds or longer.
  unavailableReplicas: Pods still missing from full availability: not yet made, or not yet available.
  terminatingReplicas: Pods that are being deleted and have not ended yet; absent where this is not tracked.
  conditions: Observations of its state: Available, Progressing, ReplicaFailure.
  collisionCount: How often the hash in a ReplicaSet's name was already taken; part of the next hash.
DeploymentCondition as StatefulSetCondition: One observation of a Deployment's state.
  type: Available (enough pods run), Progressing (the rollout advances or is complete) or ReplicaFailure (a pod could not be made or deleted).
  lastUpdateTime: When the condition was written last, even with an unchanged status.
DaemonSetUpdateStrategy: How the pods of a DaemonSet are brought to a new template.
  type: RollingUpdate (the default) replaces pods node by node; OnDelete replaces a pod only when someone deletes it.
  rollingUpdate: Limits of a rolling update; not allowed with OnDelete.
RollingUpdateDaemonSet: How many nodes an update works on at a time. Exactly one of the two limits must be other than 0.
  maxUnavailable: Nodes whose pod may be missing meanwhile, as a number or a percentage (rounded up) of the nodes meant to run one; default 1.
  maxSurge: Nodes on which the new pod may run beside the old one until it is ready, as a number or a percentage (rounded up); default 0.
DaemonSetSpec: The wanted state of a DaemonSet.
  selector: Selects the pods that belong to the set. Must match the template's labels and cannot be changed.
  template: From this a pod is made on each node that fits its node selector, affinity and tolerations. Its restartPolicy must be Always.
  updateStrategy: How existing pods get a changed template; RollingUpdate when absent.
  minReadySeconds: Seconds for which a new pod must stay ready to be counted as available; default 0.
  revisionHistoryLimit: Old ControllerRevisions kept for rolling back; default 10.
DaemonSetStatus: How far a DaemonSet has come. All numbers count nodes.
  currentNumberScheduled: Nodes that have a pod of the set and are meant to.
  numberMisscheduled: Nodes that have a pod of the set although they are not meant to.
  desiredNumberScheduled: Nodes that are meant to run a pod of the set.
  numberReady: Nodes meant to run the pod on which it is ready.
  observedGeneration: The metadata.generation that this status was made from.
  updatedNumberScheduled: Nodes on which the pod already has the present template.
  numberAvailable: Nodes on which the pod has been ready for minReadySeconds or longer.
  numberUnavailable: Nodes meant to run an available pod that have none.
  collisionCount: How often the hash in a revision's name was already taken; part of the next hash.
  conditions: Observations of the set's state, at most one of each type.
DaemonSetCondition as StatefulSetCondition: One observation of a DaemonSet's state.
DaemonSet: Runs one pod on every node, or on every node that its template selects, as nodes come and go.
  spec: Which pod is wanted on which nodes, and how it is replaced.
  status: What the controller last saw; may lag behind the spec.
ReplicaSet: Keeps a number of equal pods running. Mostly made by a Deployment, which should be used instead.
  spec: Which pods are wanted, and how many.
  status: What the controller last saw; may lag behind the spec.
ReplicaSetSpec: The wanted state of a ReplicaSet.
  replicas: Number of pods wanted; 1 when absent.
  minReadySeconds: Seconds for which a new pod must stay ready to be counted as available; default 0.
  selector: Selects the pods that are counted; ones without a controller are adopted. Must match the template's labels and cannot be changed.
  template: From this missing pods are made; a change does not touch pods that exist.
ReplicaSetStatus: How far a ReplicaSet has come.
  replicas: Pods selected that are not being deleted.
  fullyLabeledReplicas: Of these, pods that carry all labels of the template.
  readyReplicas: Pods whose Ready condition is true and that are not being deleted.
  availableReplicas: Pods that have been ready for minReadySeconds or longer.
  terminatingReplicas: Pods that are being deleted and have not ended yet; absent where this is not tracked.
  observedGeneration: The metadata.generation that this status was made from.
  conditions: Observations of its state, such as ReplicaFailure.
ReplicaSetCondition as StatefulSetCondition: One observation of a ReplicaSet's state.
  type: Which state is spoken of: ReplicaFailure when a pod could not be made or deleted.
ControllerRevision: A snapshot of a template, kept by DaemonSet and StatefulSet controllers for updates and rolling back. Not meant for other use.
  data: The state kept, in the form that its controller chose. Cannot be changed.
  revision: Position in the history: newer snapshots have higher numbers.
`,
};
