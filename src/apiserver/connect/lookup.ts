/** Objects for connect handlers, from the server's own watch caches, as fresh as a GET. */

import { newNotFound, newPathNotFound } from '#api/errors.ts';
import type { KubeObject } from '#api/object.ts';
import type { ServerContext } from '../context.ts';
import { whenFresh } from '../verbs/read.ts';
import type { ConnectLookup, EndpointsView, NodeView, PodView, ServiceView } from './context.ts';

export function createConnectLookup({ registry, store }: ServerContext): ConnectLookup {
  const get = async (plural: string, namespace: string, name: string): Promise<KubeObject> => {
    const resource = registry.find('', 'v1', plural);
    if (!resource) throw newPathNotFound();
    await whenFresh(resource, store, '');
    const found = resource.cache.get(resource.keyOf(namespace, name));
    if (!found) throw newNotFound(resource.name, name);
    return found.object;
  };
  // The views name fields of these very kinds; the resource's codec has decoded them.
  return {
    pod: async (namespace, name) => (await get('pods', namespace, name)) as PodView,
    node: async (name) => (await get('nodes', '', name)) as NodeView,
    service: async (namespace, name) => (await get('services', namespace, name)) as ServiceView,
    endpoints: async (namespace, name) => (await get('endpoints', namespace, name)) as EndpointsView,
  };
}
