/**
 * Managed fields: who wrote which field of an object, and what server-side apply makes of it (KEP-555; structured-merge-diff's updater
 * and the managers that apimachinery wraps around it).
 *
 * Every write moves fields: a writer owns what it changed, and whoever had it loses it. An apply owns exactly what it states;
 * what it stated before and no longer does goes, unless somebody else owns it; changing what another owns is a conflict unless
 * forced.
 *
 * Fields are told in the version that their manager spoke. Objects in other versions are asked for by `yield`: conversion may be somebody
 * else's business, and take its time.
 */

import { type JsonObject, jsonEqual } from '../patch/json-tree.ts';
import { type Conflict, type Conflicts, conflictError, conflictsWithout } from './conflicts.ts';
import type { Converting, Versioned } from './converting.ts';
import { emptyFieldSet, type FieldSet, fieldSet, fieldSetOf, leafFieldSet, unionOf } from './field-set.ts';
import { allowedByLastApplied, withLastApplied } from './last-applied.ts';
import { capManagers, type Manager, type Managers, managerId, withSet } from './managers.ts';
import { merge } from './merge.ts';
import { elementPlace, type Place, shapeOf } from './place.ts';
import { type Comparison, compare, fieldsOf, removeFields, withNamedFields } from './typed.ts';

/** Who writes, and as what. */
export interface Writer {
  readonly manager: string;
  /** apiVersion that the client spoke. */
  readonly apiVersion: string;
  readonly subresource: string;
  /** RFC 3339, whole seconds. */
  readonly time: string;
  /** What of a set the endpoint can write; the rest it puts back, so nobody comes to own it there. */
  readonly owned: (set: FieldSet) => FieldSet;
}

const beforeFirstApply = 'before-first-apply';

/** The one manager whose annotation of client-side apply counts, and is kept up to date. */
const kubectl = 'kubectl';

/** What the server decides: nobody owns it. */
const systemFields = fieldSetOf([
  ['f:apiVersion'],
  ['f:kind'],
  ['f:metadata'],
  ...['name', 'namespace', 'creationTimestamp', 'selfLink', 'uid', 'clusterName', 'generation', 'managedFields'].map(
    (name) => ['f:metadata', `f:${name}`],
  ),
  ['f:metadata', 'f:resourceVersion'],
]);

/** The managers after an update. Both objects are decoded ones of the writer's version; of a create, `before` is empty. */
export function* managersAfterUpdate(
  before: Versioned,
  after: Versioned,
  managers: Managers,
  writer: Writer,
): Converting<Managers> {
  const known = yield* reconciled(before, managers, writer);
  const comparison = compareOwned(before, after, true, writer);
  const own = comparison.changed.difference(systemFields);
  const self = managerOf(writer, 'Update');
  const id = managerId(self);
  const rest = yield* withoutChanges(before, after, known, writer, comparison, own.isEmpty ? undefined : id);
  if (own.isEmpty) return capManagers(rest);
  const previous = known.get(id);
  // Who writes the same fields again has the same set, and its stored form.
  const set = previous ? previous.set.difference(comparison.removed).union(own) : own;
  const entry = previous?.set === set ? previous.entry && { ...previous.entry, time: self.time } : undefined;
  return capManagers(rest.set(id, { ...self, set, entry }));
}

export interface ApplyResult {
  /** JSON of the object as the configuration makes it, not yet decoded; undefined when it stays as it is. */
  readonly object: JsonObject | undefined;
  readonly managers: Managers;
}

/** What an apply finds. */
export interface Live {
  /** The JSON tree of the object; of one without content where there is none. */
  readonly object: JsonObject;
  /** Makes the latter. */
  readonly empty: () => JsonObject;
  readonly place: Place;
}

/** Applies a configuration, which is valid (configuration-faults.ts). Throws Conflict (409) unless `force`. */
export function* apply(
  live: Live,
  configuration: JsonObject,
  managers: Managers,
  writer: Writer,
  force: boolean,
): Converting<ApplyResult> {
  const known = managers.size > 0 ? managers : yield* ownedBeforeFirstApply(live, writer);
  const attempt = yield* attemptApply(live, configuration, known, writer, force);
  const result = attempt.conflicts ? yield* retried(attempt.conflicts) : attempt;
  if (writer.manager !== kubectl) return result;
  return { ...result, object: withLastApplied(result.object ?? live.object, configuration) ?? result.object };

  /** What a client-side apply of the same configuration has written is no conflict. */
  function* retried(conflicts: Conflicts): Converting<ApplyResult> {
    const allowed =
      writer.manager === kubectl ? allowedByLastApplied(live.object, live.place, writer.apiVersion) : undefined;
    const left = allowed ? conflictsWithout(conflicts, allowed) : conflicts;
    if (left.size > 0) throw conflictError(left);
    const forced = yield* attemptApply(live, configuration, known, writer, true);
    if (forced.conflicts) throw conflictError(forced.conflicts);
    return forced;
  }
}

