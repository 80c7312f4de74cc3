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
    const { member } = this;
    let children: Map<string, FieldSet> | undefined;
    for (const [element, theirs] of other.children) {
      const child = this.children.get(element);
      const kept = child?.difference(theirs);
      if (!kept || kept === child) continue;
      children ??= new Map(this.children);
      if (kept.isEmpty) children.delete(element);
      else children.set(element, kept);
    }
    return children || (member && other.member) ? fieldSet(member && !other.member, children ?? this.children) : this;
  }

  /** Without the paths of the other and everything below them. */
  without(other: FieldSet): FieldSet {
    let changed: Map<string, FieldSet> | undefined;
    for (const [element, theirs] of other.children) {
      const child = this.children.get(element);
      if (!child) continue;
      const kept = theirs.member ? emptyFieldSet : child.without(theirs);
      if (kept === child) continue;
      changed ??= new Map(this.children);
      if (kept.isEmpty) changed.delete(element);
      else changed.set(element, kept);
    }
    return changed ? fieldSet(this.member, changed) : this;
  }

  intersection(other: FieldSet): FieldSet {
    let children: Map<string, FieldSet> | undefined;
    for (const [element, theirs] of other.children) {
      const both = this.children.get(element)?.intersection(theirs);
      if (!both || both.isEmpty) continue;
      children ??= new Map();
      children.set(element, both);
    }
    return fieldSet(this.member && other.member, children ?? noChildren);
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

  /** Every path as upstream prints it, '.spec.containers[name="web"].image', in its order: members of a place before what is below them. */
  paths(): string[] {
    const found: string[] = [];
    collectPaths(this, '', found);
    return found;
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
class FieldSetBuilder {
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

/** Pairwise, so that many small sets do not each copy what was joined before. */
export function unionOf(sets: readonly FieldSet[]): FieldSet {
  const [first = emptyFieldSet] = sets;
  if (sets.length < 2) return first;
  const middle = sets.length >> 1;
  return unionOf(sets.slice(0, middle)).union(unionOf(sets.slice(middle)));
}

/** The set of some paths of FieldsV1 elements. */
export function fieldSetOf(paths: readonly (readonly string[])[]): FieldSet {
  const builder = new FieldSetBuilder();
  for (const path of paths) {
    let node = builder;
    for (const element of path) node = node.child(element);
    node.member = true;
  }
  return builder.build();
}

const emptyTree: JsonObject = Object.freeze({});

/** The FieldsV1 tree of a set, keys in upstream's order; frozen. */
export function encodeFieldSet(set: FieldSet): JsonObject {
  if (set.children.size === 0) return emptyTree;
  const tree: JsonObject = {};
  if (set.member) tree['.'] = emptyTree;
  for (const element of inOrder(set)) setMember(tree, element, encodeFieldSet(childAt(set, element)));
  return Object.freeze(tree);
}

/** Sets of frozen trees that were read lately, weighed by their paths and what those are long: the same managers write the same objects again. */
const recent = new RecentMap<object, FieldSet>(32_768);
/** Characters of an element that weigh as much as a path; those of nearly all are fewer. */
const weighedLength = 64;

/** Reads a FieldsV1 tree; undefined when it is none. Elements of a kind that is not known are left out (upstream: fieldpath readIterV1). */
export function decodeFieldSet(tree: unknown): FieldSet | undefined {
  if (!isObject(tree)) return undefined;
  // Of others it is not certain that they stay as they are.
  const stays = Object.isFrozen(tree);
  const known = stays ? recent.get(tree) : undefined;
  if (known) return known;
  const size = { weight: 0 };
  const read = decodeNode(tree, size);
  // Nobody owns an object as a whole.
  const set = read?.member ? fieldSet(false, read.children) : read;
  if (stays && set) recent.set(tree, set, size.weight);
  return set;
}

function decodeNode(tree: unknown, size: { weight: number }): FieldSet | undefined {
  if (tree !== null && !isObject(tree)) return undefined;
  let children: Map<string, FieldSet> | undefined;
  let member = false;
  size.weight++;
  for (const key of Object.keys(tree ?? {})) {
    if (key === '.') {
      member = true;
      continue;
    }
    const element = readElement(key);
    if (element === 'invalid') return undefined;
    if (element === 'unknown') continue;
    size.weight += Math.floor(key.length / weighedLength);
    const child = decodeNode(tree?.[key], size);
    if (!child) return undefined;
    children ??= new Map();
    children.set(element, child);
  }
  return fieldSet(member || !children, children ?? noChildren);
}

/** A path element in the text that we compare by. */
function readElement(text: string): string {
  if (text[1] !== ':') return 'invalid';
  const rest = text.slice(2);
  switch (text[0]) {
    case 'f':
      return text;
    case 'i':
      return /^[+-]?\d+$/.test(rest) ? `i:${Number(rest)}` : 'invalid';
    case 'v': {
      const value = parsed(rest);
      return value === undefined ? 'invalid' : `v:${JSON.stringify(value)}`;
    }
    case 'k': {
      const keys = parsed(rest);
      return isObject(keys) ? keyElement(Object.keys(keys).sort(), (name) => keys[name]) : 'invalid';
    }
    default:
      return 'unknown';
  }
}

/** 'k:{"containerPort":80,"protocol":"TCP"}'; the names in order. */
export function keyElement(names: readonly string[], read: (name: string) => unknown): string {
  let text = 'k:{';
  for (const name of names) {
    const value = read(name);
    if (value === undefined) continue;
    if (text.length > 3) text += ',';
    text += `${JSON.stringify(name)}:${JSON.stringify(value)}`;
  }
  return `${text}}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function collectPaths(set: FieldSet, path: string, found: string[]): void {
  const elements = inOrder(set);
  for (const element of elements) if (childAt(set, element).member) found.push(path + elementText(element));
  for (const element of elements) collectPaths(childAt(set, element), path + elementText(element), found);
}

function childAt({ children }: FieldSet, element: string): FieldSet {
  return children.get(element) ?? emptyFieldSet;
}

/** The element as upstream prints it: '.name', '[name="web"]', '[="x"]'. */
export function elementText(element: string): string {
  const rest = element.slice(2);
  if (element.startsWith('f:')) return `.${rest}`;
  if (element.startsWith('v:')) return `[=${rest}]`;
  if (element.startsWith('i:')) return `[${rest}]`;
  const keys = JSON.parse(rest) as JsonObject;
  return `[${Object.keys(keys)
    .map((key) => `${key}=${JSON.stringify(keys[key])}`)
    .join(',')}]`;
}

/** The elements of the children: fields, then keys, values and indices; keys and values by what they are, not by their text. */
function inOrder({ children }: FieldSet): readonly string[] {
  const elements = [...children.keys()];
  if (elements.every(isOrderedAsText)) return isAscending(elements) ? elements : elements.sort();
  const values = new Map<string, unknown>();
  for (const element of elements) if (element[0] !== 'f') values.set(element, JSON.parse(element.slice(2)));
  return elements.sort((a, b) => {
    if (a[0] !== b[0]) return kinds.indexOf(a[0] ?? '') - kinds.indexOf(b[0] ?? '');
    if (a[0] === 'f') return a < b ? -1 : Number(a > b);
    return compareValues(values.get(a), values.get(b));
  });
}

const kinds = 'fkvi';

/** Fields, and text without what JSON writes otherwise and without what sorts before its closing quote. */
function isOrderedAsText(element: string): boolean {
  return element[0] === 'f' || textElement.test(element);
}

const textElement = /^(?:k:\{"[^"\\]+":"[^"\\ !]*"\}|v:"[^"\\ !]*")$/;

function isAscending(texts: readonly string[]): boolean {
  for (let i = 1; i < texts.length; i++) if ((texts[i] as string) < (texts[i - 1] as string)) return false;
  return true;
}

/** Numbers before text before booleans; keys by name, then by value (structured-merge-diff: value.Compare, FieldList.Compare). */
function compareValues(a: unknown, b: unknown): number {
  if (isObject(a) && isObject(b)) {
    const left = Object.entries(a);
    const right = Object.entries(b);
    for (const [index, [name, value]] of left.entries()) {
      const other = right[index];
      if (!other) return 1;
      if (name !== other[0]) return name < other[0] ? -1 : 1;
      const order = compareValues(value, other[1]);
      if (order !== 0) return order;
    }
    return left.length - right.length;
  }
  const rank = (value: unknown) => ['number', 'string', 'boolean'].indexOf(typeof value);
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  return (a as string) < (b as string) ? -1 : Number((a as string) > (b as string));
}
