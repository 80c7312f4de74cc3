/** LiveObjects over the watch caches of the API server in this process. */

import type { KubeObject } from '#api/object.ts';
import type { CollectionName, LiveObjects } from '#apiserver/live-objects.ts';
import type { Registry } from '#apiserver/registry/registry.ts';
import type { Resource } from '#apiserver/registry/resource.ts';
import type { Store } from '#store/store.ts';

/** `registry` is asked late: who reads LiveObjects is itself a part of the server that has the registry. */
export function createLiveObjects(registry: () => Registry, store: Store): LiveObjects {
  const found = new Map<CollectionName, Resource>();
  const resourceOf = (collection: CollectionName): Resource => {
    const known = found.get(collection);
    if (known) return known;
    const slash = collection.indexOf('/');
    const [group, plural] = [collection.slice(0, slash), collection.slice(slash + 1)];
    for (const resource of registry().all()) {
      if (resource.definition.group === group && resource.definition.plural === plural) {
        found.set(collection, resource);
        return resource;
      }
    }
    throw new Error(`no resource ${collection} is served`);
  };
  return {
    load(...collections) {
      if (collections.every((collection) => resourceOf(collection).cache.loaded)) return undefined;
      const pending = collections.map((collection) => resourceOf(collection).cache.ensureLoaded());
      return Promise.all(pending).then(() => {});
    },
    get(collection, namespace, name) {
      const resource = resourceOf(collection);
      return resource.cache.get(resource.keyOf(namespace, name))?.object;
    },
    list(collection, namespace) {
      const { cache } = resourceOf(collection);
      const prefix = namespace === undefined || namespace === '' ? '' : `${namespace}/`;
      // '0' is the character after '/': the end of everything below the folder.
      return objects(cache.range(prefix, prefix === '' ? '' : `${namespace}0`));
    },
    version: (collection) => resourceOf(collection).cache.lastChange,
    follow(collection, changed) {
      const { cache } = resourceOf(collection);
      for (const { object } of cache.range('', '')) changed(object, undefined);
      cache.subscribe(({ current, previous }) => changed(current?.object, previous?.object));
    },
    async getFresh(collection, namespace, name) {
      const resource = resourceOf(collection);
      await resource.cache.ensureLoaded();
      await resource.cache.waitFor(await store.revision());
      return resource.cache.get(resource.keyOf(namespace, name))?.object;
    },
  };
}

function* objects(cached: Iterable<{ readonly object: KubeObject }>): Generator<KubeObject, void, void> {
  for (const { object } of cached) yield object;
}
