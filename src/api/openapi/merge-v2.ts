/**
 * OpenAPI 2.0 documents of several servers as one (kube-openapi pkg/aggregator): paths that are there already stay, definitions of one
 * name and different content are renamed with _v2, _v3 ..., those of the same content are shared with the kinds of both.
 *
 * Foreign documents are read once into a part that holds to what our own documents do: a malformed one is refused then, not when
 * somebody asks for the whole.
 */

import { equalTrees } from '#base/equal.ts';
import { isObject, setMember } from '../patch/json-tree.ts';
import type { SchemaObject } from './components.ts';
import { openApiV2Protobuf } from './v2-protobuf.ts';

/** What one server has below some path, with the definitions that it needs. */
export interface DocumentPart {
  readonly paths: Readonly<Record<string, SchemaObject>>;
  readonly definitions: Readonly<Record<string, SchemaObject>>;
}

const definitionPrefix = '#/definitions/';
const parameterPrefix = '#/parameters/';
const kindsKey = 'x-kubernetes-group-version-kind';

/** The paths below `prefix` of another server's document. Throws when it is no document that can be served on. */
export function partOf(document: unknown, prefix: string): DocumentPart {
  const { paths, definitions, parameters } = objectOf(document, 'document');
  const kept: Record<string, SchemaObject> = {};
  const shared = parameters === undefined ? {} : objectOf(parameters, 'parameters');
  for (const [path, item] of Object.entries(objectOf(paths, 'paths'))) {
    // Shared parameters are written out: then nothing but definitions is referred to.
    if (path.startsWith(prefix)) kept[path] = objectOf(withParameters(item, shared), path);
  }
  const part = reachable(kept, definitions === undefined ? {} : objectOf(definitions, 'definitions'));
  // What cannot be written would break the document of everybody.
  openApiV2Protobuf({ ...part });
  JSON.stringify(part);
  return part;
}

/** The document with the parts after it, in their order. */
export function mergeV2(document: SchemaObject, parts: Iterable<DocumentPart>): SchemaObject {
  const paths = { ...(document.paths as Record<string, SchemaObject>) };
  const definitions = { ...(document.definitions as Record<string, SchemaObject>) };
  for (const part of parts) {
    const news = Object.entries(part.paths).filter(([path]) => !Object.hasOwn(paths, path));
    const needed = reachable(Object.fromEntries(news), part.definitions);
    const names = namesFor(needed.definitions, definitions);
    for (const [path, item] of news) paths[path] = renamed(item, names) as SchemaObject;
    for (const [name, definition] of Object.entries(needed.definitions)) {
      const own = names.get(name) ?? name;
      const present = Object.hasOwn(definitions, own) ? definitions[own] : undefined;
      setMember(definitions, own, present ? withKindsOf(present, definition) : renamed(definition, names));
    }
  }
  return { ...document, paths, definitions };
}

/** New names for definitions whose name means something else already. */
function namesFor(
  wanted: Readonly<Record<string, SchemaObject>>,
  present: Readonly<Record<string, SchemaObject>>,
): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const taken = new Set([...Object.keys(present), ...Object.keys(wanted)]);
  for (const [name, definition] of Object.entries(wanted)) {
    if (!Object.hasOwn(present, name) || sameModuloKinds(present[name], definition)) continue;
    let number = 2;
    let next = `${name}_v2`;
    while (taken.has(next) && !(Object.hasOwn(present, next) && sameModuloKinds(present[next], definition))) {
      number++;
      next = `${name}_v${number}`;
    }
    taken.add(next);
    names.set(name, next);
  }
  return names;
}

function sameModuloKinds(a: SchemaObject | undefined, b: SchemaObject): boolean {
  return equalTrees({ ...a, [kindsKey]: undefined }, { ...b, [kindsKey]: undefined });
}

function withKindsOf(present: SchemaObject, other: SchemaObject): SchemaObject {
  const [own, more] = [present[kindsKey], other[kindsKey]];
  if (!Array.isArray(more)) return present;
  const kinds: unknown[] = Array.isArray(own) ? [...own] : [];
  for (const kind of more) if (!kinds.some((each) => equalTrees(each, kind))) kinds.push(kind);
  return { ...present, [kindsKey]: kinds };
}

/** The definitions that the paths refer to, directly or through each other. */
function reachable(
  paths: Readonly<Record<string, SchemaObject>>,
  definitions: Readonly<Record<string, unknown>>,
): DocumentPart {
  const found = new Map<string, SchemaObject>();
  const pending: unknown[] = [paths];
  while (pending.length > 0) {
    const value = pending.pop();
    if (Array.isArray(value)) for (const item of value) pending.push(item);
    else if (isObject(value)) {
      for (const [key, member] of Object.entries(value)) {
        if (key !== '$ref' || typeof member !== 'string') {
          pending.push(member);
          continue;
        }
        const name = member.startsWith(definitionPrefix) ? member.slice(definitionPrefix.length) : '';
        if (!Object.hasOwn(definitions, name) || found.has(name)) continue;
        const definition = objectOf(definitions[name], name);
        found.set(name, definition);
        pending.push(definition);
      }
    }
  }
  return { paths, definitions: Object.fromEntries(found) };
}

function renamed(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (names.size === 0) return value;
  return mapReferences(value, (reference) => {
    const name = reference.startsWith(definitionPrefix) ? reference.slice(definitionPrefix.length) : '';
    const next = names.get(name);
    return next === undefined ? undefined : { $ref: definitionPrefix + next };
  });
}

function withParameters(value: unknown, shared: Readonly<Record<string, unknown>>): unknown {
  return mapReferences(value, (reference) => {
    const name = reference.startsWith(parameterPrefix) ? reference.slice(parameterPrefix.length) : '';
    return Object.hasOwn(shared, name) ? objectOf(shared[name], name) : undefined;
  });
}

/** A copy whose references are what `replace` makes of them; undefined keeps one. */
function mapReferences(value: unknown, replace: (reference: string) => SchemaObject | undefined): unknown {
  if (Array.isArray(value)) return value.map((item) => mapReferences(item, replace));
  if (!isObject(value)) return value;
  const { $ref } = value;
  const replaced = typeof $ref === 'string' ? replace($ref) : undefined;
  if (replaced) return replaced;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, mapReferences(member, replace)]));
}

function objectOf(value: unknown, what: string): SchemaObject {
  if (!isObject(value)) throw new TypeError(`${what} is not an object`);
  return value;
}
