/** TaintNodesByCondition: a new node is not ready until the node lifecycle controller has seen that it is. */

import type { AdmissionPlugin } from '#apiserver/admission-plugin.ts';
import type { Draft } from '#base/edit.ts';
import type { Node } from '#kinds/generated/core-v1.ts';

const key = 'node.kubernetes.io/not-ready';

export const taintNodesByCondition: AdmissionPlugin = {
  name: 'TaintNodesByCondition',
  handles: (operation) => operation === 'CREATE',
  admit: ({ resource, subresource, object }) => {
    if (resource.group !== '' || resource.resource !== 'nodes' || subresource !== '') return;
    const node = object as Draft<Node>;
    node.spec ??= {};
    if (node.spec.taints?.some((taint) => taint.key === key && taint.effect === 'NoSchedule')) return;
    node.spec.taints = [...(node.spec.taints ?? []), { key, effect: 'NoSchedule' }];
  },
};
