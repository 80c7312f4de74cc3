/**
 * Which certificates a cluster has: names, organizations and uses as kubeadm makes them, so that RBAC's bootstrap bindings and
 * the Node authorizer know them (upstream cmd/kubeadm/app/phases/certs).
 */

import type { NetworkPlan, NodePlan } from '../machine/network-plan.ts';

export type Authority = 'ca' | 'front-proxy-ca';

export interface CertificatePlan {
  /** File name without extension, below the pki directory. */
  readonly name: string;
  readonly authority: Authority;
  readonly commonName: string;
  readonly organizations: readonly string[];
  readonly use: 'client' | 'server';
  readonly dnsNames: readonly string[];
  readonly addresses: readonly string[];
}

/** A kubeconfig file with a client certificate inside. */
export interface KubeconfigPlan {
  /** File name below the kubeconfigs directory. */
  readonly name: string;
  /** Key of CertificatePlan.name. */
  readonly certificate: string;
  readonly server: string;
}

export interface PkiInput {
  readonly network: NetworkPlan;
  readonly nodes: readonly NodePlan[];
  readonly apiPort: number;
  readonly hostName: string;
  /** Addresses of the host's own interfaces. */
  readonly hostAddresses: readonly string[];
  /** Names and addresses that the user adds (--api-san). */
  readonly extraNames: readonly string[];
}

export interface PkiPlan {
  readonly certificates: readonly CertificatePlan[];
  readonly kubeconfigs: readonly KubeconfigPlan[];
}

export function planPki(input: PkiInput): PkiPlan {
  const { network, nodes } = input;
  const client = (name: string, commonName: string, ...organizations: string[]): CertificatePlan => ({
    name,
    authority: 'ca',
    commonName,
    organizations,
    use: 'client',
    dnsNames: [],
    addresses: [],
  });
  const isAddress = (name: string) => /^[\d.]+$/.test(name) || name.includes(':');
  const names = new Set([
    'kubernetes',
    'kubernetes.default',
    'kubernetes.default.svc',
    'kubernetes.default.svc.cluster.local',
    'localhost',
    input.hostName,
    '127.0.0.1',
    '::1',
    network.apiServiceAddress,
    network.hostAddress,
    ...input.hostAddresses,
    ...input.extraNames,
  ]);
  const server = (
    name: string,
    commonName: string,
    sans: readonly string[],
    ...organizations: string[]
  ): CertificatePlan => ({
    name,
    authority: 'ca',
    commonName,
    organizations,
    use: 'server',
    dnsNames: sans.filter((san) => !isAddress(san)),
    addresses: sans.filter(isAddress),
  });
  const fromNode = `https://${network.hostAddress}:${input.apiPort}`;
  const kubeconfig = (certificate: string, name = certificate): KubeconfigPlan => ({
    name,
    certificate,
    server: fromNode,
  });
  return {
    certificates: [
      server('apiserver', 'kube-apiserver', [...names]),
      client('apiserver-kubelet-client', 'kube-apiserver-kubelet-client', 'system:masters'),
      { ...client('front-proxy-client', 'front-proxy-client'), authority: 'front-proxy-ca' },
      client('admin', 'kubernetes-admin', 'system:masters'),
      client('kube-proxy', 'system:kube-proxy'),
      client('kube-dns', dnsUser),
      ...nodes.flatMap((node) => [
        client(`kubelet-client-${node.name}`, `system:node:${node.name}`, 'system:nodes'),
        server(
          `kubelet-${node.name}`,
          `system:node:${node.name}`,
          [node.name, node.address, '127.0.0.1'],
          'system:nodes',
        ),
      ]),
    ],
    kubeconfigs: [
      { name: 'admin', certificate: 'admin', server: `https://127.0.0.1:${input.apiPort}` },
      kubeconfig('kube-proxy'),
      kubeconfig('kube-dns'),
      ...nodes.map((node) => kubeconfig(`kubelet-client-${node.name}`, `kubelet-${node.name}`)),
    ],
  };
}

/** The agents' DNS server; its rights are bound to this name at bootstrap. */
export const dnsUser = 'system:kube-dns';
