/**
 * The controllers of a cluster, for the composition root: what upstream's kube-controller-manager runs by default. Names are
 * upstream's names of the loops' clients; order means nothing.
 */

import type { ControllerFactory } from '#runtime/controller.ts';
import { certificateApproving } from './certificates/approving.ts';
import { certificateCleaner } from './certificates/cleaner.ts';
import { type CertificateAuthority, certificateSigning } from './certificates/signing.ts';
import { clusterRoleAggregationController } from './cluster-role-aggregation/controller.ts';
import { cronJobController } from './cron-job/controller.ts';
import { daemonSetController } from './daemon-set/controller.ts';
import { deploymentController } from './deployment/controller.ts';
import { disruptionController } from './disruption/controller.ts';
import { endpointSliceController } from './endpoint-slice/controller.ts';
import { endpointSliceMirroringController } from './endpoint-slice-mirroring/controller.ts';
import { endpointsController } from './endpoints/controller.ts';
import { ephemeralVolumeController } from './ephemeral-volume/controller.ts';
import { garbageCollectorController } from './garbage-collector/controller.ts';
import { horizontalPodAutoscalerController } from './horizontal-pod-autoscaler/controller.ts';
import { jobController } from './job/controller.ts';
import type { ControllerMetrics } from './metrics.ts';
import { namespaceController } from './namespace/controller.ts';
import { type NodeIpamConfig, nodeIpamController } from './node-ipam/controller.ts';
import { type NodeLifecycleConfig, nodeLifecycleController } from './node-lifecycle/controller.ts';
import { persistentVolumeBinder } from './persistent-volume-binder/controller.ts';
import { type PodGcConfig, podGcController } from './pod-gc/controller.ts';
import {
  attributesClassProtectionController,
  claimProtectionController,
  volumeProtectionController,
} from './protection/controller.ts';
import { replicaSetController } from './replica-set/controller.ts';
import { replicationController } from './replication-controller/controller.ts';
import { resourceQuotaController } from './resource-quota/controller.ts';
import { rootCaCertPublisher } from './root-ca-cert-publisher/controller.ts';
import { serviceAccountController } from './service-account/controller.ts';
import { statefulSetController } from './stateful-set/controller.ts';
import { taintEvictionController } from './taint-eviction/controller.ts';
import { ttlController } from './ttl/controller.ts';
import { ttlAfterFinishedController } from './ttl-after-finished/controller.ts';
import { validatingAdmissionPolicyStatusController } from './validating-admission-policy-status/controller.ts';

export interface ControllersConfig {
  /** PEM bundle by which pods verify the API server; without it no kube-root-ca.crt is published. */
  readonly rootCa?: string | undefined;
  /** Without it certificate requests are approved in vain. */
  readonly authority?: CertificateAuthority | undefined;
  /** Without it nodes get no pod CIDR from us. */
  readonly nodeIpam?: NodeIpamConfig | undefined;
  readonly nodeLifecycle?: NodeLifecycleConfig | undefined;
  readonly podGc?: PodGcConfig | undefined;
  /** Absent: nothing is measured. */
  readonly metrics?: ControllerMetrics | undefined;
}

export function allControllers(config: ControllersConfig = {}): ControllerFactory[] {
  return [
    attributesClassProtectionController,
    certificateCleaner,
    claimProtectionController,
    clusterRoleAggregationController,
    cronJobController(config.metrics),
    disruptionController,
    endpointSliceMirroringController,
    ephemeralVolumeController,
    persistentVolumeBinder,
    ttlAfterFinishedController,
    ttlController,
    volumeProtectionController,
    daemonSetController,
    deploymentController,
    endpointSliceController,
    endpointsController,
    garbageCollectorController,
    horizontalPodAutoscalerController,
    jobController(config.metrics),
    namespaceController,
    nodeLifecycleController(config.nodeLifecycle, config.metrics),
    podGcController(config.podGc),
    replicaSetController,
    replicationController,
    resourceQuotaController,
    serviceAccountController,
    statefulSetController,
    taintEvictionController(config.metrics),
    validatingAdmissionPolicyStatusController,
    ...(config.rootCa === undefined ? [] : [rootCaCertPublisher(config.rootCa)]),
    ...(config.authority === undefined
      ? []
      : [certificateApproving(config.authority), certificateSigning(config.authority)]),
    ...(config.nodeIpam === undefined ? [] : [nodeIpamController(config.nodeIpam)]),
  ];
}
