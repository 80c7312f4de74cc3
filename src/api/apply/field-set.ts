/**
 * FieldSet: a set of paths into an object, as managedFields keep it (FieldsV1, structured-merge-diff's fieldpath).
 *
 * A trie. A path element is its FieldsV1 text: 'f:name' (member), 'k:{"name":"web"}' (list element by its keys), 'v:"x"' (set
 * element). Sets do not change once made; operations share what they can, and answer the same set where nothing changes.
 */

import { RecentMap } from '#base/recent-map.ts';
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
    let children: Map<string, FieldSet> | undefined;
    for (const [element, child] of other.children) {
      const own = this.children.get(element);
      const joined = own ? own.union(child) : child;
      if (joined !== own) {
        children ??= new Map(this.children);
        children.set(element, joined);
      }
    }
    const member = this.member || other.member;
    return children || member !== this.member ? new FieldSet(member, children ?? this.children) : this;
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
    const member = keeps(this.member, other.member);
    let changed: Map<string, FieldSet> | undefined;
    for (const [element, child] of this.children) {
      const theirs = other.children.get(element);
      const kept = theirs ? child.filter(theirs, keeps, keepUnmatched) : keepUnmatched ? child : emptyFieldSet;
      if (kept === child) continue;
      changed ??= new Map(this.children);
      if (kept.isEmpty) changed.delete(element);
      else changed.set(element, kept);
    }
    return changed || member !== this.member ? fieldSet(member, changed ?? this.children) : this;
  }
}

const noChildren: ReadonlyMap<string, FieldSet> = new Map();
export const emptyFieldSet = new FieldSet(false, noChildren);
/** Most of a set's nodes: there is one of them. */
export const leafFieldSet = new FieldSet(true, noChildren);

export function fieldSet(member: boolean, children: ReadonlyMap<string, FieldSet>): FieldSet {
  if (children.size > 0) return new FieldSet(member, children);
  return member ? leafFieldSet : emptyFieldSet;
}

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
    return fieldSet(this.member, children);
  }
}

const emptyTree: JsonObject = Object.freeze({});

/** The FieldsV1 tree of a set, keys in upstream's order; frozen. */
export function encodeFieldSet(set: FieldSet): JsonObject {
  if (set.children.size === 0) return emptyTree;
  const tree: JsonObject = {};
  if (set.member) tree['.'] = emptyTree;
  for (const element of [...set.children.keys()].sort()) {
    setMember(tree, element, encodeFieldSet(set.children.get(element) ?? emptyFieldSet));
  }
  return Object.freeze(tree);
}

/** Sets of frozen trees that were read lately, weighed by their paths: the same managers write the same objects again. */
const recent = new RecentMap<object, FieldSet>(32_768);

/** Reads a FieldsV1 tree; what is no path is left out. */
export function decodeFieldSet(tree: unknown): FieldSet {
  if (!isObject(tree)) return emptyFieldSet;
  // Of others it is not certain that they stay as they are.
  const stays = Object.isFrozen(tree);
  const known = stays ? recent.get(tree) : undefined;
  if (known) return known;
  const count = { paths: 0 };
  const set = decodeNode(tree, false, count);
  if (stays) recent.set(tree, set, count.paths);
  return set;
}

const isPath = /^[fkvi]:/;

function decodeNode(tree: JsonObject, belowRoot: boolean, count: { paths: number }): FieldSet {
  let children: Map<string, FieldSet> | undefined;
  let member = false;
  count.paths++;
  for (const element of Object.keys(tree)) {
    const value = tree[element];
    if (element === '.') member = true;
    else if (isPath.test(element) && isObject(value)) {
      children ??= new Map();
      children.set(element, decodeNode(value, true, count));
    }
  }
  return fieldSet(member || (belowRoot && !children), children ?? noChildren);
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
