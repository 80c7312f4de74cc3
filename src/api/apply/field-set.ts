/**
 * FieldSet: a set of paths into an object, as managedFields keep it (FieldsV1, structured-merge-diff's fieldpath).
 *
 * A trie. A path element is its FieldsV1 text: 'f:name' (member), 'k:{"name":"web"}' (list element by its keys), 'v:"x"' (set
 * element). Sets do not change once made; operations share what they can.
 */

import { isObject, type JsonObject, setMember } from '../patch/json-tree.ts';

export class FieldSet {
  /** The path that leads here is itself in the set. */
  readonly member: boolean;
  readonly children: ReadonlyMap<string, FieldSet>;

  constructor(member: boolean, children: ReadonlyMap<string, FieldSet>) {
    this.member = member;
    this.children = children;
  }

  get isEmpty(): boolean {
    return !this.member && this.children.size === 0;
  }

  union(other: FieldSet): FieldSet {
    if (other.isEmpty || other === this) return this;
    if (this.isEmpty) return other;
    const children = new Map(this.children);
    for (const [element, child] of other.children) {
      const own = children.get(element);
      children.set(element, own ? own.union(child) : child);
    }
    return new FieldSet(this.member || other.member, children);
  }

  /** Paths of this set that are not in the other. */
  difference(other: FieldSet): FieldSet {
    return this.filter(other, (own, theirs) => own && !theirs, true);
  }

  intersection(other: FieldSet): FieldSet {
    return this.filter(other, (own, theirs) => own && theirs, false);
  }

  equals(other: FieldSet): boolean {
    if (this === other) return true;
    if (this.member !== other.member || this.children.size !== other.children.size) return false;
    for (const [element, child] of this.children) {
      const theirs = other.children.get(element);
      if (!theirs || !child.equals(theirs)) return false;
    }
    return true;
  }

  /** Every path as upstream prints it: '.spec.containers[name="web"].image', in order. */
  paths(): string[] {
    const found: string[] = [];
    collectPaths(this, '', found);
    return found;
  }

  private filter(other: FieldSet, keeps: (own: boolean, theirs: boolean) => boolean, keepUnmatched: boolean): FieldSet {
    const children = new Map<string, FieldSet>();
    for (const [element, child] of this.children) {
      const theirs = other.children.get(element);
      if (!theirs) {
        if (keepUnmatched) children.set(element, child);
        continue;
      }
      const kept = child.filter(theirs, keeps, keepUnmatched);
      if (!kept.isEmpty) children.set(element, kept);
    }
    return new FieldSet(keeps(this.member, other.member), children);
  }
}

export const emptyFieldSet = new FieldSet(false, new Map());

/** Collects paths; turns into a FieldSet at the end. */
export class FieldSetBuilder {
  member = false;
  private readonly children = new Map<string, FieldSetBuilder>();

  child(element: string): FieldSetBuilder {
    const known = this.children.get(element);
    if (known) return known;
    const created = new FieldSetBuilder();
    this.children.set(element, created);
    return created;
  }

  build(): FieldSet {
    const children = new Map<string, FieldSet>();
    for (const [element, child] of this.children) {
      const built = child.build();
      if (!built.isEmpty) children.set(element, built);
    }
    return new FieldSet(this.member, children);
  }
}

/** The FieldsV1 tree of a set, keys in upstream's order. */
export function encodeFieldSet(set: FieldSet): JsonObject {
  const tree: JsonObject = {};
  if (set.member && set.children.size > 0) tree['.'] = {};
  for (const element of [...set.children.keys()].sort()) {
    setMember(tree, element, encodeFieldSet(set.children.get(element) ?? emptyFieldSet));
  }
  return tree;
}

/** Decoded trees, by the tree: stored objects are frozen, so one is read once. */
const decoded = new WeakMap<object, FieldSet>();

/** Reads a FieldsV1 tree; what is no path is left out. */
export function decodeFieldSet(tree: unknown): FieldSet {
  if (!isObject(tree)) return emptyFieldSet;
  const known = decoded.get(tree);
  if (known) return known;
  const set = decodeNode(tree, false);
  if (Object.isFrozen(tree)) decoded.set(tree, set);
  return set;
}

function decodeNode(tree: JsonObject, belowRoot: boolean): FieldSet {
  const children = new Map<string, FieldSet>();
  let member = false;
  for (const element of Object.keys(tree)) {
    const value = tree[element];
    if (element === '.') member = true;
    else if (/^[fkvi]:/.test(element) && isObject(value)) children.set(element, decodeNode(value, true));
  }
  return new FieldSet(member || (belowRoot && children.size === 0), children);
}

function collectPaths(set: FieldSet, path: string, found: string[]): void {
  if (set.member) found.push(path);
  for (const element of [...set.children.keys()].sort()) {
    collectPaths(set.children.get(element) ?? emptyFieldSet, path + elementText(element), found);
  }
}

function elementText(element: string): string {
  const rest = element.slice(2);
  if (element.startsWith('f:')) return `.${rest}`;
  if (element.startsWith('v:')) return `[=${rest}]`;
  if (element.startsWith('i:')) return `[${rest}]`;
  const keys = JSON.parse(rest) as JsonObject;
  return `[${Object.keys(keys)
    .map((key) => `${key}=${JSON.stringify(keys[key])}`)
    .join(',')}]`;
}
