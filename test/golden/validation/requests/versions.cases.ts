/** Objects in another version than the one that they are sent to: known ones, known of old, and unknown. */

import { type GoldenCase, goldenNamespace } from '../golden-case.ts';

const namespaced = (group: string, plural: string): string => `/apis/${group}/namespaces/${goldenNamespace}/${plural}`;
const targets: readonly (readonly [path: string, kind: string, versions: readonly string[]])[] = [
  [
    namespaced('autoscaling/v1', 'horizontalpodautoscalers'),
    'HorizontalPodAutoscaler',
    ['autoscaling/v2', 'autoscaling/v2beta2'],
  ],
  [namespaced('autoscaling/v2', 'horizontalpodautoscalers'), 'HorizontalPodAutoscaler', ['autoscaling/v1']],
  ['events', 'Event', ['events.k8s.io/v1', 'events.k8s.io/v1beta1', 'events.k8s.io/v2']],
  [namespaced('events.k8s.io/v1', 'events'), 'Event', ['v1', 'events.k8s.io/v1beta1']],
  [
    namespaced('apps/v1', 'deployments'),
    'Deployment',
    ['extensions/v1beta1', 'apps/v1beta1', 'apps/v1beta2', 'apps/v1beta3', 'v1'],
  ],
  [namespaced('apps/v1', 'deployments'), 'ReplicaSet', ['apps/v1', 'apps/v1beta2', 'apps/v1beta1']],
  [namespaced('apps/v1', 'daemonsets'), 'DaemonSet', ['extensions/v1beta1', 'apps/v1beta1']],
  [namespaced('apps/v1', 'statefulsets'), 'StatefulSet', ['apps/v1beta1', 'extensions/v1beta1']],
  [namespaced('apps/v1', 'controllerrevisions'), 'ControllerRevision', ['apps/v1beta1', 'apps/v1beta2']],
  [namespaced('batch/v1', 'cronjobs'), 'CronJob', ['batch/v1beta1', 'batch/v2alpha1']],
  [
    namespaced('networking.k8s.io/v1', 'ingresses'),
    'Ingress',
    ['networking.k8s.io/v1beta1', 'extensions/v1beta1', 'networking.k8s.io/v1alpha1'],
  ],
  ['/apis/networking.k8s.io/v1/ingressclasses', 'IngressClass', ['networking.k8s.io/v1beta1']],
  [namespaced('networking.k8s.io/v1', 'networkpolicies'), 'NetworkPolicy', ['extensions/v1beta1']],
  [namespaced('policy/v1', 'poddisruptionbudgets'), 'PodDisruptionBudget', ['policy/v1beta1']],
  [
    '/apis/rbac.authorization.k8s.io/v1/clusterroles',
    'ClusterRole',
    ['rbac.authorization.k8s.io/v1beta1', 'rbac.authorization.k8s.io/v1alpha1'],
  ],
  ['/apis/resource.k8s.io/v1/deviceclasses', 'DeviceClass', ['resource.k8s.io/v1beta1', 'resource.k8s.io/v1beta2']],
  ['/apis/scheduling.k8s.io/v1/priorityclasses', 'PriorityClass', ['scheduling.k8s.io/v1beta1']],
  ['/apis/node.k8s.io/v1/runtimeclasses', 'RuntimeClass', ['node.k8s.io/v1beta1', 'node.k8s.io/v1alpha1']],
  ['/apis/storage.k8s.io/v1/storageclasses', 'StorageClass', ['storage.k8s.io/v1beta1', 'storage.k8s.io/v1alpha1']],
  [namespaced('storage.k8s.io/v1', 'csistoragecapacities'), 'CSIStorageCapacity', ['storage.k8s.io/v1beta1']],
  ['/apis/storage.k8s.io/v1/csidrivers', 'CSIDriver', ['storage.k8s.io/v1beta1']],
  ['/apis/storage.k8s.io/v1/volumeattributesclasses', 'VolumeAttributesClass', ['storage.k8s.io/v1beta1']],
  [namespaced('discovery.k8s.io/v1', 'endpointslices'), 'EndpointSlice', ['discovery.k8s.io/v1beta1']],
  [namespaced('coordination.k8s.io/v1', 'leases'), 'Lease', ['coordination.k8s.io/v1beta1']],
  [
    '/apis/certificates.k8s.io/v1/certificatesigningrequests',
    'CertificateSigningRequest',
    ['certificates.k8s.io/v1beta1'],
  ],
  [
    '/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas',
    'FlowSchema',
    ['flowcontrol.apiserver.k8s.io/v1beta1', 'flowcontrol.apiserver.k8s.io/v1beta3'],
  ],
  [
    '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations',
    'ValidatingWebhookConfiguration',
    ['admissionregistration.k8s.io/v1beta1', 'admissionregistration.k8s.io/v1alpha1'],
  ],
  [
    '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies',
    'ValidatingAdmissionPolicy',
    ['admissionregistration.k8s.io/v1beta1', 'admissionregistration.k8s.io/v1alpha1'],
  ],
  ['/apis/authorization.k8s.io/v1/subjectaccessreviews', 'SubjectAccessReview', ['authorization.k8s.io/v1beta1']],
  ['/apis/authentication.k8s.io/v1/tokenreviews', 'TokenReview', ['authentication.k8s.io/v1beta1']],
  ['configmaps', 'ConfigMap', ['v2', 'apps/v1', 'constructor', '__proto__']],
];

export const cases: readonly GoldenCase[] = targets.flatMap(([path, kind, versions]) =>
  versions.map((apiVersion) => ({
    name: `${apiVersion} ${kind} as ${path.replace(/^.*\//, '')}${path.includes('autoscaling/v2') ? ' of v2' : ''}${path.startsWith('/apis/events') ? ' of its group' : ''}`,
    method: 'POST',
    path,
    body: { apiVersion, kind, metadata: { name: 'x' } },
    dryRun: true,
  })),
);
