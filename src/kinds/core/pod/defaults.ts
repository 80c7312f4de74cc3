/**
 * Defaults of pods and of every kind that carries a pod template (upstream: pkg/apis/core/v1/defaults.go). `defaultPodSpec` is
 * shared by all; `defaultPod` adds what is only set on pods themselves.
 */

import type { Draft } from '#base/edit.ts';
import type {
  Container,
  EphemeralContainer,
  HTTPGetAction,
  LifecycleHandler,
  Pod,
  PodSpec,
  PodStatus,
  PodTemplateSpec,
  Probe,
  ResourceRequirements,
  Volume,
} from '#kinds/generated/core-v1.ts';
import { defaultPullPolicy } from './image.ts';
import { defaultPodLevelRequests } from './resources.ts';

/** Mode 0644 of files that volumes project. */
const fileMode = 0o644;

export function defaultPod(pod: Draft<Pod>): void {
  const { spec, status } = pod;
  if (status) mirrorPodIP(status);
  if (!spec) return;
  defaultPodSpec(spec);
  // Of pods only: templates keep what they say (Convert_v1_Pod_To_core_Pod).
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) spec.terminationGracePeriodSeconds = 1;
  for (const container of [...(spec.containers ?? []), ...(spec.initContainers ?? [])]) {
    container.resources ??= {};
    requestsFromLimits(container.resources);
  }
  defaultPodLevelRequests(spec);
  spec.enableServiceLinks ??= true;
  if (spec.hostNetwork) {
    for (const container of [...(spec.containers ?? []), ...(spec.initContainers ?? [])]) {
      for (const port of container.ports ?? []) port.hostPort ||= port.containerPort;
    }
  }
}

/** podIP and the first of podIPs are the same, whichever was given; of two the older field counts (Convert_v1_PodStatus_To_core_PodStatus). */
function mirrorPodIP(status: Draft<PodStatus>): void {
  const first = status.podIPs?.[0]?.ip;
  if (!status.podIP) {
    if (first) status.podIP = first;
  } else if (first !== status.podIP) status.podIPs = [{ ip: status.podIP }];
}

export function defaultPodTemplate(template: Draft<PodTemplateSpec> | undefined): void {
  if (!template) return;
  template.metadata ??= {};
  if (template.spec) defaultPodSpec(template.spec);
}

export function defaultPodSpec(spec: Draft<PodSpec>): void {
  spec.dnsPolicy ||= 'ClusterFirst';
  spec.restartPolicy ||= 'Always';
  spec.securityContext ??= {};
  spec.terminationGracePeriodSeconds ??= 30;
  spec.schedulerName ||= 'default-scheduler';
  // The deprecated field mirrors the one that replaced it, whichever was given.
  if (spec.serviceAccountName) spec.serviceAccount = spec.serviceAccountName;
  else if (spec.serviceAccount) spec.serviceAccountName = spec.serviceAccount;
  for (const container of spec.containers ?? []) defaultContainer(container);
  for (const container of spec.initContainers ?? []) defaultContainer(container);
  for (const container of spec.ephemeralContainers ?? []) defaultContainer(container);
  for (const volume of spec.volumes ?? []) defaultVolume(volume);
}

export function defaultContainer(container: Draft<Container> | Draft<EphemeralContainer>): void {
  container.imagePullPolicy ||= defaultPullPolicy(container.image ?? '');
  container.terminationMessagePath ||= '/dev/termination-log';
  container.terminationMessagePolicy ||= 'File';
  container.resources ??= {};
  for (const port of container.ports ?? []) port.protocol ||= 'TCP';
  for (const variable of container.env ?? []) {
    const { fieldRef, fileKeyRef } = variable.valueFrom ?? {};
    if (fieldRef) fieldRef.apiVersion ||= 'v1';
    if (fileKeyRef) fileKeyRef.optional ??= false;
  }
  for (const probe of [container.livenessProbe, container.readinessProbe, container.startupProbe]) {
    if (probe) defaultProbe(probe);
  }
  for (const handler of [container.lifecycle?.postStart, container.lifecycle?.preStop]) {
    if (handler) defaultHandler(handler);
  }
}

function defaultProbe(probe: Draft<Probe>): void {
  probe.timeoutSeconds ||= 1;
  probe.periodSeconds ||= 10;
  probe.successThreshold ||= 1;
  probe.failureThreshold ||= 3;
  defaultHandler(probe);
  if (probe.grpc) probe.grpc.service ??= '';
}

function defaultHandler(handler: Draft<LifecycleHandler>): void {
  if (handler.httpGet) defaultHttpGet(handler.httpGet);
}

function defaultHttpGet(action: Draft<HTTPGetAction>): void {
  action.path ||= '/';
  action.scheme ||= 'HTTP';
}

function requestsFromLimits(resources: Draft<ResourceRequirements>): void {
  if (!resources.limits) return;
  resources.requests = { ...resources.limits, ...resources.requests };
}

function defaultVolume(volume: Draft<Volume>): void {
  if (Object.entries(volume).every(([key, source]) => key === 'name' || source === undefined || source === null)) {
    volume.emptyDir = {};
  }
  const { secret, configMap, downwardAPI, projected, hostPath, image, ephemeral, iscsi, rbd, azureDisk, scaleIO } =
    volume;
  if (secret) secret.defaultMode ??= fileMode;
  if (configMap) configMap.defaultMode ??= fileMode;
  if (downwardAPI) {
    downwardAPI.defaultMode ??= fileMode;
    for (const item of downwardAPI.items ?? []) if (item.fieldRef) item.fieldRef.apiVersion ||= 'v1';
  }
  if (projected) {
    projected.defaultMode ??= fileMode;
    for (const source of projected.sources ?? []) {
      if (source.serviceAccountToken) source.serviceAccountToken.expirationSeconds ??= 3600;
      for (const item of source.downwardAPI?.items ?? []) if (item.fieldRef) item.fieldRef.apiVersion ||= 'v1';
    }
  }
  if (hostPath) hostPath.type ??= '';
  if (image) image.pullPolicy ||= defaultPullPolicy(image.reference ?? '');
  if (ephemeral?.volumeClaimTemplate?.spec) ephemeral.volumeClaimTemplate.spec.volumeMode ??= 'Filesystem';
  if (iscsi) iscsi.iscsiInterface ||= 'default';
  if (rbd) {
    rbd.pool ||= 'rbd';
    rbd.user ||= 'admin';
    rbd.keyring ||= '/etc/ceph/keyring';
  }
  if (azureDisk) {
    azureDisk.cachingMode ??= 'ReadWrite';
    azureDisk.kind ??= 'Shared';
    azureDisk.fsType ??= 'ext4';
    azureDisk.readOnly ??= false;
  }
  if (scaleIO) {
    scaleIO.storageMode ||= 'ThinProvisioned';
    scaleIO.fsType ||= 'xfs';
  }
}
