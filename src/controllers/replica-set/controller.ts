/** ReplicaSet controller: keeps spec.replicas pods of a template running. */

import { ReplicaSets } from '#kinds/apps/replica-set/definition.ts';
import { Pods } from '#kinds/core/pod/definition.ts';
import type { ControllerFactory } from '#runtime/controller.ts';
import { selects } from '../ownership/selector.ts';
import { createReplicaController, podsOfSiblings } from './replicas.ts';

export const replicaSetController: ControllerFactory = {
  name: 'replicaset-controller',
  create: (context) => {
    const owners = context.informers.of(ReplicaSets);
    const pods = context.informers.of(Pods);
    return createReplicaController(context, {
      definition: ReplicaSets,
      selects: (owner, pod) => selects(owner.spec?.selector, pod.metadata?.labels),
      countsTerminating: true,
      relatedPods: (owner, own) => podsOfSiblings(owners, pods, owner, own),
    });
  },
};
