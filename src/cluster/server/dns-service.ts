/**
 * The Service kube-system/kube-dns and its endpoints: the DNS server that every node's agent runs.
 *
 * There are no DNS pods, so no selector finds the endpoints: one EndpointSlice lists the nodes. The Service keeps traffic on
 * the node (internalTrafficPolicy: Local): a question never crosses the network, and a dead node takes only its own pods'
 * DNS away.
 */

import { isAlreadyExists } from '#api/errors.ts';
import { edit, mutableCopy } from '#base/edit.ts';
import { equalTrees } from '#base/equal.ts';
import { Nodes } from '#kinds/core/node/definition.ts';
import { Services } from '#kinds/core/service/definition.ts';
import { EndpointSlices } from '#kinds/discovery/endpoint-slice/definition.ts';
import type { Node, Service } from '#kinds/generated/core-v1.ts';
import type { EndpointSlice } from '#kinds/generated/discovery-v1.ts';
import type { ControllerFactory } from '#runtime/controller.ts';

const namespace = 'kube-system';
const name = 'kube-dns';
/** The agents' port; pods know only port 53 of the Service. */
export const agentDnsPort = 10053;

const ports = [
  { name: 'dns', port: 53, targetPort: agentDnsPort, protocol: 'UDP' },
  { name: 'dns-tcp', port: 53, targetPort: agentDnsPort, protocol: 'TCP' },
] as const;

export function dnsService(clusterIP: string): ControllerFactory {
  return {
    name: 'kube-dns-controller',
    create: ({ client, informers, queue }) => {
      const nodes = informers.of(Nodes);
      const services = informers.of(Services, { fieldSelector: `metadata.name=${name}` });
      const slices = informers.of(EndpointSlices);
      const enqueue = () => queue.add(name);
      nodes.addHandler({ onAdd: enqueue, onUpdate: enqueue, onDelete: enqueue });
      services.addHandler({ onDelete: enqueue });
      slices.addHandler({ onDelete: (slice) => isOurs(slice) && enqueue() });
      enqueue();
      return {
        async reconcile(_, signal) {
          if (!services.get(`${namespace}/${name}`)) {
            await client.create(Services, planService(clusterIP), { signal }).catch(ignoreExisting);
          }
          const wanted = planSlice(nodes.list());
          const current = slices.get(`${namespace}/${name}`);
          if (!current) {
            await client.create(EndpointSlices, wanted, { signal }).catch(ignoreExisting);
          } else if (!equalTrees(current.endpoints, wanted.endpoints)) {
            const next = edit(current, (draft) => {
              draft.endpoints = mutableCopy(wanted.endpoints ?? []);
            });
            await client.update(EndpointSlices, next, { signal });
          }
        },
      };
    },
  };
}

export function planService(clusterIP: string): Service {
  return {
    metadata: {
      name,
      namespace,
      labels: { 'k8s-app': name, 'kubernetes.io/cluster-service': 'true', 'kubernetes.io/name': 'CoreDNS' },
    },
    spec: { clusterIP, internalTrafficPolicy: 'Local', ports },
  };
}

export function planSlice(nodes: readonly Node[]): EndpointSlice {
  const endpoints = nodes.flatMap((node) => {
    const nodeName = node.metadata?.name;
    const address = node.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address;
    if (nodeName === undefined || address === undefined) return [];
    return { addresses: [address], conditions: { ready: true, serving: true, terminating: false }, nodeName };
  });
  return {
    metadata: {
      name,
      namespace,
      labels: { 'kubernetes.io/service-name': name, 'endpointslice.kubernetes.io/managed-by': 'kubets' },
    },
    addressType: 'IPv4',
    endpoints: endpoints.sort((a, b) => (a.nodeName < b.nodeName ? -1 : 1)),
    ports: ports.map(({ name: portName, protocol }) => ({ name: portName, port: agentDnsPort, protocol })),
  };
}

function isOurs({ metadata }: EndpointSlice): boolean {
  return metadata?.namespace === namespace && metadata.name === name;
}

function ignoreExisting(error: unknown): void {
  if (!isAlreadyExists(error)) throw error;
}
