/** Every built-in kind: what the composition root hands to the API server. Adding a kind is its folder and one line here. */

import type { ResourceDefinition } from '#api/definition.ts';
import { MutatingAdmissionPolicies } from '#kinds/admissionregistration/mutating-admission-policy/definition.ts';
import { MutatingAdmissionPolicyBindings } from '#kinds/admissionregistration/mutating-admission-policy-binding/definition.ts';
import { MutatingWebhookConfigurations } from '#kinds/admissionregistration/mutating-webhook-configuration/definition.ts';
import { ValidatingAdmissionPolicies } from '#kinds/admissionregistration/validating-admission-policy/definition.ts';
import { ValidatingAdmissionPolicyBindings } from '#kinds/admissionregistration/validating-admission-policy-binding/definition.ts';
import { ValidatingWebhookConfigurations } from '#kinds/admissionregistration/validating-webhook-configuration/definition.ts';
import { CustomResourceDefinitions } from '#kinds/apiextensions/custom-resource-definition/definition.ts';
import { APIServices } from '#kinds/apiregistration/api-service/definition.ts';
import { ControllerRevisions } from '#kinds/apps/controller-revision/definition.ts';
import { DaemonSets } from '#kinds/apps/daemon-set/definition.ts';
import { Deployments } from '#kinds/apps/deployment/definition.ts';
import { ReplicaSets } from '#kinds/apps/replica-set/definition.ts';
import { StatefulSets } from '#kinds/apps/stateful-set/definition.ts';
import { SelfSubjectReviews } from '#kinds/authentication/self-subject-review/definition.ts';
import { TokenReviews } from '#kinds/authentication/token-review/definition.ts';
import { LocalSubjectAccessReviews } from '#kinds/authorization/local-subject-access-review/definition.ts';
import { SelfSubjectAccessReviews } from '#kinds/authorization/self-subject-access-review/definition.ts';
import { SelfSubjectRulesReviews } from '#kinds/authorization/self-subject-rules-review/definition.ts';
import { SubjectAccessReviews } from '#kinds/authorization/subject-access-review/definition.ts';
import { HorizontalPodAutoscalers } from '#kinds/autoscaling/horizontal-pod-autoscaler/definition.ts';
import { HorizontalPodAutoscalersV1 } from '#kinds/autoscaling/horizontal-pod-autoscaler/v1.ts';
import { CronJobs } from '#kinds/batch/cron-job/definition.ts';
import { Jobs } from '#kinds/batch/job/definition.ts';
import { CertificateSigningRequests } from '#kinds/certificates/certificate-signing-request/definition.ts';
import { Leases } from '#kinds/coordination/lease/definition.ts';
import { Bindings } from '#kinds/core/binding/definition.ts';
import { ComponentStatuses } from '#kinds/core/component-status/definition.ts';
import { ConfigMaps } from '#kinds/core/config-map/definition.ts';
import { Endpoints } from '#kinds/core/endpoints/definition.ts';
import { Events } from '#kinds/core/event/definition.ts';
import { LimitRanges } from '#kinds/core/limit-range/definition.ts';
import { Namespaces } from '#kinds/core/namespace/definition.ts';
import { Nodes } from '#kinds/core/node/definition.ts';
import { PersistentVolumes } from '#kinds/core/persistent-volume/definition.ts';
import { PersistentVolumeClaims } from '#kinds/core/persistent-volume-claim/definition.ts';
import { Pods } from '#kinds/core/pod/definition.ts';
import { PodTemplates } from '#kinds/core/pod-template/definition.ts';
import { ReplicationControllers } from '#kinds/core/replication-controller/definition.ts';
import { ResourceQuotas } from '#kinds/core/resource-quota/definition.ts';
import { Secrets } from '#kinds/core/secret/definition.ts';
import { Services } from '#kinds/core/service/definition.ts';
import { ServiceAccounts } from '#kinds/core/service-account/definition.ts';
import { EndpointSlices } from '#kinds/discovery/endpoint-slice/definition.ts';
import { Events as EventsEvents } from '#kinds/events/event/definition.ts';
import { FlowSchemas } from '#kinds/flowcontrol/flow-schema/definition.ts';
import { PriorityLevelConfigurations } from '#kinds/flowcontrol/priority-level-configuration/definition.ts';
import { Ingresses } from '#kinds/networking/ingress/definition.ts';
import { IngressClasses } from '#kinds/networking/ingress-class/definition.ts';
import { IPAddresses } from '#kinds/networking/ip-address/definition.ts';
import { NetworkPolicies } from '#kinds/networking/network-policy/definition.ts';
import { ServiceCIDRs } from '#kinds/networking/service-cidr/definition.ts';
import { RuntimeClasses } from '#kinds/node/runtime-class/definition.ts';
import { PodDisruptionBudgets } from '#kinds/policy/pod-disruption-budget/definition.ts';
import { ClusterRoles } from '#kinds/rbac/cluster-role/definition.ts';
import { ClusterRoleBindings } from '#kinds/rbac/cluster-role-binding/definition.ts';
import { Roles } from '#kinds/rbac/role/definition.ts';
import { RoleBindings } from '#kinds/rbac/role-binding/definition.ts';
import { DeviceClasses } from '#kinds/resource/device-class/definition.ts';
import { ResourceClaims } from '#kinds/resource/resource-claim/definition.ts';
import { ResourceClaimTemplates } from '#kinds/resource/resource-claim-template/definition.ts';
import { ResourceSlices } from '#kinds/resource/resource-slice/definition.ts';
import { PriorityClasses } from '#kinds/scheduling/priority-class/definition.ts';
import { CSIDrivers } from '#kinds/storage/csi-driver/definition.ts';
import { CSINodes } from '#kinds/storage/csi-node/definition.ts';
import { CSIStorageCapacities } from '#kinds/storage/csi-storage-capacity/definition.ts';
import { StorageClasses } from '#kinds/storage/storage-class/definition.ts';
import { VolumeAttachments } from '#kinds/storage/volume-attachment/definition.ts';
import { VolumeAttributesClasses } from '#kinds/storage/volume-attributes-class/definition.ts';

