/** DefaultBinder: tells the API server where the pod goes, by its binding subresource. */

import type { ResourceDefinition } from '#api/definition.ts';
import { Pods } from '#kinds/core/pod/definition.ts';
import type { Binding } from '#kinds/generated/core-v1.ts';
import type { Handle } from '../../framework/handle.ts';
import type { Plugin } from '../../framework/plugin.ts';

export function defaultBinder({ client }: Pick<Handle, 'client'>): Plugin {
  return {
    name: 'DefaultBinder',
    async bind({ pod: { namespace, name, uid } }, node, signal) {
      const binding: Binding = {
        apiVersion: 'v1',
        kind: 'Binding',
        // The UID makes sure that it is not a younger pod of the same name that is bound.
        metadata: { namespace, name, uid },
        target: { kind: 'Node', name: node.name },
      };
      await client.createSubresource(pods, { namespace, name }, 'binding', binding, { signal });
      return undefined;
    },
  };
}

/** ResourceDefinition<T> is invariant because of its hooks; a path needs none of them. */
const pods = Pods as unknown as ResourceDefinition;
