/** SchedulingGates: a pod is not tried while it has gates; who set them takes them off (KEP-3521). */

import type { Pod } from '#kinds/generated/core-v1.ts';
import { Action, clusterEvent } from '../../framework/cluster-event.ts';
import type { Plugin } from '../../framework/plugin.ts';
import { status } from '../../framework/status.ts';

export function schedulingGates(): Plugin {
  return {
    name: 'SchedulingGates',
    preEnqueue({ pod }) {
      const gates = pod.spec?.schedulingGates;
      if (!gates || gates.length === 0) return undefined;
      const names = gates.map(({ name }) => name).join(' ');
      return status('UnschedulableAndUnresolvable', 'SchedulingGates', `waiting for scheduling gates: [${names}]`);
    },
    eventsToRegister: () => [
      {
        event: clusterEvent('Pod', Action.UpdatePodSchedulingGatesEliminated),
        hint: (pod, _, after) => (after as Pod).metadata?.uid === pod.uid,
      },
    ],
  };
}
