/** Columns of Service tables. */

import { ageColumn, formatLabels, nameColumn, textColumn, wide } from '#api/columns.ts';
import type { Column } from '#api/definition.ts';
import type { Service, ServicePort } from '#kinds/generated/core-v1.ts';

export const serviceColumns: readonly Column<Service>[] = [
  nameColumn,
  { name: 'Type', type: 'string', cell: ({ spec }) => spec?.type ?? '' },
  textColumn('Cluster-IP', ({ spec }) => spec?.clusterIPs?.[0] ?? spec?.clusterIP),
  textColumn('External-IP', externalAddress, '<unknown>'),
  textColumn('Port(s)', ({ spec }) => (spec?.ports ?? []).map(portText).join(',')),
  ageColumn,
  wide(textColumn('Selector', ({ spec }) => formatLabels(spec?.selector))),
];

function portText({ port, nodePort, protocol }: ServicePort): string {
  return nodePort ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`;
}

/** Bytes of a load balancer's addresses before they are cut. */
const loadBalancerWidth = 16;

function externalAddress({ spec, status }: Service): string | undefined {
  const external = spec?.externalIPs ?? [];
  switch (spec?.type) {
    case 'ClusterIP':
    case 'NodePort':
      return external.join(',') || '<none>';
    case 'ExternalName':
      return spec.externalName;
    case 'LoadBalancer': {
      const ingress = (status?.loadBalancer?.ingress ?? [])
        .map(({ ip, hostname }) => ip || hostname || '')
        .filter((text) => text !== '');
      const text = [...new Set(ingress)].sort().join(',');
      const balancer = text.length > loadBalancerWidth ? `${text.slice(0, loadBalancerWidth - 3)}...` : text;
      return [balancer, ...external].filter((part) => part !== '').join(',') || '<pending>';
    }
    default:
      return undefined;
  }
}
