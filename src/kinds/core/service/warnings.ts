/** Warnings about services (pkg/api/service/warnings.go). */

import { child, index } from '#api/field-error.ts';
import { cidrWarnings, ipWarnings } from '#api/ip-rules.ts';
import type { Service } from '#kinds/generated/core-v1.ts';

const path = 'spec';

export function serviceWarnings({ metadata, spec = {} }: Service): string[] {
  const warnings: string[] = [];
  const { clusterIP, clusterIPs, externalIPs = [], type, loadBalancerIP } = spec;
  if (metadata?.annotations?.['service.kubernetes.io/topology-aware-hints'] !== undefined) {
    warnings.push(
      'annotation service.kubernetes.io/topology-aware-hints is deprecated, please use service.kubernetes.io/topology-mode instead',
    );
  }
  if (clusterIP && clusterIP !== 'None') warnings.push(...addressWarnings(clusterIPs, child(path, 'clusterIPs')));
  const headless = type === 'ClusterIP' && clusterIP === 'None';
  if (headless) {
    if (loadBalancerIP) warnings.push('spec.loadBalancerIP is ignored for headless services');
    if (externalIPs.length > 0) warnings.push('spec.externalIPs is ignored for headless services');
    if (spec.sessionAffinity !== 'None') warnings.push('spec.SessionAffinity is ignored for headless services');
  }
  warnings.push(...addressWarnings(externalIPs, child(path, 'externalIPs')));
  if (externalIPs.length > 0 && !headless && type !== 'ExternalName') {
    warnings.push('spec.externalIPs is deprecated and may no longer be implemented in some clusters');
  }
  if (loadBalancerIP) warnings.push(...ipWarnings(loadBalancerIP, child(path, 'loadBalancerIP')));
  spec.loadBalancerSourceRanges?.forEach((range, position) => {
    warnings.push(...cidrWarnings(range, index(child(path, 'loadBalancerSourceRanges'), position)));
  });
  if (type === 'ExternalName' && externalIPs.length > 0) {
    warnings.push('spec.externalIPs is ignored when spec.type is "ExternalName"');
  }
  if (type !== 'ExternalName' && spec.externalName) {
    warnings.push('spec.externalName is ignored when spec.type is not "ExternalName"');
  }
  if (spec.trafficDistribution === 'PreferClose') {
    warnings.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"');
  }
  return warnings;
}

function addressWarnings(addresses: readonly string[] | undefined, at: string): string[] {
  return (addresses ?? []).flatMap((address, position) => ipWarnings(address, index(at, position)));
}
