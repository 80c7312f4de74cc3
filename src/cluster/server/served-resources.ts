/** ServedResources over the registry of the API server in this process. */

import type { EquivalentResource, ParamObjects, ServedResources } from '#admission/served-resources.ts';
import type { ResourceDefinition } from '#api/definition.ts';
import { newInternalError } from '#api/errors.ts';
import type { KubeObject } from '#api/object.ts';
import type { CachedObject } from '#apiserver/cache/cached-object.ts';
import type { KindCodec } from '#apiserver/registry/kind-codec.ts';
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
    get generation() {
      return registry().generation;
    },
    resourcesOf({ group, version, kind }) {
      return Array.from(registry().all(), ({ definition }) => definition)
        .filter((each) => each.group === group && each.version === version && each.kind === kind)
        .map(({ plural, scope }) => ({ resource: plural, namespaced: scope === 'Namespaced' }));
    },
    paramsOf({ group, version, kind }) {
      for (const resource of registry().all()) {
        const { definition } = resource;
        const matches = definition.group === group && definition.version === version && definition.kind === kind;
        if (matches && definition.stored) return paramObjects(resource);
      }
      return undefined;
    },
    withStatus(request, object) {
      if ('status' in object) return object;
      const codec = codecFor(request);
      const field = codec?.schema?.memberByName.get('status');
      if (!codec || field?.schema.type !== 'struct' || field.pointer || field.omitzero) return object;
      const { status } = JSON.parse(decoder.decode(codec.encodeJson(object))) as { readonly status?: unknown };
      return status === undefined ? object : ({ ...object, status } as KubeObject);
    },
    schemaOf(request) {
      const codec = codecFor(request);
      return codec && { schema: codec.schema };
    },
    decode(request, tree, { strict = false } = {}) {
      const { kind, resource } = request;
      const codec = codecFor(request);
      if (!codec) throw newInternalError(`no kind "${kind.kind}" is registered for version "${kind.version}"`);
      const { object, problems } = codec.decodeTree(tree);
      if (strict && codec.strategicMerge !== false && problems.length > 0) {
        throw newInternalError(`strict decoding error: ${problems.join(', ')}`);
      }
      const own = registry().find(resource.group, resource.version, resource.resource);
      if (own?.codec === codec) {
        codec.applyDefaults?.(object);
        own.definition.defaults?.(object);
      }
      return object;
    },
  };

  /** The resource's own codec, or that of a subresource's kind. */
  function codecFor({ kind, resource: { group, version, resource } }: ObjectRequest): KindCodec | undefined {
    const own = registry().find(group, version, resource);
    const isOwn = own?.definition.kind === kind.kind && own.definition.group === kind.group;
    return isOwn ? own.codec : registry().codecOf(kind.group, kind.version, kind.kind);
  }
}

const decoder = new TextDecoder();

type ObjectRequest = Parameters<ServedResources['decode']>[0];

function paramObjects(resource: Resource): ParamObjects {
  const { cache, namespaced, apiVersion, definition } = resource;
  const shown = async (found: readonly CachedObject[]): Promise<KubeObject[]> => {
    await resource.whenReadable(found);
    return found.map(({ object }) => ({ ...object, apiVersion, kind: definition.kind }));
  };
  return {
    namespaced,
    async get(namespace, name) {
      await cache.ensureLoaded();
      const found = cache.get(resource.keyOf(namespace, name));
      return found && (await shown([found]))[0];
    },
    async list(namespace) {
      await cache.ensureLoaded();
      // '0' is the character after '/': the end of everything below the folder.
      return shown([...(namespace === '' ? cache.range('', '') : cache.range(`${namespace}/`, `${namespace}0`))]);
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
