/**
 * ConvertedForms: stored objects of one resource in the form that it shows, where making it takes a call (conversion webhooks).
 *
 * Each version of an object is converted once, by whoever needs it first, however many readers and watchers there are; the form is
 * kept beside the stored bytes and goes with them. A failed conversion is not kept.
 */

import type { ObjectConversion } from '#api/definition.ts';
import type { KubeObject } from '#api/object.ts';
import { assert } from '#base/errors.ts';
import type { CachedObject } from './cached-object.ts';

export interface ConvertedFormsConfig {
  readonly conversion: ObjectConversion;
  /** What the resource shows: 'stable.example.com/v2' */
  readonly apiVersion: string;
  /** For objects that are stored in that version. */
  readonly fromStored: (object: KubeObject) => KubeObject;
}

export class ConvertedForms {
  private readonly config: ConvertedFormsConfig;
  /** By the stored bytes: the same array wherever this version of the object is. */
  private readonly forms = new WeakMap<Uint8Array, KubeObject>();
  private readonly underway = new WeakMap<Uint8Array, Promise<void>>();

  constructor(config: ConvertedFormsConfig) {
    this.config = config;
  }

  of({ key, value }: CachedObject): KubeObject {
    const form = this.forms.get(value);
    assert(form, `${key} is looked at before it is converted to ${this.config.apiVersion}`);
    return form;
  }

  /** Resolves when all of them can be looked at; undefined when they can be now. Rejects with StatusError. */
  load(objects: Iterable<CachedObject>): Promise<void> | undefined {
    const { apiVersion, fromStored } = this.config;
    const missing: { readonly value: Uint8Array; readonly stored: KubeObject }[] = [];
    const awaited = new Set<Promise<void>>();
    for (const object of objects) {
      const { value } = object;
      if (this.forms.has(value)) continue;
      const underway = this.underway.get(value);
      if (underway) {
        awaited.add(underway);
        continue;
      }
      const { stored } = object;
      if (stored.apiVersion === apiVersion) this.forms.set(value, fromStored(stored));
      else missing.push({ value, stored });
    }
    if (missing.length > 0) awaited.add(this.convert(missing));
    return awaited.size === 0 ? undefined : Promise.all(awaited).then(() => {});
  }

  private convert(missing: readonly { readonly value: Uint8Array; readonly stored: KubeObject }[]): Promise<void> {
    const { conversion, apiVersion } = this.config;
    const stored = missing.map((item) => item.stored);
    const converting = conversion
      .convert(stored, apiVersion)
      .then((shown) => {
        missing.forEach(({ value }, position) => {
          this.forms.set(value, shown[position] as KubeObject);
        });
      })
      .finally(() => {
        for (const { value } of missing) this.underway.delete(value);
      });
    for (const { value } of missing) this.underway.set(value, converting);
    return converting;
  }
}