export const builtinDefinitions: readonly ResourceDefinition[] = [
  Bindings,
  ComponentStatuses,
  ConfigMaps,
  Endpoints,
  Events,
  LimitRanges,
  Namespaces,
  Nodes,
  PersistentVolumeClaims,
  PersistentVolumes,
  Pods,
  PodTemplates,
  ReplicationControllers,
  ResourceQuotas,
  Secrets,
  ServiceAccounts,
  Services,
  ControllerRevisions,
  DaemonSets,
  Deployments,
  ReplicaSets,
  StatefulSets,
  CronJobs,
  Jobs,
  HorizontalPodAutoscalers,
  HorizontalPodAutoscalersV1,
  PodDisruptionBudgets,
  IngressClasses,
  Ingresses,
  IPAddresses,
  NetworkPolicies,
  ServiceCIDRs,
  ClusterRoleBindings,
  ClusterRoles,
  RoleBindings,
  Roles,
  CSIDrivers,
  CSINodes,
  CSIStorageCapacities,
  StorageClasses,
  VolumeAttachments,
  VolumeAttributesClasses,
  PriorityClasses,
  RuntimeClasses,
  CertificateSigningRequests,
  MutatingAdmissionPolicies,
  MutatingAdmissionPolicyBindings,
  MutatingWebhookConfigurations,
  ValidatingAdmissionPolicies,
  ValidatingAdmissionPolicyBindings,
  ValidatingWebhookConfigurations,
  SelfSubjectReviews,
  TokenReviews,
  LocalSubjectAccessReviews,
  SelfSubjectAccessReviews,
  SelfSubjectRulesReviews,
  SubjectAccessReviews,
  CustomResourceDefinitions,
  APIServices,
  FlowSchemas,
  PriorityLevelConfigurations,
  DeviceClasses,
  ResourceClaims,
  ResourceClaimTemplates,
  ResourceSlices,
  Leases,
  EndpointSlices,
  EventsEvents,
];