type Attempt =
  | { readonly conflicts: Conflicts }
  | { readonly conflicts: undefined; readonly object: JsonObject | undefined; readonly managers: Managers };

function* attemptApply(
  live: Live,
  configuration: JsonObject,
  managers: Managers,
  writer: Writer,
  force: boolean,
): Converting<Attempt> {
  const known = yield* reconciled(live, managers, writer);
  const stated = writer.owned(fieldsOf(configuration, live.place));
  const self = managerOf(writer, 'Apply');
  const id = managerId(self);
  const last = known.get(id);
  const claimed = new Map(known).set(id, { ...self, time: last?.time, set: stated });
  const merged = { object: merge(live.object, configuration, live.place), place: live.place };
  const { object } = last ? yield* pruned(merged, last, claimed, writer) : merged;
  const next = { object, place: live.place };
  const comparison = compareOwned(live, next, false, writer);
  const conflicts = new Map<string, Conflict>();
  const rest = yield* withoutChanges(live, next, claimed, writer, comparison, id, conflicts);
  if (conflicts.size > 0 && !force) return { conflicts };
  const set = stated.difference(systemFields);
  const same = jsonEqual(live.object, object);
  if (set.isEmpty) rest.delete(id);
  else if (last && same && last.apiVersion === self.apiVersion) rest.set(id, withSet(last, set));
  else rest.set(id, { ...self, time: same ? last?.time : self.time, set });
  return { conflicts: undefined, object: same ? undefined : (object as JsonObject), managers: rest };
}

function managerOf({ manager, apiVersion, subresource, time }: Writer, operation: 'Apply' | 'Update'): Manager {
  return { name: manager || 'unknown', operation, apiVersion, subresource, time, set: emptyFieldSet };
}

/** An object from before it had managers: all of it belongs to one, so that a first apply finds conflicts. */
function* ownedBeforeFirstApply({ object, empty, place }: Live, writer: Writer): Converting<Managers> {
  const before = { object: empty(), place };
  return yield* managersAfterUpdate(before, { object, place }, new Map(), { ...writer, manager: beforeFirstApply });
}

/** Managers whose version is served, without what lies below what has become one value since they wrote. */
function* reconciled(live: Versioned, managers: Managers, writer: Writer): Converting<Managers> {
  const known = new Map<string, Manager>();
  const places = new Map([[writer.apiVersion, live.place]]);
  for (const [id, manager] of managers) {
    let place = manager.apiVersion === writer.apiVersion ? live.place : places.get(manager.apiVersion);
    if (!place) {
      const there = yield {
        object: live.object,
        apiVersion: manager.apiVersion,
        failure: 'failed to convert live object',
      };
      if (!there) continue;
      place = there.place;
      places.set(manager.apiVersion, place);
    }
    known.set(id, withSet(manager, reconciledSet(manager.set, place)));
  }
  return known;
}

/** Sets that need no reconciliation, with the schema of which that is so. */
const settled = new WeakMap<FieldSet, Place['schema'] & object>();

function reconciledSet(set: FieldSet, place: Place): FieldSet {
  const { schema } = place;
  if (!schema || settled.get(set) === schema) return set;
  const result = collapsed(set, place);
  settled.set(result, schema);
  return result;
}

function collapsed(set: FieldSet, place: Place): FieldSet {
  let children: Map<string, FieldSet> | undefined;
  for (const [element, child] of set.children) {
    if (child.children.size === 0) continue;
    const below = placeBelow(place, element);
    const next = below && (isOneValue(below) ? leafFieldSet : collapsed(child, below));
    if (!next || next === child) continue;
    children ??= new Map(set.children);
    children.set(element, next);
  }
  return children ? fieldSet(set.member, children) : set;
}

function placeBelow(place: Place, element: string): Place | undefined {
  const { schema } = place;
  if (schema?.type === 'list') return elementPlace(schema);
  if (schema?.type !== 'struct' && schema?.type !== 'map') return undefined;
  const shape = shapeOf(place, {});
  return shape.type === 'map' ? shape.child(element.slice(2)) : undefined;
}

function isOneValue(place: Place): boolean {
  const type = place.schema?.type;
  return (type === 'struct' || type === 'map' || type === 'list') && shapeOf(place, undefined).type === 'leaf';
}

/**
 * Takes what changed (`comparison` says it in the writer's version) from all managers but `self`. `conflicts`, where somebody asks for them, gets
 * those that lose something.
 */
