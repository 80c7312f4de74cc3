/** ExtendedResourceToleration, off by default: pods that ask for an extended resource tolerate the taint of its name. */

import type { AdmissionPlugin } from '#apiserver/admission-plugin.ts';
import { isExtendedResource } from '#kinds/core/resource-names.ts';
import { podOf } from './refusal.ts';

export const extendedResourceToleration: AdmissionPlugin = {
  name: 'ExtendedResourceToleration',
  handles: (operation) => operation === 'CREATE' || operation === 'UPDATE',
  admit: (context) => {
    const spec = podOf(context)?.spec;
    if (!spec) return;
    const names = new Set<string>();
    for (const { resources } of [...spec.containers, ...(spec.initContainers ?? [])]) {
      for (const name of Object.keys(resources?.requests ?? {})) if (isExtendedResource(name)) names.add(name);
    }
    for (const key of [...names].sort()) {
      const toleration = { key, operator: 'Exists' as const, effect: 'NoSchedule' as const };
      const before = spec.tolerations ?? [];
      const isSame = (other: (typeof before)[number]) =>
        other.key === key && other.operator === 'Exists' && other.effect === 'NoSchedule' && !other.value;
      spec.tolerations = before.some(isSame)
        ? before.map((other) => (isSame(other) ? toleration : other))
        : [...before, toleration];
    }
  },
};
