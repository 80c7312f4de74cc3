/**
 * TaintToleration: taints keep pods off nodes unless tolerated (NoSchedule, NoExecute), and make nodes less liked the more of
 * them are not tolerated (PreferNoSchedule).
 */

import type { Node, Pod } from '#kinds/generated/core-v1.ts';
import { Action, clusterEvent } from '../../framework/cluster-event.ts';
import { normalizeToMax } from '../../framework/normalize.ts';
import type { Plugin } from '../../framework/plugin.ts';
import { status } from '../../framework/status.ts';
import { hasUntoleratedTaint, tolerates } from '../../framework/taints.ts';

const untolerated = status('UnschedulableAndUnresolvable', 'TaintToleration', 'node(s) had untolerated taint(s)');

export function taintToleration(): Plugin {
  return {
    name: 'TaintToleration',
    eventsToRegister: () => [
      {
        event: clusterEvent('Node', Action.Add | Action.UpdateNodeTaint),
        hint: ({ pod }, before, after) => {
          const { tolerations } = pod.spec ?? {};
          const was = !before || hasUntoleratedTaint(before as Node, tolerations);
          return was && !hasUntoleratedTaint(after as Node, tolerations);
        },
      },
      {
        event: clusterEvent('Pod', Action.UpdatePodToleration),
        hint: (pod, _, after) => (after as Pod).metadata?.uid === pod.uid,
      },
    ],
    sign: (pod) => pod.tolerationsKey,
    filter(cycle, { node }) {
      return hasUntoleratedTaint(node, cycle.pod.pod.spec?.tolerations) ? untolerated : undefined;
    },
    score(cycle, { node }) {
      const { taints } = node.spec ?? {};
      if (!taints || taints.length === 0) return 0;
      const relevant = (cycle.pod.pod.spec?.tolerations ?? []).filter(
        ({ effect }) => !effect || effect === 'PreferNoSchedule',
      );
      let intolerable = 0;
      for (const taint of taints) {
        if (taint.effect !== 'PreferNoSchedule') continue;
        if (!relevant.some((toleration) => tolerates(toleration, taint))) intolerable++;
      }
      return intolerable;
    },
    normalizeScores: (_, scores) => normalizeToMax(scores, true),
  };
}
