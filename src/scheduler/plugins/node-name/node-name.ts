/** NodeName: a pod that names its node goes there or nowhere. */

import { Action, clusterEvent } from '../../framework/cluster-event.ts';
import type { Plugin } from '../../framework/plugin.ts';
import { status } from '../../framework/status.ts';

const mismatch = status('UnschedulableAndUnresolvable', 'NodeName', "node(s) didn't match the requested node name");

export function nodeName(): Plugin {
  return {
    name: 'NodeName',
    eventsToRegister: () => [{ event: clusterEvent('Node', Action.Add) }],
    sign: ({ pod }) => pod.spec?.nodeName ?? '',
    filter({ pod: { pod } }, node) {
      const wanted = pod.spec?.nodeName;
      return wanted && wanted !== node.name ? mismatch : undefined;
    },
  };
}
