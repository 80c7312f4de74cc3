/** Resource: a definition at work: its codec, where its objects live in the store, and its watch cache. */

import { apiVersionOf, type ResourceDefinition } from '#api/definition.ts';
import type { ResourceName } from '#api/errors.ts';
import type { KubeObject } from '#api/object.ts';
import { deepFreeze } from '#base/edit.ts';
import type { Store } from '#store/store.ts';
import type { CachedObject, ObjectForm } from '../cache/cached-object.ts';
import { ConvertedForms } from '../cache/converted-forms.ts';
import { registryPrefix, type StoreFeed } from '../cache/store-feed.ts';
import { WatchCache } from '../cache/watch-cache.ts';
import type { KindCodec } from './kind-codec.ts';

export interface StoredForm {
  readonly view: KubeObject;
  readonly value: Uint8Array;
}

export class Resource {
  readonly definition: ResourceDefinition;
  readonly codec: KindCodec;
  /** 'v1', 'apps/v1' */
  readonly apiVersion: string;
  /** How messages name it. */
  readonly name: ResourceName;
  /** '/registry/apps/deployments/'; the core group's segment is 'core'. */
  readonly prefix: string;
  readonly cache: WatchCache;
  readonly form: ObjectForm;
  private readonly storedCodec: KindCodec;

  /** `storedCodec` is that of the definition whose objects are shown, where they are another's. */
  constructor(
    definition: ResourceDefinition,
    codec: KindCodec,
    storedCodec: KindCodec | undefined,
    store: Store,
    feed: StoreFeed,
  ) {
    this.definition = definition;
    this.codec = codec;
    this.apiVersion = apiVersionOf(definition);
    this.name = { group: definition.group, resource: definition.plural };
    const { storedAs } = definition;
    const owner = storedAs?.definition ?? definition;
    this.prefix = `${registryPrefix}${owner.group || 'core'}/${owner.plural}/`;
    this.form = {
      encodeProtobuf: codec.encodeProtobuf,
      encodeJson: (object) => codec.encodeJson(object),
      fromStored: storedAs?.fromStored,
      converted:
        storedAs?.conversion &&
        new ConvertedForms({
          conversion: storedAs.conversion,
          apiVersion: this.apiVersion,
          fromStored: storedAs.fromStored,
        }),
    };
    this.storedCodec = storedCodec ?? codec;
    this.cache = new WatchCache({
      prefix: this.prefix,
      store,
      feed,
      form: this.form,
      triggerOf: triggers[`${definition.group}/${definition.plural}`],
    });
  }

  get namespaced(): boolean {
    return this.definition.scope === 'Namespaced';
  }

  /** Key below the prefix. */
  keyOf(namespace: string, name: string): string {
    return this.namespaced ? `${namespace}/${name}` : name;
  }

  storeKey(namespace: string, name: string): string {
    return this.prefix + this.keyOf(namespace, name);
  }

  /** Resolves when the objects can be looked at; undefined when they can be now, as nearly always. Rejects with StatusError. */
  whenReadable(objects: Iterable<CachedObject>): Promise<void> | undefined {
    return this.form.converted?.load(objects);
  }

  /** A shown object in the form that is stored, and its bytes; a promise where conversion asks somebody. */
  encodeStored(shown: KubeObject): StoredForm | Promise<StoredForm> {
    const { storedAs } = this.definition;
    if (!storedAs) return this.storedForm(shown);
    const { definition, conversion, toStored } = storedAs;
    const apiVersion = apiVersionOf(definition);
    if (!conversion || apiVersion === this.apiVersion) return this.storedForm(deepFreeze(toStored(shown)));
    return conversion.convert([shown], apiVersion).then(([stored]) => this.storedForm(stored as KubeObject));
  }

  private storedForm(view: KubeObject): StoredForm {
    return { view, value: this.storedCodec.encodeJson(view) };
  }

  /** Value of a selectable field as text. Undefined for a field that the kind cannot be selected by. */
  fieldOf(field: string): ((object: KubeObject) => string) | undefined {
    if (field === 'metadata.name') return (object) => object.metadata?.name ?? '';
    if (field === 'metadata.namespace' && this.namespaced) return (object) => object.metadata?.namespace ?? '';
    return Object.hasOwn(this.definition.selectableFields, field) ? this.definition.selectableFields[field] : undefined;
  }
}

/** Fields by which watchers are indexed, as upstream does for what every node watches. */
const triggerFields: Readonly<Record<string, string>> = {
  '/pods': 'spec.nodeName',
};

/** The field whose exact match in a selector finds a watcher of the resource directly, if it has one. */
export function triggerFieldOf(definition: ResourceDefinition): string | undefined {
  return triggerFields[`${definition.group}/${definition.plural}`];
}

const triggers: Readonly<Record<string, (object: KubeObject) => string>> = {
  '/pods': (object) => (object as { readonly spec?: { readonly nodeName?: string } }).spec?.nodeName ?? '',
};
