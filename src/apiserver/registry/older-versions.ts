/**
 * Versions that upstream serves no more and still knows (legacyscheme): an object in one of them is told that its version is not the
 * one that is expected, where nobody knows what others are.
 */

const rbacKinds = ['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'];
const flowKinds = ['FlowSchema', 'PriorityLevelConfiguration'];
const policyKinds = [
  'MutatingAdmissionPolicy',
  'MutatingAdmissionPolicyBinding',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
];

const kindsByVersion: Readonly<Record<string, readonly string[]>> = {
  'admissionregistration.k8s.io/v1alpha1': policyKinds,
  'admissionregistration.k8s.io/v1beta1': [
    ...policyKinds,
    'MutatingWebhookConfiguration',
    'ValidatingWebhookConfiguration',
  ],
  'apps/v1beta1': ['ControllerRevision', 'Deployment', 'Scale', 'StatefulSet'],
  'apps/v1beta2': ['ControllerRevision', 'DaemonSet', 'Deployment', 'ReplicaSet', 'Scale', 'StatefulSet'],
  'authentication.k8s.io/v1alpha1': ['SelfSubjectReview'],
  'authentication.k8s.io/v1beta1': ['SelfSubjectReview', 'TokenReview'],
  'authorization.k8s.io/v1beta1': [
    'LocalSubjectAccessReview',
    'SelfSubjectAccessReview',
    'SelfSubjectRulesReview',
    'SubjectAccessReview',
  ],
  'batch/v1beta1': ['CronJob'],
  'certificates.k8s.io/v1beta1': ['CertificateSigningRequest'],
  'coordination.k8s.io/v1beta1': ['Lease'],
  'discovery.k8s.io/v1beta1': ['EndpointSlice'],
  'events.k8s.io/v1beta1': ['Event'],
  'extensions/v1beta1': ['DaemonSet', 'Deployment', 'Ingress', 'NetworkPolicy', 'ReplicaSet', 'Scale'],
  'flowcontrol.apiserver.k8s.io/v1beta1': flowKinds,
  'flowcontrol.apiserver.k8s.io/v1beta2': flowKinds,
  'flowcontrol.apiserver.k8s.io/v1beta3': flowKinds,
  'networking.k8s.io/v1beta1': ['Ingress', 'IngressClass'],
  'node.k8s.io/v1alpha1': ['RuntimeClass'],
  'node.k8s.io/v1beta1': ['RuntimeClass'],
  'policy/v1beta1': ['Eviction', 'PodDisruptionBudget'],
  'rbac.authorization.k8s.io/v1alpha1': rbacKinds,
  'rbac.authorization.k8s.io/v1beta1': rbacKinds,
  'scheduling.k8s.io/v1beta1': ['PriorityClass'],
  'storage.k8s.io/v1alpha1': ['CSIStorageCapacity', 'VolumeAttachment', 'VolumeAttributesClass'],
  'storage.k8s.io/v1beta1': ['CSIDriver', 'CSINode', 'CSIStorageCapacity', 'StorageClass', 'VolumeAttachment'],
};

export function isOlderVersion(apiVersion: string, kind: string): boolean {
  // It is what a client says: 'constructor' is no version.
  return Object.hasOwn(kindsByVersion, apiVersion) && (kindsByVersion[apiVersion]?.includes(kind) ?? false);
}
