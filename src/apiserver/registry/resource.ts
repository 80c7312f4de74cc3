/** Resource: a definition at work: its codec, where its objects live in the store, and its watch cache. */

import { apiVersionOf, type ResourceDefinition } from '#api/definition.ts';
import type { ResourceName } from '#api/errors.ts';
import type { KubeObject } from '#api/object.ts';
import { deepFreeze } from '#base/edit.ts';
import type { Store } from '#store/store.ts';
import type { CachedObject, ObjectForm, Selectable } from '../cache/cached-object.ts';
import { ConvertedForms } from '../cache/converted-forms.ts';
import type { ObjectMemory } from '../cache/object-memory.ts';
import { registryPrefix, type StoreFeed } from '../cache/store-feed.ts';
import { WatchCache } from '../cache/watch-cache.ts';
import { customResourceOffer, type Offer, objectOffer, tablelessOffer } from '../wire/accept.ts';
import type { KindCodec } from './kind-codec.ts';

export interface StoredForm {
  readonly view: KubeObject;
  readonly value: Uint8Array;
}

export interface ResourceConfig {
  readonly definition: ResourceDefinition;
  readonly codec: KindCodec;
  /** That of the definition whose objects are shown, where they are another's. */
  readonly storedCodec: KindCodec | undefined;
  readonly store: Store;
  readonly feed: StoreFeed;
  readonly memory: ObjectMemory;
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
  /** What its own answers come as. */
  readonly offer: Offer;
  private readonly storedCodec: KindCodec;

  private readonly fields: readonly string[];

  constructor({ definition, codec, storedCodec, store, feed, memory }: ResourceConfig) {
    this.definition = definition;
    this.codec = codec;
    this.apiVersion = apiVersionOf(definition);
    this.name = { group: definition.group, resource: definition.plural };
    const { storedAs } = definition;
    const owner = storedAs?.definition ?? definition;
    this.prefix = `${registryPrefix}${owner.group || 'core'}/${owner.plural}/`;
    this.fields = Object.keys(definition.selectableFields);
    this.form = {
      encodeProtobuf: codec.encodeProtobuf,
      transcodeJson: codec.transcodeJson,
      encodeJson: (object) => codec.encodeJson(object),
      fromStored: storedAs?.fromStored,
      converted:
        storedAs?.conversion &&
        new ConvertedForms({
          conversion: storedAs.conversion,
          apiVersion: this.apiVersion,
          fromStored: storedAs.fromStored,
        }),
      selectableFields: Object.values(definition.selectableFields),
      memory,
    };
    const listed = definition.verbs.includes('list') ? objectOffer : tablelessOffer;
    this.offer = codec.encodeProtobuf ? listed : customResourceOffer;
    this.storedCodec = storedCodec ?? codec;
    this.cache = new WatchCache({
      prefix: this.prefix,
      store,
      feed,
      form: this.form,
      triggerOf: this.triggerOf(),
    });
  }

  /** Defined by a CustomResourceDefinition. */
  get isCustom(): boolean {
    return this.codec.strategicMerge === false;
  }

  /** What answers of a subresource come as ('' the object's own): those that write in a way of their own have no table. */
  offerOf(name: string): Offer {
    if (name === '' || name === 'status' || name === 'scale' || this.isCustom) return this.offer;
    const subresource = this.definition.subresources.find((each) => each.name === name);
    const writes = subresource && (subresource.type !== 'action' || !subresource.verbs.some((verb) => verb === 'get'));
    return writes ? tablelessOffer : this.offer;
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
  fieldOf(field: string): ((object: Selectable) => string) | undefined {
    if (field === 'metadata.name') return (object) => object.name;
    // Kinds without fields of their own take it whatever their scope: nothing is in a namespace then.
    if (field === 'metadata.namespace' && (this.namespaced || (this.fields.length === 0 && !this.isCustom)))
      return (object) => object.namespace;
    const index = this.fields.indexOf(field);
    return index < 0 ? undefined : (object) => object.selectable(index);
  }

  private triggerOf(): ((object: Selectable) => string) | undefined {
    const field = triggerFieldOf(this.definition);
    return field === undefined ? undefined : this.fieldOf(field);
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
