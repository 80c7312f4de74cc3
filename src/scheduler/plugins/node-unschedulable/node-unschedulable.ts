/** NodeUnschedulable: a cordoned node takes only pods that tolerate the taint of that name. */

import type { Node, Pod } from '#kinds/generated/core-v1.ts';
import { Action, clusterEvent } from '../../framework/cluster-event.ts';
import type { Plugin } from '../../framework/plugin.ts';
import type { PodInfo } from '../../framework/pod-info.ts';
import { status } from '../../framework/status.ts';
import { toleratesTaint, unschedulableTaint } from '../../framework/taints.ts';

const unschedulable = status('UnschedulableAndUnresolvable', 'NodeUnschedulable', 'node(s) were unschedulable');

export function nodeUnschedulable(): Plugin {
  return {
    name: 'NodeUnschedulable',
    eventsToRegister: () => [
      {
        event: clusterEvent('Node', Action.Add | Action.UpdateNodeTaint),
        hint: (_, before, after) => {
          const old = before as Node | undefined;
          const node = after as Node;
          return !node.spec?.unschedulable && (!old || old.spec?.unschedulable === true);
        },
      },
      {
        event: clusterEvent('Pod', Action.UpdatePodToleration),
        hint: (pod, _, after) => {
          const changed = after as Pod;
          return changed.metadata?.uid === pod.uid && toleratesTaint(changed.spec?.tolerations, unschedulableTaint);
        },
      },
    ],
    sign: (pod: PodInfo) => pod.tolerationsKey,
    filter(cycle, { node }) {
      if (!node.spec?.unschedulable) return undefined;
      return toleratesTaint(cycle.pod.pod.spec?.tolerations, unschedulableTaint) ? undefined : unschedulable;
    },
  };
}
