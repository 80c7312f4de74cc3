/** Registry: the resources that the server serves now. Definitions come and go at run time (custom resources). */

import type { ResourceDefinition } from '#api/definition.ts';
import type { KubeObject } from '#api/object.ts';
import type { EncodedObject } from '#api/request.ts';
import { assert } from '#base/errors.ts';
import type { Store } from '#store/store.ts';
import { PlainObject } from '../cache/cached-object.ts';
import { ObjectMemory } from '../cache/object-memory.ts';
import type { StoreFeed } from '../cache/store-feed.ts';
import type { CodecLookup, KindCodec } from './kind-codec.ts';
import { Resource } from './resource.ts';

export class Registry {
  private readonly store: Store;
  private readonly feed: StoreFeed;
  private readonly codecs: CodecLookup;
  private readonly byPath = new Map<string, Resource>();
  private readonly memory = new ObjectMemory();
  private readonly changeListeners = new Set<() => void>();
  /** Counts additions and removals: documents derived from the definitions are made again when it moves. */
  private changes = 0;

  constructor(store: Store, feed: StoreFeed, codecs: CodecLookup) {
    this.store = store;
    this.feed = feed;
    this.codecs = codecs;
  }

  get generation(): number {
    return this.changes;
  }

  /** `codec` for kinds that the server's tables do not know. */
  add(definition: ResourceDefinition, codec?: KindCodec): Resource {
    const found = codec ?? this.codecs(definition.group, definition.version, definition.kind);
    assert(found, `no schema for ${definition.kind} of ${definition.group}/${definition.version}`);
    const { storedAs } = definition;
    const stored =
      storedAs && this.codecs(storedAs.definition.group, storedAs.definition.version, storedAs.definition.kind);
    const resource = this.make(definition, found, stored);
    this.byPath.set(pathOf(definition.group, definition.version, definition.plural), resource);
    this.changed();
    return resource;
  }

  /** One that nobody can ask for: its objects are still there. The caller closes its cache and unregisters it. */
  unserved(definition: ResourceDefinition, codec: KindCodec): Resource {
    return this.make(definition, codec, undefined);
  }

  remove(definition: Pick<ResourceDefinition, 'group' | 'version' | 'plural'>): void {
    const path = pathOf(definition.group, definition.version, definition.plural);
    const resource = this.byPath.get(path);
    if (!resource) return;
    this.byPath.delete(path);
    this.feed.unregister(resource.prefix, resource.cache);
    resource.cache.close();
    this.changed();
  }

  find(group: string, version: string, plural: string): Resource | undefined {
    return this.byPath.get(pathOf(group, version, plural));
  }

  /** By kind; for references in objects. */
  findKind(group: string, kind: string): Resource | undefined {
    for (const { definition } of this.byPath.values()) {
      if (definition.group === group && definition.kind === kind)
        return this.find(group, definition.version, definition.plural);
    }
    return undefined;
  }

  hasGroupVersion(group: string, version: string): boolean {
    for (const { definition } of this.byPath.values()) {
      if (definition.group === group && definition.version === version) return true;
    }
    return false;
  }

  /** One whose paths are routes of their own, as none of custom resources' are. */
  hasBuiltinGroup(group: string): boolean {
    for (const { definition, isCustom } of this.byPath.values()) {
      if (definition.group === group && !isCustom) return true;
    }
    return false;
  }

  /** An object that is not in the store (a Status, a view), with every encoding that its kind has. */
  encoded(group: string, version: string, object: KubeObject): EncodedObject {
    const codec = this.codecOf(group, version, object.kind ?? '');
    return codec
      ? new PlainObject(object, (value) => codec.encodeJson(value), codec.encodeProtobuf)
      : new PlainObject(object);
  }

  codecOf(group: string, version: string, kind: string): KindCodec | undefined {
    return this.codecs(group, version, kind);
  }

  all(): Iterable<Resource> {
    return this.byPath.values();
  }

  onChange(listener: () => void): void {
    this.changeListeners.add(listener);
  }

  private make(definition: ResourceDefinition, codec: KindCodec, storedCodec: KindCodec | undefined): Resource {
    const { store, feed, memory } = this;
    return new Resource({ definition, codec, storedCodec, store, feed, memory });
  }

  private changed(): void {
    this.changes++;
    for (const listener of this.changeListeners) listener();
  }
}

function pathOf(group: string, version: string, plural: string): string {
  return `${group}/${version}/${plural}`;
}
