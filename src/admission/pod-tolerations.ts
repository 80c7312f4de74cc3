/** DefaultTolerationSeconds: pods stay five minutes on a node that is not ready or cannot be reached, unless they say otherwise. */

import type { AdmissionPlugin } from '#apiserver/admission-plugin.ts';
import type { Draft } from '#base/edit.ts';
import type { Pod } from '#kinds/generated/core-v1.ts';

const taints = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];
const seconds = 300;

export const defaultTolerationSeconds: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  handles: (operation) => operation === 'CREATE' || operation === 'UPDATE',
  admit: ({ resource, subresource, object }) => {
    if (resource.group !== '' || resource.resource !== 'pods' || subresource !== '') return;
    const { spec } = object as Draft<Pod>;
    if (!spec) return;
    for (const key of taints) {
      const tolerated = spec.tolerations?.some(
        (toleration) =>
          (!toleration.key || toleration.key === key) && (!toleration.effect || toleration.effect === 'NoExecute'),
      );
      if (tolerated) continue;
      spec.tolerations = [
        ...(spec.tolerations ?? []),
        { key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: seconds },
      ];
    }
  },
};
