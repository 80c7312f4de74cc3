/** Files that the processes of a cluster read: certificates and kubeconfigs. Made when missing, renewed when needed. */

import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { writeFileAtomic } from '#platform/node/files.ts';
import { kubeconfigEntry, renderKubeconfig } from './kubeconfig.ts';
import type { ClusterLayout } from './machine/layout.ts';
import { ensurePki } from './pki/authority.ts';
import { planPki } from './pki/plan.ts';
import { type ClusterSettings, nodesOf } from './settings.ts';

/** Returns the names of certificates that were written. */
export async function prepareCredentials(
  layout: ClusterLayout,
  settings: ClusterSettings,
  now: number,
): Promise<readonly string[]> {
  const plan = planPki({
    network: settings.network,
    nodes: nodesOf(settings),
    apiPort: settings.apiPort,
    hostName: hostname(),
    hostAddresses: hostAddresses(),
    extraNames: settings.apiNames,
  });
  const written = await ensurePki(layout.pki, plan.certificates, now);
  if (written.length === 0) return written;
  for (const { name, certificate, server } of plan.kubeconfigs) {
    const entry = kubeconfigEntry(layout.pki, certificate, { cluster: settings.name, user: certificate, server });
    writeFileAtomic(kubeconfigFile(layout, name), renderKubeconfig(entry), { mode: 0o600 });
  }
  return written;
}

export function kubeconfigFile(layout: ClusterLayout, name: string): string {
  return join(layout.kubeconfigs, `${name}.conf`);
}

/** The host's own addresses but those of bridges that come and go, and without link-local ones (which need a zone). */
function hostAddresses(): readonly string[] {
  return Object.entries(networkInterfaces()).flatMap(([name, addresses]) =>
    /^(kb-|docker|br-|veth|cni|virbr|kdv)/.test(name)
      ? []
      : (addresses ?? []).flatMap(({ address }) => (address.toLowerCase().startsWith('fe80:') ? [] : address)),
  );
}