function* withoutChanges(
  before: Versioned,
  after: Versioned,
  managers: Managers,
  writer: Writer,
  comparison: Comparison,
  self: string | undefined,
  conflicts?: Map<string, Conflict>,
): Converting<Map<string, Manager>> {
  const comparisons = new Map([[writer.apiVersion, comparison]]);
  const rest = new Map<string, Manager>();
  for (const [id, manager] of managers) {
    if (id === self) {
      rest.set(id, manager);
      continue;
    }
    const { apiVersion } = manager;
    let compared = comparisons.get(apiVersion);
    if (!compared) {
      const old = yield { object: before.object, apiVersion, failure: 'failed to convert old object' };
      const next = yield { object: after.object, apiVersion, failure: 'failed to convert new object' };
      if (!old || !next) continue;
      compared = compareOwned(old, next, true, writer);
      comparisons.set(apiVersion, compared);
    }
    const lost = conflicts && manager.set.intersection(compared.changed);
    if (lost && !lost.isEmpty) conflicts.set(id, { manager, set: lost });
    const kept = withSet(manager, manager.set.difference(compared.changed).difference(compared.removed));
    if (!kept.set.isEmpty) rest.set(id, kept);
  }
  return rest;
}

/** What changed, of what the endpoint writes. */
function compareOwned(before: Versioned, after: Versioned, zeros: boolean, { owned }: Writer): Comparison {
  const { changed, removed } = compare(before.object, after.object, after.place, zeros);
  return { changed: owned(changed), removed: owned(removed) };
}

/**
 * The merged object without what the applier stated last time, and nobody states or owns now. Fields that nobody owns and that the
 * applier did not state stay.
 */
function* pruned(merged: Versioned, last: Manager, managers: Managers, writer: Writer): Converting<Versioned> {
  const stated = managers.get(managerId(managerOf(writer, 'Apply')))?.set ?? emptyFieldSet;
  const isAlone = [...managers.values()].every(({ apiVersion }) => apiVersion === writer.apiVersion);
  if (isAlone && last.apiVersion === writer.apiVersion && last.set.difference(stated).isEmpty) return merged;
  const fails = (what: string): string => `failed to prune fields: ${what}`;
  const addingBack = (what: string): string => fails(`failed add back owned items: failed to convert ${what}`);
  const toLast = 'to last applied version';
  const then =
    last.apiVersion === writer.apiVersion
      ? merged
      : yield {
          object: merged.object,
          apiVersion: last.apiVersion,
          failure: fails(`failed to convert merged object ${toLast}`),
        };
  if (!then) return merged;
  const lastSet = withNamedFields(last.set, then.place);
  let kept: Versioned = { object: removeFields(then.object, lastSet, then.place), place: then.place };
  let version = last.apiVersion;
  for (const [apiVersion, set] of ownedByVersion(managers, last.apiVersion)) {
    const at = `at version ${apiVersion}`;
    const whole =
      apiVersion === last.apiVersion
        ? then
        : yield { object: then.object, apiVersion, failure: addingBack(`merged object ${at}`) };
    const rest =
      apiVersion === version
        ? kept
        : yield { object: kept.object, apiVersion, failure: addingBack(`pruned object ${at}`) };
    if (!whole || !rest) continue;
    const present = withNamedFields(fieldsOf(whole.object, whole.place), whole.place);
    const left = withNamedFields(fieldsOf(rest.object, rest.place), rest.place);
    const gone = present.difference(left.union(withNamedFields(set, whole.place)));
    kept = { object: removeFields(whole.object, gone, whole.place), place: whole.place };
    version = apiVersion;
  }
  const rest =
    version === last.apiVersion
      ? kept
      : yield {
          object: kept.object,
          apiVersion: last.apiVersion,
          failure: fails(`failed add back dangling items: failed to convert pruned object ${toLast}`),
        };
  if (!rest) return merged;
  const present = withNamedFields(fieldsOf(then.object, then.place), then.place);
  const left = withNamedFields(fieldsOf(rest.object, rest.place), rest.place);
  const object = removeFields(then.object, present.difference(left).intersection(lastSet), then.place);
  if (last.apiVersion === writer.apiVersion) return { object, place: merged.place };
  return (yield { object, apiVersion: writer.apiVersion, failure: 'failed to prune fields' }) ?? merged;
}

/** What managers own, joined by version, `first` before the others. */
function ownedByVersion(managers: Managers, first: string): Map<string, FieldSet> {
  const sets = new Map<string, FieldSet[]>([[first, []]]);
  for (const { apiVersion, set } of managers.values()) {
    const known = sets.get(apiVersion);
    if (known) known.push(set);
    else sets.set(apiVersion, [set]);
  }
  return new Map([...sets].filter(([, list]) => list.length > 0).map(([version, list]) => [version, unionOf(list)]));
}
