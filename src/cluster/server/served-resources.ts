/** ServedResources over the registry of the API server in this process. */

import type { EquivalentResource, ServedResources } from '#admission/webhook/served-resources.ts';
import type { ResourceDefinition } from '#api/definition.ts';
import { newInternalError } from '#api/errors.ts';
import type { KubeObject } from '#api/object.ts';
import type { Registry } from '#apiserver/registry/registry.ts';
import type { Resource } from '#apiserver/registry/resource.ts';
import { mutableCopy } from '#base/edit.ts';

/** `registry` is asked late: admission is itself a part of the server that has the registry. */
export function createServedResources(registry: () => Registry): ServedResources {
  let generation = -1;
  let byPrefix = new Map<string, Resource[]>();
  const sharing = (prefix: string): readonly Resource[] => {
    const current = registry();
    if (current.generation !== generation) {
      byPrefix = Map.groupBy(current.all(), (resource) => resource.prefix);
      generation = current.generation;
    }
    return byPrefix.get(prefix) ?? [];
  };
  return {
    equivalents({ kind, resource: { group, version, resource } }) {
      const own = registry().find(group, version, resource);
      if (!own || own.definition.kind !== kind.kind) return [];
      return sharing(own.prefix)
        .filter((other) => other !== own)
        .map((other) => equivalent(own, other));
    },
    decode({ kind, resource: { group, version, resource } }, tree) {
      const own = registry().find(group, version, resource);
      const isOwn = own?.definition.kind === kind.kind && own.definition.group === kind.group;
      const codec = isOwn ? own.codec : registry().codecOf(kind.group, kind.version, kind.kind);
      if (!codec) throw newInternalError(`no kind "${kind.kind}" is registered for version "${kind.version}"`);
      const { object } = codec.decodeTree(tree);
      if (isOwn) {
        codec.applyDefaults?.(object);
        own.definition.defaults?.(object);
      }
      return object;
    },
  };
}

function equivalent(own: Resource, other: Resource): EquivalentResource {
  const { group, version, kind, plural } = other.definition;
  return {
    kind: { group, version, kind },
    resource: { group, version, resource: plural },
    from: (object) => converted(object, own.definition, other),
    to: (object) => converted(object, other.definition, own),
  };
}

/** By way of the stored form, as a read through the other resource would show it; a conversion webhook is asked for the very version. */
function converted(object: KubeObject, from: ResourceDefinition, to: Resource): KubeObject | Promise<KubeObject> {
  const conversion = from.storedAs?.conversion ?? to.definition.storedAs?.conversion;
  if (conversion) return conversion.convert([object], to.apiVersion).then(([other]) => other as KubeObject);
  const stored = from.storedAs ? from.storedAs.toStored(mutableCopy(object)) : object;
  const shown = to.definition.storedAs ? to.definition.storedAs.fromStored(stored) : stored;
  return { ...shown, apiVersion: to.apiVersion, kind: to.definition.kind };
}
