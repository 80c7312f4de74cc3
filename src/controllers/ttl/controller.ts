/** TTL controller: says on each node for how long its kubelet may keep secrets and config maps, by the number of nodes. */

import { isNotFound } from '#api/errors.ts';
import { Nodes } from '#kinds/core/node/definition.ts';
import type { ControllerFactory } from '#runtime/controller.ts';
import { ttlStep, ttlSteps } from './plan.ts';

const ttlAnnotation = 'node.alpha.kubernetes.io/ttl';

export const ttlController: ControllerFactory = {
  name: 'ttl-controller',
  create: ({ client, informers, queue }) => {
    const nodes = informers.of(Nodes);
    let count = 0;
    let step = 0;
    const counted = (difference: number): void => {
      count += difference;
      step = ttlStep(step, count);
    };
    nodes.addHandler({
      onAdd: ({ metadata }) => {
        counted(1);
        queue.add(metadata?.name ?? '');
      },
      // Nodes report every few minutes at the latest: so they all learn of a new step without being written all at once.
      onUpdate: (_, { metadata }) => queue.add(metadata?.name ?? ''),
      onDelete: () => counted(-1),
    });
    return {
      workers: 5,
      async reconcile(name, signal) {
        const node = nodes.get(name);
        const seconds = String(ttlSteps[step]?.seconds);
        if (!node || node.metadata?.annotations?.[ttlAnnotation] === seconds) return;
        const patch = { metadata: { annotations: { [ttlAnnotation]: seconds } } };
        try {
          await client.patch(Nodes, { name }, patch, { type: 'strategic', signal });
        } catch (error) {
          if (!isNotFound(error)) throw error;
        }
      },
    };
  },
};
