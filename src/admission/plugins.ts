/** The plugins of the chain, in upstream's order: what mutates comes before what depends on it, quota comes last. */

import { AdmissionMetrics } from '#apiserver/admission-metrics.ts';
import type { AdmissionPlugin } from '#apiserver/admission-plugin.ts';
import type { Authorizer } from '#apiserver/authorizer.ts';
import type { LiveObjects } from '#apiserver/live-objects.ts';
import type { CredentialsFor } from '#apiserver/webhook/post.ts';
import type { WebhookClient } from '#apiserver/webhook/webhook-client.ts';
import type { Env } from '#base/env.ts';
import { MetricsRegistry } from '#base/metrics.ts';
import { alwaysAdmit, alwaysDeny } from './always-admit-deny.ts';
import { alwaysPullImages } from './always-pull-images.ts';
import { certificateSubjectRestriction } from './certificate-subject.ts';
import { certificateApproval, certificateRequester, certificateSigning } from './certificates.ts';
import type { AdmissionConfiguration } from './configuration.ts';
import { defaultIngressClass } from './default-ingress-class.ts';
import { denyServiceExternalIPs } from './deny-service-external-ips.ts';
import { eventRateLimit } from './event-rate-limit.ts';
import { extendedResourceToleration } from './extended-resource-toleration.ts';
import { type ImagePolicyConfig, imagePolicyWebhook } from './image-policy.ts';
import { limitRanger } from './limit-ranger.ts';
import { namespaceLifecycle } from './namespace-lifecycle.ts';
import { type NamespaceMaker, namespaceAutoProvision, namespaceExists } from './namespace-provision.ts';
import { nodeDeclaredFeatures } from './node-declared-features.ts';
import { nodeRestriction } from './node-restriction.ts';
import { ownerReferencesPermissions } from './owner-references.ts';
import { chosen, type PluginChoice } from './plugin-choice.ts';
import { limitPodHardAntiAffinityTopology } from './pod-anti-affinity-topology.ts';
import { podNodeSelector } from './pod-node-selector.ts';
import { podResizeValidator } from './pod-resize.ts';
import { podSecurity } from './pod-security/plugin.ts';
import { podTolerationRestriction } from './pod-toleration-restriction.ts';
import { defaultTolerationSeconds } from './pod-tolerations.ts';
import { podTopologyLabels } from './pod-topology-labels.ts';
import { mutatingPolicies } from './policy/mutating.ts';
import { validatingPolicies } from './policy/validating.ts';
import { priority } from './priority.ts';
import { type EscalationConfig, rbacEscalation } from './rbac-escalation.ts';
import { resourceClaimAccess } from './resource-claim-access.ts';
import { type QuotaWriter, resourceQuota } from './resource-quota.ts';
import { runtimeClass } from './runtime-class.ts';
import type { ServedResources } from './served-resources.ts';
import { serviceAccountAdmission } from './service-account.ts';
import { defaultStorageClass, persistentVolumeClaimResize, storageObjectInUseProtection } from './storage.ts';
import { taintNodesByCondition } from './taint-nodes.ts';
import { mutatingWebhooks } from './webhook/mutating.ts';
import { validatingWebhooks } from './webhook/validating.ts';

export interface AdmissionConfig {
  readonly objects: LiveObjects;
  readonly env: Env;
  readonly writeQuota: QuotaWriter;
  /** Absent: what policies and webhooks do is counted where nobody looks. */
  readonly metrics?: AdmissionMetrics;
  /** What a configuration file says of single plugins. */
  readonly configuration?: Omit<AdmissionConfiguration, 'imagePolicy'>;
  /** For the plugins that are off by default and need more than others; absent: those that need it cannot be chosen. */
  readonly optional?: {
    readonly makeNamespace: NamespaceMaker;
    readonly imagePolicy?: ImagePolicyConfig | undefined;
  };
  /** Absent for the plugins that are on by default. */
  readonly plugins?: PluginChoice;
  /** Absent where RBAC is not what authorizes. */
  readonly escalation?: EscalationConfig;
  /** For the plugins that API objects configure, policies and webhooks; absent where nothing outside can be called. */
  readonly dynamic?: {
    readonly client: WebhookClient;
    /** Who the API server is to webhooks; nobody when absent. */
    readonly mutatingCredentials?: CredentialsFor;
    readonly validatingCredentials?: CredentialsFor;
    readonly resources: ServedResources;
    readonly authorize: Authorizer;
  };
}

export function defaultAdmissionPlugins({
  objects,
  env,
  writeQuota,
  escalation,
  dynamic,
  plugins,
  configuration,
  optional,
  metrics = new AdmissionMetrics(new MetricsRegistry()),
}: AdmissionConfig): AdmissionPlugin[] {
  const inTree: AdmissionPlugin[] = [
    alwaysAdmit,
    ...(optional ? [namespaceAutoProvision(objects, optional.makeNamespace)] : []),
    namespaceLifecycle(objects),
    namespaceExists(objects),
    limitPodHardAntiAffinityTopology,
    limitRanger(objects),
    serviceAccountAdmission(objects, env),
    nodeRestriction(objects, escalation?.authorize ?? dynamic?.authorize),
    taintNodesByCondition,
    alwaysPullImages,
    ...(optional?.imagePolicy ? [imagePolicyWebhook(optional.imagePolicy)] : []),
    podNodeSelector(objects, configuration?.podNodeSelector),
    priority(objects),
    defaultTolerationSeconds,
    podTolerationRestriction(objects, configuration?.podTolerations),
    eventRateLimit(configuration?.eventLimits ?? [], env.clock),
    extendedResourceToleration,
    defaultStorageClass(objects),
    storageObjectInUseProtection,
    ...(dynamic ? [ownerReferencesPermissions(dynamic)] : []),
    persistentVolumeClaimResize(objects),
    runtimeClass(objects),
    podSecurity(objects, metrics, configuration?.podSecurity),
    certificateRequester,
    certificateApproval(escalation?.authorize),
    certificateSigning(escalation?.authorize),
    certificateSubjectRestriction,
    defaultIngressClass(objects),
    denyServiceExternalIPs,
    podTopologyLabels(objects),
    nodeDeclaredFeatures(objects),
    podResizeValidator(objects),
    resourceClaimAccess(objects, escalation?.authorize),
    ...(escalation ? [rbacEscalation(escalation)] : []),
  ];
  const configured = dynamic && { objects, env, metrics, ...dynamic };
  const all = [
    ...inTree,
    ...(configured
      ? [
          mutatingPolicies(configured),
          mutatingWebhooks({ ...configured, credentials: configured.mutatingCredentials }),
          validatingPolicies(configured),
          validatingWebhooks({ ...configured, credentials: configured.validatingCredentials }),
        ]
      : []),
    resourceQuota(objects, writeQuota, env.clock, configuration?.limitedResources),
    alwaysDeny,
  ];
  return chosen(all, plugins);
}
