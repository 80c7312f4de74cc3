/** LiveObjects of what a test lists, which does not change. */

import type { KubeObject } from '#api/object.ts';
import type { CollectionName, LiveObjects } from '#apiserver/live-objects.ts';

export type World = Readonly<Record<CollectionName, readonly object[]>>;

export function liveObjects(world: World): LiveObjects {
  const list = (collection: CollectionName, namespace?: string): readonly KubeObject[] =>
    // The collection's name says what its objects are.
    ((world[collection] ?? []) as readonly KubeObject[]).filter(
      ({ metadata }) => !namespace || metadata?.namespace === namespace,
    );
  const get = (collection: CollectionName, namespace: string, name: string): KubeObject | undefined =>
    list(collection).find(({ metadata }) => metadata?.name === name && (metadata.namespace ?? '') === namespace);
  return {
    load: () => undefined,
    get,
    list,
    version: () => 1,
    follow(collection, changed) {
      for (const object of list(collection)) changed(object, undefined);
    },
    getFresh: async (...target) => get(...target),
  };
}
