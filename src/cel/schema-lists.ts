/** Lists and objects whose schema says what makes them equal: sets, lists by key, objects with fields. */

import { equalTrees } from '#base/equal.ts';
import { isReservedWord } from './field-names.ts';
import { JsonObject, sizeOfJson } from './json.ts';
import type { MapKey, Value } from './values.ts';
import { ArrayList, CelList, CelMap, equal, mapKey } from './values.ts';

/** A list with another way to be equal and to grow; it reads as the list that it was made of. */
abstract class SchemaList extends CelList {
  protected readonly items: CelList;

  constructor(items: CelList) {
    super();
    this.items = items;
  }

  get size(): number {
    return this.items.size;
  }

  get(index: number): Value {
    return this.items.get(index);
  }
}

/** x-kubernetes-list-type: set. Equal in any order; `+` is the union. */
export class SetList extends SchemaList {
  override equals(other: Value): boolean {
    if (!(other instanceof CelList) || other.size !== this.size) return false;
    const members = new Members(this);
    for (const item of other) if (!members.has(item)) return false;
    return true;
  }

  override concat(other: CelList): CelList {
    const members = new Members(this);
    const items = [...this];
    for (const item of other) if (members.add(item)) items.push(item);
    return new SetList(new ArrayList(items));
  }
}

/** The elements of a set: scalars by key, so that none is looked for among all others. */
class Members {
  readonly #keys = new Set<MapKey>();
  readonly #others: Value[] = [];

  constructor(items: CelList) {
    for (const item of items) this.add(item);
  }

  has(item: Value): boolean {
    const key = mapKey(item);
    return key === undefined ? this.#others.some((known) => equal(known, item)) : this.#keys.has(key);
  }

  /** False when it is one already. */
  add(item: Value): boolean {
    if (this.has(item)) return false;
    const key = mapKey(item);
    if (key === undefined) this.#others.push(item);
    else this.#keys.add(key);
    return true;
  }
}

/** x-kubernetes-list-type: map. Equal when the elements of each key are; `+` overwrites elements of the same key in their place. */
export class KeyedList extends SchemaList {
  readonly #keys: readonly string[];

  /** `keys`: names of the key's fields as expressions write them. */
  constructor(items: CelList, keys: readonly string[]) {
    super(items);
    this.#keys = keys;
  }

  override equals(other: Value): boolean {
    if (!(other instanceof CelList) || other.size !== this.size) return false;
    const mine = new Map([...this].map((item) => [this.#keyOf(item), item]));
    for (const item of other) {
      const found = mine.get(this.#keyOf(item));
      if (found === undefined || !equal(found, item)) return false;
    }
    return true;
  }

  override concat(other: CelList): CelList {
    const items = new Map([...this].map((item) => [this.#keyOf(item), item]));
    for (const item of other) items.set(this.#keyOf(item), item);
    return new KeyedList(new ArrayList([...items.values()]), this.#keys);
  }

  #keyOf(item: Value): string {
    if (!(item instanceof CelMap)) return '';
    const [only = '', ...others] = this.#keys;
    const first = others.length === 0 ? item.get(only) : undefined;
    if (typeof first === 'string') return `"${first}`;
    const parts = this.#keys.map((key) => {
      const value = item.get(key);
      const part = value === undefined ? undefined : mapKey(value);
      return part === undefined ? '' : `${typeof part}:${String(part)}`;
    });
    return JSON.stringify(parts);
  }
}

/**
 * An object with properties: null is as good as absent, reserved words are found unescaped too, and members that the schema does not
 * declare count for equality only.
 */
export class SchemaObject extends JsonObject {
  override get(key: Value): Value | undefined {
    const value = super.get(key);
    if (value === undefined && typeof key === 'string' && isReservedWord(key)) return this.get(`__${key}__`);
    return value ?? undefined;
  }

  override has(key: Value): boolean {
    return this.get(key) !== undefined;
  }

  override get size(): number {
    return sizeOfJson(this.json);
  }

  override equals(other: Value): boolean {
    if (!(other instanceof JsonObject)) return super.equals(other);
    if (other.size !== this.size) return false;
    for (const key of this.keys()) {
      const mine = this.get(key);
      const theirs = other.get(key);
      if (mine === undefined || theirs === undefined ? mine !== theirs : !equal(mine, theirs)) return false;
    }
    return this.#undeclared().every(
      (name) => !Object.hasOwn(other.json, name) || equalTrees(this.json[name], other.json[name]),
    );
  }

  #undeclared(): readonly string[] {
    const declared = new Set<string>();
    for (const [name, field] of this.objectType.fields) declared.add(field.jsonName ?? name);
    return Object.keys(this.json).filter((name) => !declared.has(name));
  }
}
