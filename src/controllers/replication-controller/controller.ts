/** ReplicationController controller: the engine of ReplicaSet with a plain map as selector. */

import { ReplicationControllers } from '#kinds/core/replication-controller/definition.ts';
import type { ControllerFactory } from '#runtime/controller.ts';
import { selectsByMap } from '../ownership/selector.ts';
import { createReplicaController } from '../replica-set/replicas.ts';

export const replicationController: ControllerFactory = {
  name: 'replication-controller',
  create: (context) =>
    createReplicaController(context, {
      definition: ReplicationControllers,
      selects: (owner, pod) => selectsByMap(owner.spec?.selector, pod.metadata?.labels),
      countsTerminating: false,
      relatedPods: (_, own) => own,
    }),
};
