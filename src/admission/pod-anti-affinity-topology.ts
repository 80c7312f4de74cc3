/** LimitPodHardAntiAffinityTopology, off by default: required anti-affinity keeps others off a node, and not off a zone. */

import { newForbidden } from '#api/errors.ts';
import type { AdmissionPlugin } from '#apiserver/admission-plugin.ts';
import { podOf } from './refusal.ts';

const hostname = 'kubernetes.io/hostname';

export const limitPodHardAntiAffinityTopology: AdmissionPlugin = {
  name: 'LimitPodHardAntiAffinityTopology',
  handles: (operation) => operation === 'CREATE' || operation === 'UPDATE',
  validate: (context) => {
    const pod = podOf(context);
    const terms = pod?.spec?.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
    const other = terms.find(({ topologyKey }) => topologyKey !== hostname);
    if (!other) return;
    const reason = `affinity.PodAntiAffinity.RequiredDuringScheduling has TopologyKey ${other.topologyKey} but only key ${hostname} is allowed`;
    throw newForbidden({ group: '', resource: 'pods' }, pod?.metadata?.name ?? '', reason);
  },
};
