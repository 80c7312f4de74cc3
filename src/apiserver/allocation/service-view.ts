/** The fields of core/v1 Service that allocation reads and writes; the API server does not import kinds. */

import type { IPFamily } from '#api/ip-address.ts';
import type { KubeObject } from '#api/object.ts';

export interface ServicePortView {
  name?: string | undefined;
  protocol?: string | undefined;
  port: number;
  nodePort?: number | undefined;
}

export interface ServiceSpecView {
  type?: string | undefined;
  selector?: Record<string, string> | undefined;
  ports?: ServicePortView[] | undefined;
  clusterIP?: string | undefined;
  clusterIPs?: string[] | undefined;
  ipFamilies?: IPFamily[] | undefined;
  ipFamilyPolicy?: string | undefined;
  externalTrafficPolicy?: string | undefined;
  healthCheckNodePort?: number | undefined;
  allocateLoadBalancerNodePorts?: boolean | undefined;
}

export function specOf(service: KubeObject | undefined): ServiceSpecView | undefined {
  return (service as { readonly spec?: ServiceSpecView } | undefined)?.spec;
}

export const headless = 'None';

export function needsClusterIP({ type }: ServiceSpecView): boolean {
  return type !== 'ExternalName';
}

export function needsNodePort({ type, allocateLoadBalancerNodePorts }: ServiceSpecView): boolean {
  return type === 'NodePort' || (type === 'LoadBalancer' && allocateLoadBalancerNodePorts !== false);
}

export function needsHealthCheckPort({ type, externalTrafficPolicy }: ServiceSpecView): boolean {
  return type === 'LoadBalancer' && externalTrafficPolicy === 'Local';
}

/** Cluster IPs that are addresses: '' and 'None' are not. */
export function addressesOf(spec: ServiceSpecView | undefined): string[] {
  if (!spec) return [];
  const all = spec.clusterIPs?.length ? spec.clusterIPs : spec.clusterIP ? [spec.clusterIP] : [];
  return all.filter((ip) => ip !== '' && ip !== headless);
}

/** Node ports in use, the health check's included, each once. */
export function nodePortsOf(spec: ServiceSpecView | undefined): number[] {
  const ports = new Set<number>();
  for (const { nodePort } of spec?.ports ?? []) if (nodePort) ports.add(nodePort);
  if (spec?.healthCheckNodePort) ports.add(spec.healthCheckNodePort);
  return [...ports];
}
