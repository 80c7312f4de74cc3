/** REST paths of a kind's objects, from its definition (upstream's URL scheme). */

import { apiVersionOf, type ResourceDefinition } from '#api/definition.ts';

/** '/api/v1' or '/apis/apps/v1'. */
export function groupVersionPath(definition: Pick<ResourceDefinition, 'group' | 'version'>): string {
  return `${definition.group === '' ? '/api' : '/apis'}/${apiVersionOf(definition)}`;
}

/** The collection, of one namespace or (without one) of all. */
export function collectionPath(definition: ResourceDefinition, namespace: string | undefined): string {
  const base = groupVersionPath(definition);
  return definition.scope === 'Namespaced' && namespace
    ? `${base}/namespaces/${encodeURIComponent(namespace)}/${definition.plural}`
    : `${base}/${definition.plural}`;
}

export function objectPath(
  definition: ResourceDefinition,
  target: { readonly namespace?: string | undefined; readonly name: string },
  subresource?: string,
): string {
  const path = `${collectionPath(definition, target.namespace)}/${encodeURIComponent(target.name)}`;
  return subresource ? `${path}/${subresource}` : path;
}
